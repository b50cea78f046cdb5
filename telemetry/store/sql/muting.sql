-- name: live_shelvings
-- What is shelved now.
SELECT shelving_id, rule, target_kind, target_id, priority, shelved_at, until, reason, shelved_by
FROM alarm_shelving WHERE ended_at IS NULL;

-- name: live_shelving
-- Whether a rule's alarm about a target is shelved now.
SELECT shelving_id, rule, target_kind, target_id, priority, shelved_at, until, reason, shelved_by
FROM alarm_shelving
WHERE rule = %s AND target_kind = %s AND target_id = %s AND ended_at IS NULL;

-- name: shelve
-- Put an alarm aside, unless it already is.
INSERT INTO alarm_shelving (rule, target_kind, target_id, priority, shelved_at, until, reason, shelved_by)
VALUES (%(rule)s, %(target_kind)s, %(target_id)s, %(priority)s, %(shelved_at)s, %(until)s, %(reason)s, %(shelved_by)s)
ON CONFLICT (rule, target_kind, target_id) WHERE ended_at IS NULL DO NOTHING
RETURNING shelving_id;

-- name: end_shelving
-- Take an alarm from the shelf, and the mark off those that are over; nothing where somebody did so before.
WITH ended AS (
    UPDATE alarm_shelving SET ended_at = %(at)s, ended_why = %(why)s, ended_by = %(by)s
    WHERE shelving_id = %(shelving_id)s AND ended_at IS NULL
    RETURNING shelving_id, rule, target_kind, target_id
), unmarked AS (
    UPDATE alarm SET muted_by = coalesce((
        SELECT jsonb_agg(reason) FROM jsonb_array_elements(muted_by) AS reason WHERE reason ->> 'kind' <> 'shelved'
    ), '[]')
    FROM ended
    WHERE alarm.rule = ended.rule AND alarm.target_kind = ended.target_kind AND alarm.target_id = ended.target_id
      AND alarm.state = 'normal' AND alarm.muted_by <> '[]'
)
SELECT shelving_id FROM ended;

-- name: open_of
-- The alarm of a rule and target that an operator is shown now.
SELECT alarm_id FROM alarm
WHERE rule = %s AND target_kind = %s AND target_id = %s AND state IN ('active', 'acknowledged', 'returned');

-- name: annotate
-- Something that happened to an alarm beside its state, unless its state or muting changed meanwhile.
WITH changed AS (
    UPDATE alarm SET muted_by = %(muted_by)s, verdict = coalesce(%(verdict)s::jsonb, verdict), updated_at = now()
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
SELECT pg_notify('citygas_alarm', '')::text FROM changed;

-- name: out_of_service_now
-- What does not serve now.
SELECT out_of_service_id, target_kind, target_id, since, until, reason, taken_by, returned_at, returned_by
FROM out_of_service
WHERE returned_at IS NULL AND since <= %(at)s AND (until IS NULL OR until > %(at)s) ORDER BY out_of_service_id;

-- name: return_what_is_over
-- Write down that something serves since the time that was said when it was taken out.
UPDATE out_of_service SET returned_at = until
WHERE target_kind = %(kind)s AND target_id = %(target)s AND returned_at IS NULL AND until <= %(at)s;

-- name: take_out_of_service
-- Let something be out of service, unless it already is.
INSERT INTO out_of_service (target_kind, target_id, since, until, reason, taken_by)
VALUES (%(kind)s, %(target)s, %(at)s, %(until)s, %(reason)s, %(by)s)
ON CONFLICT (target_kind, target_id) WHERE returned_at IS NULL DO NOTHING
RETURNING out_of_service_id, target_kind, target_id, since, until, reason, taken_by, returned_at, returned_by;

-- name: return_to_service
-- Let something serve again; nothing where it already does.
UPDATE out_of_service SET returned_at = %(at)s, returned_by = %(by)s
WHERE out_of_service_id = %(number)s AND returned_at IS NULL AND (until IS NULL OR until > %(at)s)
RETURNING out_of_service_id, target_kind, target_id, since, until, reason, taken_by, returned_at, returned_by;

-- name: list_out_of_service
-- What is or was out of service, newest first.
SELECT out_of_service_id, target_kind, target_id, since, until, reason, taken_by, returned_at, returned_by
FROM out_of_service
WHERE (%(before)s::bigint IS NULL OR out_of_service_id < %(before)s) AND out_of_service_id <= %(last)s
ORDER BY out_of_service_id DESC LIMIT %(limit)s;

-- name: last_out_of_service
-- The number of the newest entry, 0 before the first.
SELECT coalesce(max(out_of_service_id), 0) FROM out_of_service;
