-- name: reached
-- Up to which change of volumes the watch has judged.
SELECT volume_sequence FROM watch_progress;

-- name: reach
-- The watch has judged up to a change.
UPDATE watch_progress SET volume_sequence = %(sequence)s WHERE volume_sequence < %(sequence)s;

-- name: changed
-- The oldest and the newest whole hour of each meter among the next changes of volumes, and where these end.
WITH taken AS (
    SELECT last_sequence, meter_ids, first_hours, last_hours FROM volume_change
    WHERE first_sequence > %(since)s ORDER BY first_sequence LIMIT %(rows)s
)
SELECT max(last_sequence), span.meter_id, min(hour.oldest), max(hour.newest)
FROM taken
CROSS JOIN LATERAL unnest(meter_ids, first_hours, last_hours) AS span (meter_id, first_hour, last_hour)
LEFT JOIN LATERAL (
    SELECT min(interval_start) AS oldest, max(interval_start) AS newest FROM volume_hour
    WHERE meter_id = span.meter_id AND interval_start BETWEEN greatest(span.first_hour, %(from)s) AND span.last_hour
      AND coverage >= 0.999
) AS hour ON true
GROUP BY span.meter_id;

-- name: hours
-- Hourly volumes of some meters up to an instant each; a null is a sentinel.
SELECT v.*
FROM unnest(%(meters)s::int[], %(until)s::timestamptz[]) AS wanted (meter_id, until)
CROSS JOIN LATERAL (
    SELECT meter_id, interval_start, volume_um3, base_volume_um3,
           coalesce(device_base_volume_um3, (%(null)s)::bigint), coalesce(pressure_pa, 'NaN'),
           coalesce(temperature_k, 'NaN'), coalesce(correction_factor, 'NaN'), coverage, quality, flags::bigint,
           CASE method WHEN 'ptz' THEN 1 WHEN 'device' THEN 1 WHEN 'pt' THEN 2 ELSE 0 END::int2
    FROM volume_hour
    WHERE meter_id = wanted.meter_id AND interval_start < wanted.until
      AND interval_start >= wanted.until - %(back)s::interval
    OFFSET 0
) AS v;

-- name: made_whole
-- How old the reading was on arrival that ended each hour.
SELECT wanted.meter_id, (extract(epoch FROM r.received_at - r.measured_at) * 1000000)::bigint
FROM unnest(%(meters)s::int[], %(devices)s::int[], %(until)s::timestamptz[]) AS wanted (meter_id, device_id, until)
CROSS JOIN LATERAL (
    SELECT received_at, measured_at FROM reading
    WHERE device_id = wanted.device_id AND measured_at >= wanted.until AND index_um3 IS NOT NULL
    ORDER BY measured_at LIMIT 1
) AS r;
