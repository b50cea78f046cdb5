-- name: take
-- A shard's lock, for as long as this session lives.
SELECT pg_try_advisory_lock(hashtextextended('citygas.shard.' || %s, 0));

-- name: filters
-- What the shard's session at the broker is subscribed to.
SELECT filters FROM shard_lease WHERE shard = %s;

-- name: note
-- Who holds it now.
INSERT INTO shard_lease (shard, holder, filters) VALUES (%s, %s, %s)
ON CONFLICT (shard) DO UPDATE SET holder = EXCLUDED.holder, filters = EXCLUDED.filters, taken_at = now();
