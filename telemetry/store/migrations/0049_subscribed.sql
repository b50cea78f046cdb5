-- Since when the broker keeps messages for a shard: before it has granted the filters, it drops what nobody asked for.

ALTER TABLE shard_lease ADD COLUMN subscribed_at timestamptz; -- null until the broker has granted the holder's filters
