-- name: take_untold
-- What happened to alarms and was not looked at yet, oldest first, taken away with it.
WITH taken AS (
    DELETE FROM untold_event WHERE event_id IN (
        SELECT event_id FROM untold_event ORDER BY event_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    RETURNING event_id
)
SELECT e.event_id, e.alarm_id, a.rule, a.target_kind, a.target_id, a.priority, e.signal, e.from_state, e.to_state,
       e.comment, jsonb_array_length(e.muted_by) > 0 AS muted
FROM taken JOIN alarm_event AS e USING (event_id) JOIN alarm AS a USING (alarm_id)
ORDER BY e.event_id;

-- name: add_occasions
-- Reasons to tell somebody, each once.
INSERT INTO occasion (route, event_id, alarm_id, reason, priority, zone, group_key, created_at, ready_at, due_at)
SELECT * FROM unnest(
    %(route)s::text[], %(event_id)s::bigint[], %(alarm_id)s::bigint[], %(reason)s::text[], %(priority)s::text[],
    %(zone)s::text[], %(group_key)s::text[], %(created_at)s::timestamptz[], %(ready_at)s::timestamptz[],
    %(due_at)s::timestamptz[]
)
ON CONFLICT (route, event_id, again) DO NOTHING;

-- name: add_repeats
-- Tell again of what a route told of long ago and nobody has acknowledged since.
INSERT INTO occasion (
    route, event_id, again, alarm_id, reason, priority, zone, group_key, created_at, ready_at, due_at
)
SELECT o.route, o.event_id, o.again + 1, o.alarm_id, 'repeat', a.priority, o.zone, o.group_key,
       %(now)s, %(now)s, %(due_at)s
FROM alarm AS a CROSS JOIN LATERAL (
    SELECT * FROM occasion WHERE alarm_id = a.alarm_id AND route = %(route)s ORDER BY occasion_id DESC LIMIT 1
) AS o
WHERE a.state = 'active' AND a.muted_by = '[]' AND a.priority = ANY(%(priorities)s)
  AND o.settled_at <= %(before)s AND o.dropped IS NULL
ON CONFLICT (route, event_id, again) DO NOTHING;

-- name: due_groups
-- What is to be told now: not again of the same group so soon, but critical alarms at once.
SELECT o.route, o.group_key
FROM occasion AS o
WHERE o.settled_at IS NULL AND o.route = %(route)s AND o.ready_at <= %(now)s
GROUP BY o.route, o.group_key
HAVING min(o.due_at) <= %(now)s AND (bool_or(o.priority = 'critical') OR NOT EXISTS (
    SELECT FROM notice AS n
    WHERE n.route = o.route AND n.group_key = o.group_key AND n.created_at > %(not_since)s
));

-- name: take_occasions
-- All that is ready of one group, with its alarm as it stands now.
SELECT o.occasion_id, o.reason, o.zone, o.created_at, o.ready_at > o.created_at AS held, a.alarm_id, a.rule, a.target_kind,
       a.target_id, a.priority, a.state, a.muted_by <> '[]' AS muted, a.raised_at, a.cleared_at, a.value,
       a.limit_value, a.unit, a.evidence,
       EXISTS (
           SELECT FROM occasion AS earlier
           WHERE earlier.alarm_id = o.alarm_id AND earlier.route = o.route AND earlier.occasion_id < o.occasion_id
             AND earlier.settled_at IS NOT NULL AND earlier.dropped IS NULL
       ) AS told_before
FROM occasion AS o JOIN alarm AS a USING (alarm_id)
WHERE o.route = %(route)s AND o.group_key = %(group_key)s AND o.settled_at IS NULL AND o.ready_at <= %(now)s
ORDER BY o.occasion_id FOR UPDATE OF o SKIP LOCKED;

-- name: settle_occasions
-- A notice says it, or why none does.
UPDATE occasion SET settled_at = %(now)s, dropped = said.dropped
FROM unnest(%(occasion_id)s::bigint[], %(dropped)s::text[]) AS said (occasion_id, dropped)
WHERE occasion.occasion_id = said.occasion_id;

-- name: add_notice
-- One message to one channel; nothing where there is one already that may be there once.
INSERT INTO notice (route, channel, group_key, content, created_at, next_at, once)
VALUES (%(route)s, %(channel)s, %(group_key)s, %(content)s, %(now)s, coalesce(%(next_at)s, %(now)s), %(once)s)
ON CONFLICT (route, channel, once) DO NOTHING;

-- name: know_channel
-- A channel as it is configured; one that leads elsewhere than before begins anew.
INSERT INTO notice_channel (channel, destination) VALUES (%(channel)s, %(destination)s)
ON CONFLICT (channel) DO UPDATE
SET destination = excluded.destination, disabled_at = NULL, disabled_why = NULL
WHERE notice_channel.destination <> excluded.destination;

-- name: channel
-- When a channel was used and whether it is disabled; nothing while another process looks.
SELECT used_at, disabled_why FROM notice_channel WHERE channel = %(channel)s FOR UPDATE SKIP LOCKED;

-- name: next_notice
-- What a channel has to send first.
SELECT notice_id, key, content, attempts, created_at FROM notice
WHERE channel = %(channel)s AND sent_at IS NULL AND dead_at IS NULL AND next_at <= %(now)s
ORDER BY notice_id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: claim
-- From here on a notice may have reached its receiver; nobody else sends it before the claim ends.
WITH used AS (
    UPDATE notice_channel SET used_at = %(used_at)s WHERE channel = %(channel)s
)
UPDATE notice SET attempts = attempts + 1, next_at = %(until)s WHERE notice_id = %(notice_id)s;

-- name: sent
-- The receiver has it.
UPDATE notice SET sent_at = %(now)s, error = NULL WHERE notice_id = %(notice_id)s;

-- name: failed
-- The receiver does not have it: when to try again, or that it is given up.
UPDATE notice SET error = %(error)s, next_at = %(next_at)s, dead_at = %(dead_at)s WHERE notice_id = %(notice_id)s;

-- name: disable
-- The receiver wants no more.
UPDATE notice_channel SET disabled_at = %(now)s, disabled_why = %(why)s WHERE channel = %(channel)s;

-- name: give_up
-- What a disabled channel can no longer send.
UPDATE notice SET dead_at = %(now)s, error = %(why)s
WHERE channel = %(channel)s AND sent_at IS NULL AND dead_at IS NULL;
