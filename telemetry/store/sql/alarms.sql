-- name: open
-- Every alarm that has not come back to normal, kept from others until the commit: what people say of it is then
-- either in what is read after this or waits. Else two that undid each other would go unnoticed.
SELECT alarm_id, rule, target_kind, target_id, priority, state, muted_by,
       (extract(epoch FROM present_since) * 1000000)::bigint AS present_since,
       (extract(epoch FROM absent_since) * 1000000)::bigint AS absent_since,
       (extract(epoch FROM raised_at) * 1000000)::bigint AS raised_at,
       (extract(epoch FROM acknowledged_at) * 1000000)::bigint AS acknowledged_at,
       (extract(epoch FROM cleared_at) * 1000000)::bigint AS cleared_at,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at,
       value, limit_value, unit, message, response, evidence
FROM alarm WHERE state <> 'normal' FOR NO KEY UPDATE;

-- name: one
-- One alarm that was raised.
SELECT alarm_id, rule, target_kind, target_id, priority, state, muted_by,
       (extract(epoch FROM present_since) * 1000000)::bigint AS present_since,
       (extract(epoch FROM absent_since) * 1000000)::bigint AS absent_since,
       (extract(epoch FROM raised_at) * 1000000)::bigint AS raised_at,
       (extract(epoch FROM acknowledged_at) * 1000000)::bigint AS acknowledged_at,
       (extract(epoch FROM cleared_at) * 1000000)::bigint AS cleared_at,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at,
       value, limit_value, unit, message, response, evidence
FROM alarm WHERE alarm_id = %(alarm_id)s AND raised_at IS NOT NULL;

-- name: insert
-- A new alarm with what happened to it, told to whoever listens once it has rung; nothing where one is open.
WITH changed AS (
    INSERT INTO alarm (
        rule, target_kind, target_id, priority, state, muted_by, present_since, absent_since, raised_at,
        acknowledged_at, cleared_at, value, limit_value, unit, message, response, evidence, updated_at
    ) VALUES (
        %(rule)s, %(target_kind)s, %(target_id)s, %(priority)s, %(state)s, %(muted_by)s, %(present_since)s,
        %(absent_since)s, %(raised_at)s, %(acknowledged_at)s, %(cleared_at)s, %(value)s, %(limit_value)s,
        %(unit)s, %(message)s, %(response)s, %(evidence)s, now()
    )
    ON CONFLICT (rule, target_kind, target_id) WHERE state <> 'normal' DO NOTHING
    RETURNING alarm_id
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by)
    SELECT changed.alarm_id, event.*
    FROM changed, unnest(
        %(event_at)s::timestamptz[], %(event_signal)s::text[], %(event_from_state)s::text[],
        %(event_to_state)s::text[], %(event_actor)s::text[], %(event_comment)s::text[], %(event_value)s::float8[],
        %(event_muted_by)s::jsonb[]
    ) AS event
)
SELECT CASE WHEN cardinality(%(event_at)s::timestamptz[]) > 0
            THEN pg_notify('citygas_alarm', alarm_id::text)::text END
FROM changed;

-- name: update
-- A change of an alarm with what happened to it, unless somebody else changed its state or muting first.
WITH changed AS (
    UPDATE alarm SET
        priority = %(priority)s, state = %(state)s, present_since = %(present_since)s,
        absent_since = %(absent_since)s, raised_at = %(raised_at)s, acknowledged_at = %(acknowledged_at)s,
        cleared_at = %(cleared_at)s, value = %(value)s,
        limit_value = %(limit_value)s, unit = %(unit)s, message = %(message)s, response = %(response)s,
        evidence = %(evidence)s, muted_by = %(muted_by)s, updated_at = now()
    WHERE alarm_id = %(alarm_id)s AND state = %(before)s AND muted_by = %(muted_before)s::jsonb
    RETURNING alarm_id
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by)
    SELECT changed.alarm_id, event.*
    FROM changed, unnest(
        %(event_at)s::timestamptz[], %(event_signal)s::text[], %(event_from_state)s::text[],
        %(event_to_state)s::text[], %(event_actor)s::text[], %(event_comment)s::text[], %(event_value)s::float8[],
        %(event_muted_by)s::jsonb[]
    ) AS event
)
SELECT CASE WHEN cardinality(%(event_at)s::timestamptz[]) > 0
            THEN pg_notify('citygas_alarm', alarm_id::text)::text END
FROM changed;

-- name: forget
-- A pending alarm that never rang leaves nothing behind.
DELETE FROM alarm WHERE alarm_id = %(alarm_id)s AND state = 'pending' AND raised_at IS NULL
RETURNING alarm_id;

-- name: acknowledge
-- Somebody saw an alarm: its new state, its history and the news of it, unless it changed meanwhile.
WITH changed AS (
    UPDATE alarm SET state = %(after)s, acknowledged_at = %(at)s, updated_at = now()
    WHERE alarm_id = %(alarm_id)s AND state = %(before)s
    RETURNING alarm_id, value, muted_by
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by)
    SELECT alarm_id, %(at)s, %(signal)s, %(before)s, %(after)s, %(actor)s, %(comment)s, value, muted_by
    FROM changed
)
SELECT pg_notify('citygas_alarm', alarm_id::text)::text FROM changed;

-- name: without_rule
-- End alarms whose rule there is no more, as if their condition had gone; nothing judges them any longer.
WITH ended AS (
    UPDATE alarm SET state = CASE state WHEN 'active' THEN 'returned' ELSE 'normal' END, cleared_at = now(),
                     muted_by = '[]', updated_at = now()
    FROM (SELECT alarm_id, state AS before FROM alarm
          WHERE state IN ('pending', 'active', 'acknowledged') AND rule <> ALL (%(rules)s::text[]) FOR UPDATE) AS old
    WHERE alarm.alarm_id = old.alarm_id
    RETURNING alarm.alarm_id, old.before, alarm.state
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, comment)
    SELECT alarm_id, now(), 'GONE', before, state, 'the rule is gone' FROM ended
)
SELECT pg_notify('citygas_alarm', alarm_id::text)::text FROM ended;
