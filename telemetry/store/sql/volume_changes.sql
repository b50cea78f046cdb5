-- name: after
-- Changes of volumes after a number, in order.
SELECT sequence, meter.meter, interval_start, interval_start + INTERVAL '1 hour' AS interval_end, revision AS new_revision,
       NULLIF(revision - 1, 0) AS old_revision, old_base_volume_um3, base_volume_um3, cause
FROM (
    SELECT first_sequence + place - 1 AS sequence, meter_id, interval_start, revision, old_base_volume_um3,
           base_volume_um3, cause
    FROM volume_change
    CROSS JOIN LATERAL unnest(meter_ids, interval_starts, revisions, old_base_volumes_um3, base_volumes_um3, causes)
        WITH ORDINALITY AS one (meter_id, interval_start, revision, old_base_volume_um3, base_volume_um3, cause, place)
    WHERE first_sequence > %(since)s::bigint - 1000 AND first_sequence <= %(since)s::bigint + %(most)s::bigint
) AS change
JOIN meter USING (meter_id)
WHERE sequence > %(since)s::bigint AND sequence <= %(since)s::bigint + %(most)s::bigint
ORDER BY sequence;

-- name: last
-- The number of the last change.
SELECT sequence FROM volume_clock;

-- name: settled_now
-- The present moment, once nobody is just writing: what becomes known later becomes known after it.
SELECT clock_timestamp() FROM (SELECT pg_advisory_xact_lock_shared(1668508007, 1) OFFSET 0) AS waited;
