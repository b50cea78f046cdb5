-- name: now
-- The moment of this transaction, by the database's clock.
SELECT now();

-- name: of_meter
-- What the devices said while they carried a meter, in order; a second statement of one instant is a conflict.
WITH placed AS (
    SELECT meter, device, valid_from,
           least(coalesce(removed_at, 'infinity'),
                 lead(valid_from, 1, 'infinity') OVER (PARTITION BY meter ORDER BY valid_from),
                 lead(valid_from, 1, 'infinity') OVER (PARTITION BY device ORDER BY valid_from)) AS placed_until
    FROM installation
    WHERE meter = %(meter)s OR device IN (SELECT device FROM installation WHERE meter = %(meter)s)
), span AS (
    SELECT d.device_id, d.device, greatest(p.valid_from, %(start)s) AS span_start,
           least(p.placed_until, %(end)s) AS span_end
    FROM placed p JOIN device d ON d.device = p.device
    WHERE p.meter = %(meter)s AND p.valid_from < %(end)s AND p.placed_until > %(start)s
)
SELECT span.device, r.device_id, r.measured_at, r.content_hash, r.received_at, r.stored_at, r.message_id,
       r.index_um3, r.base_index_um3, r.mechanical_index_um3, r.disturbed_index_um3, r.base_disturbed_index_um3,
       r.pressure_pa, r.gauge_pressure_pa, r.temperature_k, r.flow_m3h, r.base_flow_m3h, r.battery_v, r.battery_pct,
       r.valve, r.meter_bypass_valve, r.seq, r.flags, r.arrival_correction_factor, r.arrival_base_flow_m3h
FROM span
JOIN reading r ON r.device_id = span.device_id
 AND r.measured_at >= span.span_start AND r.measured_at < span.span_end
WHERE r.measured_at >= coalesce(%(after_at)s, %(start)s) AND r.measured_at < %(end)s
  AND r.stored_at <= %(as_of)s
  AND (%(after_at)s::timestamptz IS NULL
       OR (r.measured_at, r.device_id, r.content_hash) > (%(after_at)s, %(after_device)s::int, %(after_hash)s::bigint))
ORDER BY r.measured_at, r.device_id, r.content_hash
LIMIT %(limit)s;

-- name: trend
-- Pressure and temperature of a meter in equal steps, for a chart.
WITH span AS (
    SELECT d.device_id, greatest(i.valid_from, %(start)s) AS span_start,
           least(coalesce(i.removed_at, 'infinity'), %(end)s) AS span_end
    FROM installation i JOIN device d ON d.device = i.device
    WHERE i.meter = %(meter)s AND i.valid_from < %(end)s AND coalesce(i.removed_at, 'infinity') > %(start)s
)
SELECT date_bin(%(step)s, r.measured_at, '2000-01-01T00:00:00Z') AS bin,
       avg(coalesce(r.pressure_pa, r.gauge_pressure_pa)) AS pressure_pa, avg(r.temperature_k) AS temperature_k,
       bool_and(r.pressure_pa IS NULL) AND bool_or(r.gauge_pressure_pa IS NOT NULL) AS is_gauge
FROM span
JOIN reading r ON r.device_id = span.device_id
 AND r.measured_at >= span.span_start AND r.measured_at < span.span_end
WHERE r.measured_at >= %(start)s AND r.measured_at < %(end)s
GROUP BY 1
ORDER BY 1;
