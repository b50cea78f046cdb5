-- name: create
-- Keep a key by its hash; a name that was revoked may be given again.
INSERT INTO api_key (name, prefix, sha256, scopes, expires_at)
VALUES (%(name)s, %(prefix)s, %(sha256)s, %(scopes)s, %(expires_at)s)
ON CONFLICT (name) DO NOTHING
RETURNING key_id;

-- name: list
-- Every key there is or was, by name.
SELECT key_id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at
FROM api_key
ORDER BY name;

-- name: by_name
-- One key by its name.
SELECT key_id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at
FROM api_key
WHERE name = %s;

-- name: find
-- The key of this hash, unless it was revoked or has expired.
SELECT key_id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at
FROM api_key
WHERE sha256 = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());

-- name: used
-- Note that a key was used, at most once a minute.
UPDATE api_key SET last_used_at = now()
WHERE key_id = %s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');

-- name: revoke
-- End a key for good.
UPDATE api_key SET revoked_at = now() WHERE name = %s AND revoked_at IS NULL RETURNING key_id;

-- name: end_sessions
-- End the log-ins and log-in links of a key.
WITH links AS (DELETE FROM console_login WHERE key_id = %(key_id)s)
DELETE FROM console_session WHERE key_id = %(key_id)s;

-- name: keep_secret
-- Keep a secret unless one of this name is kept already.
INSERT INTO api_secret (name, secret) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING;

-- name: secret
-- The secret of this name.
SELECT secret FROM api_secret WHERE name = %s;
