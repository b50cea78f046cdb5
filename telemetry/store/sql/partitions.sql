-- name: partitioned
-- Which tables are kept as native range partitions.
SELECT relname::text FROM pg_class WHERE relkind = 'p' AND relnamespace = 'citygas'::regnamespace;

-- name: covered
-- The partitions that are there.
SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE c.relnamespace = 'citygas'::regnamespace;

-- name: one_at_a_time
-- Two collectors may meet the same new month.
SELECT pg_advisory_xact_lock(hashtext('citygas.partitions'));

-- name: exists
-- Did another collector make it meanwhile?
SELECT FROM pg_class WHERE relname = %s AND relnamespace = 'citygas'::regnamespace;

-- name: make
-- A month's table, aside; the check spares ATTACH a scan.
CREATE TABLE {partition} (
    LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE,
    CONSTRAINT {check} CHECK ({column} >= {first} AND {column} < {next})
);

-- name: attach
-- Make it part of the table.
ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES FROM ({first}) TO ({next});
ALTER TABLE {partition} DROP CONSTRAINT {check};

-- name: tell
-- Changes nothing, and says so to every session: nobody sets what is reset.
ALTER TABLE ONLY {table} ALTER COLUMN {column} RESET (n_distinct_inherited);
