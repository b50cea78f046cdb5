-- name: counters
-- The elements of all sources together.
SELECT coalesce(sum(received), 0)::bigint, coalesce(sum(committed), 0)::bigint,
       coalesce(sum(duplicate), 0)::bigint, coalesce(sum(refused), 0)::bigint,
       coalesce(sum(in_flight), 0)::bigint
FROM ingest_counter;

-- name: alarms
-- What was ever raised.
SELECT DISTINCT rule, target_id FROM alarm WHERE raised_at IS NOT NULL;

-- name: hours
-- Hourly volumes that stand.
SELECT count(*) FROM volume_hour;
