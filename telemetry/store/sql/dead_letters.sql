-- name: snapshot
-- What a list of dead letters is fixed to.
SELECT coalesce(max(dead_letter_id), 0) FROM dead_letter;

-- name: list
-- What was refused, newest first, with the payload as it came.
SELECT d.dead_letter_id, d.received_at, d.topic, d.device, d.decoder, d.reason, d.detail, d.element,
       d.payload_size, m.payload, m.packed, d.replayed_at
FROM dead_letter d
LEFT JOIN LATERAL (
    SELECT payload, packed FROM message WHERE message_id = d.message_id AND received_at = d.received_at LIMIT 1
) m ON true
WHERE d.dead_letter_id <= %(last)s
  AND (%(before)s::bigint IS NULL OR d.dead_letter_id < %(before)s)
  AND (%(reason)s::text IS NULL OR d.reason = %(reason)s)
  AND (%(device)s::text IS NULL OR d.device = %(device)s)
  AND (%(start)s::timestamptz IS NULL OR d.received_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR d.received_at < %(end)s)
  AND (NOT %(open)s OR d.replayed_at IS NULL)
ORDER BY d.dead_letter_id DESC
LIMIT %(limit)s;

-- name: one
-- One dead letter, with the payload as it came.
SELECT d.dead_letter_id, d.received_at, d.topic, d.device, d.decoder, d.reason, d.detail, d.element,
       d.payload_size, m.payload, m.packed, d.replayed_at, d.message_id,
       ARRAY(SELECT element FROM dead_letter o
             WHERE o.message_id = d.message_id AND o.received_at = d.received_at AND o.replayed_at IS NULL
               AND o.dead_letter_id <> d.dead_letter_id) AS open_beside
FROM dead_letter d
LEFT JOIN LATERAL (
    SELECT payload, packed FROM message WHERE message_id = d.message_id AND received_at = d.received_at LIMIT 1
) m ON true
WHERE d.dead_letter_id = %(id)s;

-- name: mends
-- How a dead letter was mended: who, when, why, and the payload that stands for it; the latest first.
SELECT p.mended_at, p.mended_by, p.reason, m.topic, m.payload, m.packed
FROM mended_payload p
LEFT JOIN LATERAL (
    SELECT topic, payload, packed FROM message WHERE message_id = p.message_id AND received_at = p.received_at LIMIT 1
) m ON true
WHERE p.dead_letter_id = %(id)s
ORDER BY p.mended_payload_id DESC;

-- name: reasons
-- How many dead letters there are of each reason, since a moment.
SELECT reason, count(*) FROM dead_letter
WHERE received_at >= %(since)s AND (NOT %(open)s OR replayed_at IS NULL) GROUP BY reason ORDER BY count(*) DESC, reason;
