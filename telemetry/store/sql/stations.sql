-- name: snapshot
-- What a list of stations is fixed to: the stations there are, and the moment.
SELECT coalesce(max(station_id), 0) AS station_id, now() AS as_of FROM station;

-- name: list
-- Stations by name.
SELECT station_id, station, zone, site, name, kind, latitude, longitude, feeds_zone,
       max_inlet_kpa * 1000 AS max_inlet_gauge_pa, low_low_kpa * 1000 AS low_low_gauge_pa,
       low_kpa * 1000 AS low_gauge_pa, high_kpa * 1000 AS high_gauge_pa,
       high_high_kpa * 1000 AS high_high_gauge_pa
FROM station
WHERE station_id <= %(station_id)s
  AND (%(station)s::text IS NULL OR station = %(station)s)
  AND (%(zone)s::text IS NULL OR zone = %(zone)s)
  AND (%(after)s::text IS NULL OR station > %(after)s)
ORDER BY station
LIMIT %(limit)s;

-- name: streams
-- What each stream of some stations last said, and what it is set to.
SELECT s.station_id, stream.number AS stream, p.measured_at, p.received_at, p.inlet_gauge_pressure_pa,
       p.outlet_gauge_pressure_pa, p.outlet_min_gauge_pressure_pa, p.outlet_max_gauge_pressure_pa,
       p.temperature_k, p.filter_differential_pa, p.flow_m3h, p.gas_lel_pct, p.slam_shut, p.bypass_valve,
       p.relief, p.cabinet_open, p.flags,
       (extract(epoch FROM sp.valid_from) * 1000000)::bigint AS set_since, sp.set_kpa * 1000 AS set_gauge_pa,
       sp.role, sp.accuracy_class_pct, sp.lockup_class_pct, sp.monitor_kpa * 1000 AS monitor_gauge_pa,
       sp.opso_kpa * 1000 AS opso_gauge_pa, sp.upso_kpa * 1000 AS upso_gauge_pa,
       sp.relief_kpa * 1000 AS relief_gauge_pa
FROM station s
CROSS JOIN (VALUES (0, 'A'), (1, 'A'), (2, 'B')) AS stream (number, name)
LEFT JOIN LATERAL (
    SELECT * FROM pressure_sample
    WHERE station_id = s.station_id AND stream = stream.number AND stored_at <= %(as_of)s
    ORDER BY measured_at DESC, content_hash DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT * FROM setpoint
    WHERE station = s.station AND setpoint.stream = stream.name AND valid_from <= %(as_of)s
    ORDER BY valid_from DESC
    LIMIT 1
) sp ON true
WHERE s.station_id = ANY (%(station_ids)s) AND (p.measured_at IS NOT NULL OR sp.set_kpa IS NOT NULL)
ORDER BY s.station_id, stream.number;

-- name: pressures
-- What a station said of its streams, in order.
SELECT stream, measured_at, content_hash, received_at, stored_at, message_id, inlet_gauge_pressure_pa,
       outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa, outlet_max_gauge_pressure_pa, temperature_k,
       filter_differential_pa, flow_m3h, gas_lel_pct, slam_shut, bypass_valve, relief, cabinet_open, flags
FROM pressure_sample
WHERE station_id = %(station_id)s AND stream = ANY (%(streams)s)
  AND measured_at >= coalesce(%(after_at)s, %(start)s) AND measured_at < %(end)s AND stored_at <= %(as_of)s
  AND (%(after_at)s::timestamptz IS NULL
       OR (measured_at, stream, content_hash) > (%(after_at)s, %(after_stream)s::smallint, %(after_hash)s::bigint))
ORDER BY measured_at, stream, content_hash
LIMIT %(limit)s;

-- name: trend
-- A station's pressures and flow in equal steps, for a chart.
SELECT bin, stream, outlet_pa, outlet_min_pa, outlet_max_pa, inlet_pa, flow_m3h
FROM pressure_bins(%(step)s, %(start)s, %(end)s, ARRAY[%(station_id)s]::int[])
ORDER BY stream, bin;

-- name: signals
-- What each station said in its latest samples, and the median time between two of one stream.
SELECT s.station,
       array_remove(ARRAY[
           CASE WHEN bool_or(p.inlet_gauge_pressure_pa IS NOT NULL) THEN 'inlet_gauge_pressure_kpa' END,
           CASE WHEN bool_or(p.outlet_gauge_pressure_pa IS NOT NULL) THEN 'outlet_gauge_pressure_kpa' END,
           CASE WHEN bool_or(p.filter_differential_pa IS NOT NULL) THEN 'filter_differential_kpa' END,
           CASE WHEN bool_or(p.flow_m3h IS NOT NULL) THEN 'flow_m3h' END,
           CASE WHEN bool_or(p.gas_lel_pct IS NOT NULL) THEN 'gas_lel_pct' END,
           CASE WHEN bool_or(p.slam_shut IS NOT NULL) THEN 'slam_shut' END,
           CASE WHEN bool_or(p.bypass_valve IS NOT NULL) THEN 'bypass_valve' END
       ], NULL) AS signals,
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY p.apart_s))::float8 AS interval_s
FROM station s
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
CROSS JOIN LATERAL (
    SELECT *, extract(epoch FROM measured_at - lead(measured_at) OVER (ORDER BY measured_at DESC)) AS apart_s
    FROM (
        SELECT * FROM pressure_sample
        WHERE station_id = s.station_id AND pressure_sample.stream = stream.stream
          AND measured_at > now() - %(lately)s::interval AND measured_at <= now() + INTERVAL '6 minutes'
        ORDER BY measured_at DESC LIMIT %(samples)s
    ) AS latest
) AS p
GROUP BY s.station;
