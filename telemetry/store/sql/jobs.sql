-- name: insert
-- A new job, what is said with it its task; nothing where the same fault is open, or the same check was made before.
WITH made AS (
    INSERT INTO job (
        kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at, permits,
        task, comment, external_id, created_at, created_by
    ) VALUES (
        %(kind)s, %(target_kind)s, %(target_id)s, %(state)s, %(fault_class)s, %(check_key)s, %(assignee)s,
        %(starts_at)s, %(ends_at)s, %(due_at)s, %(permits)s, %(comment)s, %(comment)s, %(external_id)s,
        %(created_at)s, %(created_by)s
    )
    ON CONFLICT DO NOTHING
    RETURNING job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
          permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
          verified_by
), noted AS (
    INSERT INTO job_event (job_id, at, to_state, actor, comment)
    SELECT job_id, created_at, state, created_by, comment FROM made
)
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM made;

-- name: one
-- One job, held until the transaction ends.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job WHERE job_id = %s FOR UPDATE;

-- name: find
-- One job.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job WHERE job_id = %s;

-- name: change
-- What a job becomes, with who did it.
WITH changed AS (
    UPDATE job SET
        state = %(state)s, assignee = %(assignee)s, starts_at = %(starts_at)s, ends_at = %(ends_at)s,
        due_at = %(due_at)s, permits = %(permits)s, cause = %(cause)s, task = %(task)s, comment = %(comment)s,
        external_id = %(external_id)s, reopened = %(reopened)s, done_at = %(done_at)s, done_by = %(done_by)s,
        verified_at = %(verified_at)s, verified_by = %(verified_by)s
    WHERE job_id = %(job_id)s
    RETURNING job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
          permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
          verified_by
), noted AS (
    INSERT INTO job_event (job_id, at, from_state, to_state, actor, comment, changes)
    SELECT job_id, %(at)s, %(before)s, state, %(actor)s, %(said)s, %(changes)s FROM changed
)
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM changed;

-- name: last_fault
-- The latest fault job of a target and fault class, held until the transaction ends.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job
WHERE kind = 'fault' AND target_kind = %s AND target_id = %s AND fault_class = %s
ORDER BY job_id DESC LIMIT 1 FOR UPDATE;

-- name: permitting
-- The jobs under way that permit something now.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job
WHERE permits <> '{}' AND state IN ('assigned', 'on_site') AND starts_at <= %(at)s AND ends_at > %(at)s;

-- name: list
-- Jobs, the newest first.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job
WHERE job_id <= %(last)s AND (%(before)s::bigint IS NULL OR job_id < %(before)s)
  AND (cardinality(%(states)s::text[]) = 0 OR state = ANY (%(states)s))
  AND (cardinality(%(kinds)s::text[]) = 0 OR kind = ANY (%(kinds)s))
  AND (%(target)s::text IS NULL OR target_id = %(target)s OR target_kind || ':' || target_id = %(target)s)
  AND (%(assignee)s::text IS NULL OR assignee = %(assignee)s)
  AND (%(due_before)s::timestamptz IS NULL OR due_at < %(due_before)s)
ORDER BY job_id DESC LIMIT %(limit)s;

-- name: last
-- The number of the newest job, 0 before the first.
SELECT coalesce(max(job_id), 0) FROM job;

-- name: events
-- What happened to a job, in order.
SELECT event_id, at, from_state, to_state, actor, comment, changes FROM job_event WHERE job_id = %s ORDER BY event_id;

-- name: alarms_of
-- The alarms that opened or joined a job.
SELECT alarm_id FROM alarm WHERE job_id = %s ORDER BY alarm_id;

-- name: join
-- Let an alarm belong to a fault job.
UPDATE alarm SET job_id = %s WHERE alarm_id = %s;

-- name: known_checks
-- Which of some checks have a job already.
SELECT check_key FROM job WHERE check_key = ANY (%s);

-- name: of_alarm
-- The job that an alarm opened or joined.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job WHERE job_id = (SELECT job_id FROM alarm WHERE alarm_id = %s);

-- name: by_due
-- Jobs, what is due first before the rest, what is never due last.
SELECT job_id, kind, target_kind, target_id, state, fault_class, check_key, assignee, starts_at, ends_at, due_at,
       permits, cause, task, comment, external_id, reopened, created_at, created_by, done_at, done_by, verified_at,
       verified_by
FROM job
WHERE (cardinality(%(states)s::text[]) = 0 OR state = ANY (%(states)s))
  AND (cardinality(%(kinds)s::text[]) = 0 OR kind = ANY (%(kinds)s))
  AND (%(target)s::text IS NULL OR target_id = %(target)s OR target_kind || ':' || target_id = %(target)s)
  AND (%(assignee)s::text IS NULL OR assignee = %(assignee)s)
  AND (%(due_before)s::timestamptz IS NULL OR due_at < %(due_before)s)
  AND (%(after_id)s::bigint IS NULL
       OR (coalesce(due_at, 'infinity'), job_id)
          > (coalesce(%(after_due)s::timestamptz, 'infinity'), %(after_id)s::bigint))
ORDER BY coalesce(due_at, 'infinity'), job_id LIMIT %(limit)s;

-- name: counts
-- How many jobs there are in each state and of each kind.
SELECT state, kind, count(*) FROM job GROUP BY state, kind;

-- name: assignees
-- Who has or had jobs.
SELECT DISTINCT assignee FROM job WHERE assignee IS NOT NULL ORDER BY assignee LIMIT 200;
