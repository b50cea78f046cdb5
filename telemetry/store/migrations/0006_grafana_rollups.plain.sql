-- The timescale profile's roll-ups of station pressures, as views of the same names and columns.

CREATE VIEW pressure_sample_1min AS
SELECT station_id, stream, date_bin(INTERVAL '1 minute', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
       count(*) AS samples,
       count(outlet_gauge_pressure_pa) AS outlet_samples,
       sum(outlet_gauge_pressure_pa) AS outlet_sum_pa,
       min(least(outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa)) AS outlet_min_pa,
       max(greatest(outlet_gauge_pressure_pa, outlet_max_gauge_pressure_pa)) AS outlet_max_pa,
       count(inlet_gauge_pressure_pa) AS inlet_samples,
       sum(inlet_gauge_pressure_pa) AS inlet_sum_pa,
       count(flow_m3h) AS flow_samples,
       sum(flow_m3h) AS flow_sum_m3h
FROM pressure_sample
GROUP BY 1, 2, 3;

CREATE VIEW pressure_sample_15min AS
SELECT station_id, stream, date_bin(INTERVAL '15 minutes', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
       count(*) AS samples,
       count(outlet_gauge_pressure_pa) AS outlet_samples,
       sum(outlet_gauge_pressure_pa) AS outlet_sum_pa,
       min(least(outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa)) AS outlet_min_pa,
       max(greatest(outlet_gauge_pressure_pa, outlet_max_gauge_pressure_pa)) AS outlet_max_pa,
       count(inlet_gauge_pressure_pa) AS inlet_samples,
       sum(inlet_gauge_pressure_pa) AS inlet_sum_pa,
       count(flow_m3h) AS flow_samples,
       sum(flow_m3h) AS flow_sum_m3h
FROM pressure_sample
GROUP BY 1, 2, 3;

CREATE VIEW pressure_sample_1h AS
SELECT station_id, stream, date_bin(INTERVAL '1 hour', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
       count(*) AS samples,
       count(outlet_gauge_pressure_pa) AS outlet_samples,
       sum(outlet_gauge_pressure_pa) AS outlet_sum_pa,
       min(least(outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa)) AS outlet_min_pa,
       max(greatest(outlet_gauge_pressure_pa, outlet_max_gauge_pressure_pa)) AS outlet_max_pa,
       count(inlet_gauge_pressure_pa) AS inlet_samples,
       sum(inlet_gauge_pressure_pa) AS inlet_sum_pa,
       count(flow_m3h) AS flow_samples,
       sum(flow_m3h) AS flow_sum_m3h
FROM pressure_sample
GROUP BY 1, 2, 3;

-- What a dashboard draws: equal steps. It reads the table itself, since a span does not reach through a
-- view's GROUP BY to the key.
CREATE FUNCTION pressure_bins(step interval, span_from timestamptz, span_to timestamptz, stations int[])
RETURNS TABLE (
    bin timestamptz, station_id int, stream smallint, samples bigint,
    outlet_pa float8, outlet_min_pa float8, outlet_max_pa float8, inlet_pa float8, flow_m3h float8
)
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = citygas SET jit = off AS $$
SELECT date_bin(step, p.measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00'), p.station_id, p.stream, count(*),
       avg(p.outlet_gauge_pressure_pa),
       min(least(p.outlet_gauge_pressure_pa, p.outlet_min_gauge_pressure_pa)),
       max(greatest(p.outlet_gauge_pressure_pa, p.outlet_max_gauge_pressure_pa)),
       avg(p.inlet_gauge_pressure_pa), avg(p.flow_m3h)
FROM pressure_sample AS p
WHERE p.station_id = ANY (stations) AND p.stream = ANY ('{0,1,2}'::smallint[])
  AND p.measured_at >= span_from AND p.measured_at < span_to
GROUP BY 1, 2, 3
$$;
