-- name: forget
-- Let go of answers that nobody asks for again.
DELETE FROM answered_request WHERE answered_at < now() - %s * INTERVAL '1 day';

-- name: claim
-- Take a key for a request; of two at once the second waits, and then takes nothing.
INSERT INTO answered_request (key_name, idempotency_key, request_sha256)
VALUES (%(key_name)s, %(idempotency_key)s, %(request)s)
ON CONFLICT DO NOTHING RETURNING true;

-- name: find
-- What was asked under a key, and answered.
SELECT request_sha256, answer FROM answered_request
WHERE key_name = %(key_name)s AND idempotency_key = %(idempotency_key)s;

-- name: answer
-- Keep the answer.
UPDATE answered_request SET answer = %(answer)s
WHERE key_name = %(key_name)s AND idempotency_key = %(idempotency_key)s;
