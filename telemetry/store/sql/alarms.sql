-- name: versions
-- Every alarm that has not come back to normal, with what differs after each change of its row.
SELECT alarm_id, xmin::text::bigint FROM alarm WHERE state <> 'normal';

-- name: open
-- Those of some alarms that have not come back to normal.
SELECT alarm_id, xmin::text::bigint AS version, rule, target_kind, target_id, priority, state, muted_by,
       (extract(epoch FROM present_since) * 1000000)::bigint AS present_since,
       (extract(epoch FROM absent_since) * 1000000)::bigint AS absent_since,
       (extract(epoch FROM raised_at) * 1000000)::bigint AS raised_at,
       (extract(epoch FROM acknowledged_at) * 1000000)::bigint AS acknowledged_at,
       (extract(epoch FROM cleared_at) * 1000000)::bigint AS cleared_at,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at,
       value, limit_value, unit, message, response, evidence
FROM alarm WHERE alarm_id = ANY (%(alarm_ids)s) AND state <> 'normal';

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
-- New alarms with what happened to each, told to whoever listens once one has rung; not where one is open.
WITH given AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('alarm', 'alarm_id')) AS alarm_id, alarm.*
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS alarm (
        place int, rule text, target_kind text, target_id text, priority text, state text, muted_by jsonb,
        present_since timestamptz, absent_since timestamptz, raised_at timestamptz, acknowledged_at timestamptz,
        cleared_at timestamptz, value float8, limit_value float8, unit text, message text, response text,
        evidence jsonb, events jsonb
    )
), changed AS (
    INSERT INTO alarm (
        alarm_id, rule, target_kind, target_id, priority, state, muted_by, present_since, absent_since, raised_at,
        acknowledged_at, cleared_at, value, limit_value, unit, message, response, evidence, updated_at
    ) OVERRIDING SYSTEM VALUE
    SELECT alarm_id, rule, target_kind, target_id, priority, state, muted_by, present_since, absent_since, raised_at,
           acknowledged_at, cleared_at, value, limit_value, unit, message, response, evidence, now()
    FROM given
    ON CONFLICT (rule, target_kind, target_id) WHERE state <> 'normal' DO NOTHING
    RETURNING alarm_id
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by)
    SELECT alarm_id, at, signal, from_state, to_state, actor, comment, event.value, event.muted_by
    FROM changed JOIN given USING (alarm_id)
    CROSS JOIN ROWS FROM (jsonb_to_recordset(events) AS (
        at timestamptz, signal text, from_state text, to_state text, actor text, comment text, value float8, muted_by jsonb
    )) WITH ORDINALITY AS event (at, signal, from_state, to_state, actor, comment, value, muted_by, turn)
    ORDER BY place, turn
    RETURNING event_id
)
SELECT (SELECT count(*) FROM changed), (SELECT pg_notify('citygas_alarm', '')::text FROM noted LIMIT 1);

-- name: update
-- Changes of alarms with what happened to each, unless somebody else changed it first.
WITH changed AS (
    UPDATE alarm SET
        priority = given.priority, state = given.state, present_since = given.present_since,
        absent_since = given.absent_since, raised_at = given.raised_at, acknowledged_at = given.acknowledged_at,
        cleared_at = given.cleared_at, value = given.value, limit_value = given.limit_value, unit = given.unit,
        message = given.message, response = given.response, evidence = given.evidence, muted_by = given.muted_by,
        updated_at = now()
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
        place int, alarm_id bigint, version bigint, priority text, state text, muted_by jsonb,
        present_since timestamptz, absent_since timestamptz, raised_at timestamptz, acknowledged_at timestamptz,
        cleared_at timestamptz, value float8, limit_value float8, unit text, message text, response text,
        evidence jsonb, events jsonb
    )
    WHERE alarm.alarm_id = given.alarm_id AND alarm.xmin::text::bigint = given.version
    RETURNING alarm.alarm_id, given.place, given.events
), noted AS (
    INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by)
    SELECT alarm_id, at, signal, from_state, to_state, actor, comment, value, muted_by
    FROM changed
    CROSS JOIN ROWS FROM (jsonb_to_recordset(events) AS (
        at timestamptz, signal text, from_state text, to_state text, actor text, comment text, value float8, muted_by jsonb
    )) WITH ORDINALITY AS event (at, signal, from_state, to_state, actor, comment, value, muted_by, turn)
    ORDER BY place, turn
    RETURNING event_id
)
SELECT (SELECT count(*) FROM changed), (SELECT pg_notify('citygas_alarm', '')::text FROM noted LIMIT 1);

-- name: forget
-- Pending alarms that never rang leave nothing behind.
DELETE FROM alarm WHERE alarm_id = ANY (%(alarm_ids)s) AND state = 'pending' AND raised_at IS NULL
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
SELECT pg_notify('citygas_alarm', '')::text FROM changed;

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
SELECT pg_notify('citygas_alarm', '')::text FROM ended;
