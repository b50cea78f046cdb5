-- name: snapshot
-- What a list of alarms is fixed to: the last event, and the moment.
SELECT coalesce(max(event_id), 0) AS event_id, now() AS as_of FROM alarm_event;

-- name: list
-- Alarms that were raised, newest first, in the state they had at the snapshot.
SELECT a.alarm_id, a.rule, a.target_kind, a.target_id, a.priority, coalesce(past.to_state, a.state) AS state,
       a.muted_by, a.raised_at, a.acknowledged_at, a.cleared_at, a.value, a.limit_value, a.unit,
       a.message, a.response, a.evidence, a.verdict
FROM alarm a
LEFT JOIN LATERAL (
    SELECT e.to_state FROM alarm_event e
    WHERE e.alarm_id = a.alarm_id AND e.event_id <= %(event_id)s AND a.updated_at > %(as_of)s
    ORDER BY e.event_id DESC LIMIT 1
) past ON true
WHERE a.raised_at IS NOT NULL
  AND (a.updated_at <= %(as_of)s OR past.to_state IS NOT NULL)
  AND coalesce(past.to_state, a.state) <> 'pending'
  AND (cardinality(%(states)s::text[]) = 0 OR coalesce(past.to_state, a.state) = ANY (%(states)s))
  AND (cardinality(%(priorities)s::text[]) = 0 OR a.priority = ANY (%(priorities)s))
  AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
  AND (%(target)s::text IS NULL OR a.target_id = %(target)s OR a.target_kind || ':' || a.target_id = %(target)s)
  AND (%(muted)s::bool IS NULL OR (a.muted_by <> '[]') = %(muted)s)
  AND (%(start)s::timestamptz IS NULL OR a.raised_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR a.raised_at < %(end)s)
  AND (%(after_at)s::timestamptz IS NULL OR (a.raised_at, a.alarm_id) < (%(after_at)s, %(after_id)s::bigint))
ORDER BY a.raised_at DESC, a.alarm_id DESC
LIMIT %(limit)s;

-- name: find
-- One alarm that was raised.
SELECT alarm_id, rule, target_kind, target_id, priority, state, muted_by, raised_at, acknowledged_at,
       cleared_at, value, limit_value, unit, message, response, evidence, verdict
FROM alarm
WHERE alarm_id = %s AND raised_at IS NOT NULL AND state <> 'pending';

-- name: events
-- What happened to one alarm, in order.
SELECT event_id, at, recorded_at, signal, from_state, to_state, actor, comment, value, muted_by
FROM alarm_event
WHERE alarm_id = %(alarm_id)s AND event_id > %(after)s AND event_id <= %(last)s
ORDER BY event_id
LIMIT %(limit)s;

-- name: last_event
-- The number of the latest event.
SELECT coalesce(max(event_id), 0) FROM alarm_event;

-- name: events_since
-- What happened to any alarm after an event, with the alarm as it stands now.
SELECT e.event_id, e.at, e.signal, e.from_state, e.to_state, e.actor, e.comment,
       a.alarm_id, a.rule, a.target_kind, a.target_id, a.priority, a.state, a.muted_by, a.raised_at,
       a.acknowledged_at, a.cleared_at, a.value, a.limit_value, a.unit, a.message, a.response, a.evidence, a.verdict
FROM alarm_event e
JOIN alarm a USING (alarm_id)
WHERE e.event_id > %s
ORDER BY e.event_id
LIMIT %s;

-- name: experience
-- What became of each rule's alarms since a time: how many rang, and how many were right or false by verdict.
SELECT rule, count(*) AS raised,
       count(*) FILTER (WHERE (verdict ->> 'true')::bool) AS right,
       count(*) FILTER (WHERE NOT (verdict ->> 'true')::bool) AS false
FROM alarm WHERE raised_at >= %s AND state <> 'pending' GROUP BY rule;

-- name: standing
-- How many alarms stand in each state and priority.
SELECT state, priority, count(*) FROM alarm
WHERE state IN ('active', 'acknowledged', 'returned') AND raised_at IS NOT NULL
GROUP BY state, priority;
