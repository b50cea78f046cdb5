-- name: timescale_available
-- Can this server load TimescaleDB, and is it preloaded as it must be? Its setting tells whoever asks.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
   AND current_setting('timescaledb.max_background_workers', true) IS NOT NULL;

-- name: prepare
-- The list of applied migrations.
CREATE TABLE IF NOT EXISTS migration (
    number int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied
-- What is applied, and with which text.
SELECT number, checksum FROM migration ORDER BY number;

-- name: record
-- Note a migration as applied.
INSERT INTO migration (number, name, checksum) VALUES (%s, %s, %s);

-- name: lock
-- Only one program migrates at a time.
SELECT pg_advisory_lock(%s);

-- name: unlock
-- Let the next one.
SELECT pg_advisory_unlock(%s);
