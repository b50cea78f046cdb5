-- name: refused
-- Whole payloads that were refused, wholly or in part, and not replayed since; oldest first.
SELECT m.message_id, m.received_at, m.topic, m.payload, m.packed
FROM (
    SELECT DISTINCT received_at, message_id FROM dead_letter
    WHERE replayed_at IS NULL AND reason <> 'too_large'
      AND received_at >= %(since)s
      AND (%(reason)s::text IS NULL OR reason = %(reason)s)
      AND (%(devices)s::text[] IS NULL OR device = ANY(%(devices)s))
      AND (%(letters)s::bigint[] IS NULL OR dead_letter_id = ANY(%(letters)s))
) AS d JOIN message m ON m.message_id = d.message_id AND m.received_at = d.received_at
ORDER BY d.received_at, d.message_id;

-- name: stored
-- Every payload kept whole since a time, oldest first.
SELECT m.message_id, m.received_at, m.topic, m.payload, m.packed
FROM message m
WHERE m.received_at >= %(since)s
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.message_id = m.message_id AND d.reason = 'too_large')
  -- Delivered again, it has no dead letter of its own, and only its beginning was kept.
  AND NOT (m.redelivered AND NOT m.packed AND octet_length(m.payload) = 65536 AND EXISTS (
      SELECT FROM dead_letter d WHERE d.reason = 'too_large' AND d.topic = m.topic))
ORDER BY m.received_at, m.message_id;

-- name: note_mend
-- Who corrected a refused payload and why, and which message stands for it.
INSERT INTO mended_payload (dead_letter_id, message_id, received_at, mended_by, reason)
VALUES (%(dead_letter_id)s, %(message_id)s, %(received_at)s, %(by)s, %(reason)s);

-- name: mend
-- What was refused and is not any more.
UPDATE dead_letter SET replayed_at = now()
WHERE received_at BETWEEN %(first)s AND %(last)s AND message_id = ANY(%(messages)s) AND replayed_at IS NULL
  AND NOT EXISTS (
      SELECT FROM unnest(%(again_messages)s::bigint[], %(again_elements)s::int[]) AS again (message_id, element)
      WHERE again.message_id = dead_letter.message_id AND again.element IS NOT DISTINCT FROM dead_letter.element
  );
