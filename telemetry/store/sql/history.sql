-- name: samples
-- What stations said of their streams in a span, and last before it; OFFSET 0 holds the plan to index look-ups.
SELECT p.station_id, p.stream, p.measured_at, p.received_at, p.stored_at,
       coalesce(p.inlet_gauge_pressure_pa, 'NaN'), coalesce(p.outlet_gauge_pressure_pa, 'NaN'),
       coalesce(p.outlet_min_gauge_pressure_pa, 'NaN'), coalesce(p.outlet_max_gauge_pressure_pa, 'NaN'),
       coalesce(p.temperature_k, 'NaN'), coalesce(p.filter_differential_pa, 'NaN'),
       coalesce(p.flow_m3h, 'NaN'), coalesce(p.gas_lel_pct, 'NaN'),
       coalesce(p.slam_shut, -1::smallint), coalesce(p.bypass_valve, -1::smallint),
       coalesce(p.relief, -1::smallint), coalesce(p.cabinet_open::int, -1)
FROM station s
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream (stream)
CROSS JOIN LATERAL (
    (SELECT * FROM pressure_sample
     WHERE station_id = s.station_id AND pressure_sample.stream = stream.stream
       AND measured_at > %(measured_from)s AND measured_at <= %(measured_to)s
       AND stored_at > %(stored_from)s AND stored_at <= %(stored_to)s
     OFFSET 0)
    UNION ALL
    (SELECT * FROM pressure_sample
     WHERE %(with_last)s AND station_id = s.station_id AND pressure_sample.stream = stream.stream
       AND measured_at <= %(measured_from)s AND stored_at <= %(stored_to)s
     ORDER BY measured_at DESC LIMIT 1)
) AS p;

-- name: station_events
-- What stations said has begun or ended in a span, as samples that tell of nothing else.
SELECT s.station_id, 0::smallint, e.measured_at, e.received_at, e.stored_at,
       'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8,
       'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float4,
       CASE WHEN e.code = 'slam_shut' THEN least(e.state, 1::smallint) ELSE -1::smallint END,
       CASE WHEN e.code = 'bypass_valve' THEN least(e.state, 1::smallint) ELSE -1::smallint END,
       -1::smallint, -1
FROM station s
JOIN device_event e ON e.device = s.station
WHERE e.measured_at > %(measured_from)s AND e.measured_at <= %(measured_to)s
  AND e.stored_at > %(stored_from)s AND e.stored_at <= %(stored_to)s
  AND e.code IN ('slam_shut', 'bypass_valve');

-- name: readings
-- What devices said of their meters in a span, and their last register before it; a null is a sentinel.
SELECT r.device_id, r.measured_at, r.received_at, r.stored_at, r.content_hash,
       coalesce(r.index_um3, (%(null)s)::bigint), coalesce(r.base_index_um3, (%(null)s)::bigint),
       coalesce(r.mechanical_index_um3, (%(null)s)::bigint),
       coalesce(r.disturbed_index_um3, (%(null)s)::bigint),
       coalesce(r.base_disturbed_index_um3, (%(null)s)::bigint),
       coalesce(r.pressure_pa, 'NaN'), coalesce(r.gauge_pressure_pa, 'NaN'),
       coalesce(r.temperature_k, 'NaN'), coalesce(r.flow_m3h, 'NaN'), coalesce(r.base_flow_m3h, 'NaN'),
       coalesce(r.battery_v, 'NaN'), coalesce(r.battery_pct, 'NaN'),
       coalesce(r.valve, -1::smallint), coalesce(r.meter_bypass_valve, -1::smallint),
       coalesce(r.seq, (%(null)s)::bigint), r.flags, 0
FROM device d
CROSS JOIN LATERAL (
    (SELECT * FROM reading
     WHERE device_id = d.device_id AND measured_at > %(measured_from)s AND measured_at <= %(measured_to)s
       AND stored_at > %(stored_from)s AND stored_at <= %(stored_to)s
     OFFSET 0)
    UNION ALL
    (SELECT * FROM reading
     WHERE %(with_last)s AND device_id = d.device_id AND index_um3 IS NOT NULL
       AND measured_at <= %(measured_from)s AND stored_at <= %(stored_to)s
     ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 1)
) AS r;

-- name: meter_events
-- What devices said has begun, happened or ended in a span, as readings that tell of one flag, or of a valve, alone.
SELECT d.device_id, e.measured_at, e.received_at, e.stored_at, e.content_hash,
       (%(null)s)::bigint, (%(null)s)::bigint, (%(null)s)::bigint, (%(null)s)::bigint, (%(null)s)::bigint,
       'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8,
       'NaN'::float4, 'NaN'::float4, -1::smallint,
       CASE WHEN e.code = 'bypass_valve' THEN least(e.state, 1::smallint) ELSE -1::smallint END, (%(null)s)::bigint,
       CASE WHEN e.state = 0 OR e.code = 'bypass_valve' THEN 0 ELSE flag.bit END, flag.bit
FROM device d
JOIN device_event e ON e.device = d.device
JOIN unnest(%(codes)s::text[], %(bits)s::int[]) AS flag (code, bit) ON flag.code = e.code
WHERE e.measured_at > %(measured_from)s AND e.measured_at <= %(measured_to)s
  AND e.stored_at > %(stored_from)s AND e.stored_at <= %(stored_to)s;

-- name: hours
-- Hourly volumes as they stand, each with when the first reading after it came, which made it whole.
SELECT v.meter_id, v.interval_start, v.volume_um3, v.base_volume_um3,
       coalesce(v.device_base_volume_um3, (%(null)s)::bigint), coalesce(v.pressure_pa, 'NaN'),
       coalesce(v.temperature_k, 'NaN'), coalesce(v.correction_factor, 'NaN'), v.coverage, v.quality,
       v.flags::bigint, CASE v.method WHEN 'ptz' THEN 1 WHEN 'device' THEN 1 WHEN 'pt' THEN 2 ELSE 0 END::int2, r.arrived_at,
       (extract(epoch FROM r.received_at - r.measured_at) * 1000000)::bigint
FROM meter m
CROSS JOIN LATERAL (
    SELECT * FROM volume_hour
    WHERE meter_id = m.meter_id AND interval_start >= %(hours_from)s AND interval_start <= %(arrived_to)s
    OFFSET 0
) AS v
CROSS JOIN LATERAL (
    SELECT device FROM installation
    WHERE installation.meter = m.meter AND valid_from < v.interval_start + INTERVAL '1 hour'
    ORDER BY valid_from DESC LIMIT 1
) AS i
JOIN device d ON d.device = i.device
CROSS JOIN LATERAL (
    SELECT received_at, measured_at, CASE WHEN %(stored)s THEN stored_at ELSE measured_at END AS arrived_at
    FROM reading
    WHERE device_id = d.device_id AND measured_at >= v.interval_start + INTERVAL '1 hour' AND index_um3 IS NOT NULL
    ORDER BY measured_at LIMIT 1
) AS r
WHERE r.arrived_at > %(arrived_from)s AND r.arrived_at <= %(arrived_to)s;

-- name: cards
-- What IC-card meters said of their credit in a span, and last before it.
SELECT c.device_id, c.measured_at, c.received_at, c.stored_at, c.remaining_m3, c.remaining_money, c.cumulative_purchased_m3,
       c.sequence, c.alarm_m3, c.overdraft_limit_m3, c.basis, c.price_version
FROM device d
CROSS JOIN LATERAL (
    (SELECT * FROM card_state
     WHERE device_id = d.device_id AND measured_at > %(measured_from)s AND measured_at <= %(measured_to)s
       AND stored_at > %(stored_from)s AND stored_at <= %(stored_to)s)
    UNION ALL
    (SELECT * FROM card_state
     WHERE %(with_last)s AND device_id = d.device_id
       AND measured_at <= %(measured_from)s AND stored_at <= %(stored_to)s
     ORDER BY measured_at DESC, sequence DESC NULLS LAST, content_hash DESC LIMIT 1)
) AS c
ORDER BY c.device_id, c.measured_at, c.sequence NULLS FIRST, c.content_hash;

-- name: jobs
-- Planned work that permitted something in a span, and was not merely thought of.
SELECT target_kind, target_id, (extract(epoch FROM starts_at) * 1000000)::bigint,
       (extract(epoch FROM ends_at) * 1000000)::bigint, permits
FROM job
WHERE permits <> '{}' AND state <> 'new' AND starts_at < %(end)s AND ends_at > %(begin)s;
