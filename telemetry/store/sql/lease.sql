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

-- name: unsubscribed
-- Nobody knows yet whether the broker grants the new holder its filters.
UPDATE shard_lease SET subscribed_at = NULL WHERE shard = %s;

-- name: subscribed
-- The broker has granted them.
UPDATE shard_lease SET subscribed_at = now() WHERE shard = %s;

-- name: all_subscribed
-- Does the broker keep messages for every shard? False before the first collector came.
SELECT coalesce(bool_and(subscribed_at IS NOT NULL), false) FROM shard_lease;
