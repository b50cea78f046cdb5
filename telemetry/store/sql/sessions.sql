-- name: offer_login
-- Keep a log-in link by its hash.
INSERT INTO console_login (sha256, key_id, expires_at) VALUES (%s, %s, now() + %s);

-- name: redeem_login
-- Use a log-in link up; nothing when it was used before or is too old.
WITH used AS (DELETE FROM console_login WHERE sha256 = %s RETURNING key_id, expires_at)
SELECT key_id FROM used WHERE expires_at > now();

-- name: open
-- Keep a log-in session by its hash, and forget those that have expired.
WITH old AS (DELETE FROM console_session WHERE expires_at <= now())
INSERT INTO console_session (sha256, key_id, expires_at) VALUES (%s, %s, now() + %s);

-- name: find
-- The key behind a live session.
SELECT k.key_id, k.name, k.prefix, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
FROM console_session s
JOIN api_key k USING (key_id)
WHERE s.sha256 = %s AND s.expires_at > now()
  AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());

-- name: close
-- Forget a session.
DELETE FROM console_session WHERE sha256 = %s;
