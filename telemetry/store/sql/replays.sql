-- name: refused
-- Whole payloads that were refused, wholly or in part, and not replayed since; oldest first.
SELECT DISTINCT ON (d.received_at, d.message_id) d.message_id, m.received_at, m.topic, m.payload
FROM dead_letter d JOIN message m ON m.message_id = d.message_id AND m.received_at = d.received_at
WHERE d.replayed_at IS NULL AND d.reason <> 'too_large'
  AND d.received_at >= %(since)s
  AND (%(reason)s::text IS NULL OR d.reason = %(reason)s)
  AND (%(devices)s::text[] IS NULL OR d.device = ANY(%(devices)s))
ORDER BY d.received_at, d.message_id;

-- name: stored
-- Every payload kept whole since a time, oldest first.
SELECT m.message_id, m.received_at, m.topic, m.payload
FROM message m
WHERE m.received_at >= %(since)s
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.message_id = m.message_id AND d.reason = 'too_large')
ORDER BY m.received_at, m.message_id;

-- name: mend
-- What was refused and is not any more.
UPDATE dead_letter SET replayed_at = now()
WHERE message_id = ANY(%(messages)s) AND replayed_at IS NULL
  AND NOT EXISTS (
      SELECT FROM unnest(%(again_messages)s::bigint[], %(again_elements)s::int[]) AS again (message_id, element)
      WHERE again.message_id = dead_letter.message_id AND again.element IS NOT DISTINCT FROM dead_letter.element
  );
