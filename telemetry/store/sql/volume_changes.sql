-- name: after
-- Changes of volumes after a number, in order: of each span that holds some of them, the revisions of its moment.
WITH span AS (
    SELECT known_at, meter_id, first_hour, last_hour, many, first_sequence - 1
           + sum(many) OVER (PARTITION BY first_sequence ORDER BY place) - many AS before
    FROM volume_change
    CROSS JOIN LATERAL unnest(meter_ids, first_hours, last_hours, changes)
        WITH ORDINALITY AS one (meter_id, first_hour, last_hour, many, place)
    WHERE last_sequence > %(since)s::bigint AND first_sequence <= %(since)s::bigint + %(most)s::bigint
)
SELECT sequence::bigint, meter.meter, interval_start, interval_start + INTERVAL '1 hour' AS interval_end,
       change.revision AS new_revision, former.revision AS old_revision, former.base_volume_um3 AS old_base_volume_um3,
       change.base_volume_um3, cause
FROM (
    SELECT before + row_number() OVER (PARTITION BY known_at, meter_id ORDER BY interval_start) AS sequence,
           meter_id, interval_start, revision, base_volume_um3, cause
    FROM span CROSS JOIN LATERAL (
        SELECT interval_start, revision, base_volume_um3, cause FROM volume_hour AS hour
        WHERE hour.meter_id = span.meter_id AND interval_start BETWEEN first_hour AND last_hour
          AND computed_at = known_at
        UNION ALL
        SELECT interval_start, revision, base_volume_um3, cause FROM volume_hour_superseded AS hour
        WHERE hour.meter_id = span.meter_id AND interval_start BETWEEN first_hour AND last_hour
          AND computed_at = known_at
    ) AS hour
    WHERE before < %(since)s::bigint + %(most)s::bigint AND before + many > %(since)s::bigint
) AS change
JOIN meter USING (meter_id)
LEFT JOIN LATERAL (
    SELECT revision, base_volume_um3 FROM volume_hour_superseded AS former
    WHERE former.meter_id = change.meter_id AND former.interval_start = change.interval_start
      AND former.revision = change.revision - 1
) AS former ON true
WHERE sequence > %(since)s::bigint AND sequence <= %(since)s::bigint + %(most)s::bigint
ORDER BY sequence;

-- name: last
-- The number of the last change.
SELECT sequence FROM volume_clock;

-- name: settled_now
-- The present moment, once nobody is just writing: what becomes known later becomes known after it.
SELECT clock_timestamp() FROM (SELECT pg_advisory_xact_lock_shared(1668508007, 1) OFFSET 0) AS waited;
