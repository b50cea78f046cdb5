-- name: rings
-- When operators were called, in order: an alarm became active, or active and muted no more.
SELECT e.recorded_at AS at, a.alarm_id, a.rule, a.target_kind, a.target_id, a.priority
FROM alarm_event AS e
JOIN alarm AS a USING (alarm_id)
WHERE e.recorded_at >= %(start)s AND e.recorded_at < %(end)s
  AND e.to_state = 'active' AND e.muted_by = '[]' AND (e.signal = 'UNMUTED' OR e.from_state <> 'active')
ORDER BY e.recorded_at, e.event_id;

-- name: spans
-- Alarms that were there in a span, in the state and muting of its end, with their times as they are known now.
SELECT a.alarm_id, a.rule, a.target_kind, a.target_id, a.priority, coalesce(past.to_state, a.state) AS state,
       coalesce(past.muted_by, a.muted_by) AS muted_by, a.raised_at, a.acknowledged_at, a.cleared_at, a.message,
       a.evidence
FROM alarm AS a
LEFT JOIN LATERAL (
    SELECT e.to_state, e.muted_by FROM alarm_event AS e
    WHERE e.alarm_id = a.alarm_id AND e.recorded_at < %(end)s AND a.updated_at >= %(end)s ORDER BY e.event_id DESC LIMIT 1
) AS past ON true
WHERE a.raised_at < %(end)s AND a.state <> 'pending' AND (a.cleared_at IS NULL OR a.cleared_at >= %(start)s)
ORDER BY a.raised_at, a.alarm_id;

-- name: shelvings
-- What was shelved at a time.
SELECT rule, target_kind, target_id, priority, shelved_at, until, reason, shelved_by
FROM alarm_shelving
WHERE shelved_at <= %(at)s AND (ended_at IS NULL OR ended_at > %(at)s) ORDER BY until;

-- name: out_of_service
-- What was out of service at a time.
SELECT target_kind, target_id, since, until, reason, taken_by
FROM out_of_service
WHERE since <= %(at)s AND (returned_at IS NULL OR returned_at > %(at)s) AND (until IS NULL OR until > %(at)s)
ORDER BY since;

-- name: jobs
-- Jobs that were entered or done in a span, and those still to be done at its end.
SELECT job_id, kind, target_kind, target_id, state, fault_class, assignee, due_at, task, cause, reopened, created_at,
       done_at
FROM job
WHERE created_at < %(end)s AND (done_at IS NULL OR done_at >= %(start)s) ORDER BY job_id;
