-- Station pressures against their limits, and series whose step follows the panel.

CREATE VIEW grafana.limits AS
WITH starts AS (
    SELECT s.station, p.valid_from FROM station AS s CROSS JOIN LATERAL (
        SELECT NULL::timestamptz AS valid_from
        UNION SELECT q.valid_from FROM setpoint AS q WHERE q.station = s.station
    ) AS p
), spans AS (
    SELECT station, valid_from,
           lead(valid_from) OVER (PARTITION BY station ORDER BY valid_from NULLS FIRST) AS valid_until
    FROM starts
)
SELECT s.station, heard.stream, p.valid_from, p.valid_until, c.set_kpa,
       coalesce(s.low_low_kpa, c.low_low_kpa) AS low_low_kpa,
       coalesce(s.low_kpa, c.low_kpa) AS low_kpa,
       coalesce(s.high_kpa, c.high_kpa) AS high_kpa,
       coalesce(s.high_kpa, c.high_no_flow_kpa) AS high_no_flow_kpa,
       coalesce(s.high_high_kpa, c.high_high_kpa) AS high_high_kpa
FROM spans AS p
JOIN station AS s USING (station)
CROSS JOIN (VALUES ('single'), ('A'), ('B')) AS heard (stream)
CROSS JOIN LATERAL (
    -- The regulators that may be in control: the stream's own, else any of the station's.
    WITH in_force AS (
        SELECT DISTINCT ON (q.stream) q.stream, q.role, q.set_kpa, q.opso_kpa, q.upso_kpa,
               coalesce(q.accuracy_class_pct, 10) / 100 AS ac, coalesce(q.lockup_class_pct, 20) / 100 AS sg
        FROM setpoint AS q WHERE q.station = s.station AND q.valid_from <= p.valid_from
        ORDER BY q.stream, q.valid_from DESC
    )
    SELECT
        (array_agg(f.set_kpa ORDER BY (f.role IS NOT DISTINCT FROM 'duty') DESC, f.set_kpa DESC))[1] AS set_kpa,
        (array_agg(1.1 * f.upso_kpa ORDER BY f.set_kpa, f.stream) FILTER (WHERE f.upso_kpa IS NOT NULL))[1] AS low_low_kpa,
        (array_agg(f.set_kpa * (1 - f.ac - 0.02) ORDER BY f.set_kpa, f.stream))[1] AS low_kpa,
        (array_agg(f.set_kpa * (1 + f.ac + 0.02) ORDER BY f.set_kpa DESC, f.stream))[1] AS high_kpa,
        (array_agg(f.set_kpa * (1 + greatest(f.ac, f.sg) + 0.02) ORDER BY f.set_kpa DESC, f.stream))[1] AS high_no_flow_kpa,
        (array_agg(0.95 * f.opso_kpa ORDER BY f.set_kpa DESC, f.stream) FILTER (WHERE f.opso_kpa IS NOT NULL))[1] AS high_high_kpa
    FROM in_force AS f
    WHERE f.stream = heard.stream OR NOT EXISTS (SELECT FROM in_force AS own WHERE own.stream = heard.stream)
) AS c;
COMMENT ON VIEW grafana.limits IS 'Limits of outlet pressure by station, stream and span: the company''s own where stated, else computed from the set point';
COMMENT ON COLUMN grafana.limits.station IS 'The station';
COMMENT ON COLUMN grafana.limits.stream IS 'A or B, single for the common outlet';
COMMENT ON COLUMN grafana.limits.valid_from IS 'Since when they hold; null for always';
COMMENT ON COLUMN grafana.limits.valid_until IS 'Until when; null for now';
COMMENT ON COLUMN grafana.limits.set_kpa IS 'Set point, kPa gauge';
COMMENT ON COLUMN grafana.limits.low_low_kpa IS 'Low-low limit, kPa gauge';
COMMENT ON COLUMN grafana.limits.low_kpa IS 'Low limit, kPa gauge';
COMMENT ON COLUMN grafana.limits.high_kpa IS 'High limit while gas flows, kPa gauge';
COMMENT ON COLUMN grafana.limits.high_no_flow_kpa IS 'High limit at little (up to 5 m³/h) or unknown flow, when the regulator may lock up, kPa gauge';
COMMENT ON COLUMN grafana.limits.high_high_kpa IS 'High-high limit, kPa gauge';

CREATE VIEW grafana.pressure AS
SELECT s.station, (ARRAY['single', 'A', 'B'])[p.stream + 1] AS stream, p.measured_at, p.received_at,
       p.outlet_gauge_pressure_pa / 1000 AS outlet_gauge_pressure_kpa,
       p.inlet_gauge_pressure_pa / 1000 AS inlet_gauge_pressure_kpa,
       p.filter_differential_pa / 1000 AS filter_differential_kpa,
       p.temperature_k - 273.15 AS temperature_degc, p.flow_m3h
FROM station AS s JOIN pressure_sample AS p USING (station_id);
COMMENT ON VIEW grafana.pressure IS 'What stations said; ask for stations and a span';
COMMENT ON COLUMN grafana.pressure.station IS 'The station';
COMMENT ON COLUMN grafana.pressure.stream IS 'single, A or B';
COMMENT ON COLUMN grafana.pressure.measured_at IS 'Time of the sample';
COMMENT ON COLUMN grafana.pressure.received_at IS 'When it arrived';
COMMENT ON COLUMN grafana.pressure.outlet_gauge_pressure_kpa IS 'Outlet pressure, kPa gauge';
COMMENT ON COLUMN grafana.pressure.inlet_gauge_pressure_kpa IS 'Inlet pressure, kPa gauge';
COMMENT ON COLUMN grafana.pressure.filter_differential_kpa IS 'Pressure lost in the filter, kPa';
COMMENT ON COLUMN grafana.pressure.temperature_degc IS 'Gas temperature, °C';
COMMENT ON COLUMN grafana.pressure.flow_m3h IS 'Flow, m³/h as the station states it';

CREATE VIEW grafana.pressure_1min AS
SELECT s.station, (ARRAY['single', 'A', 'B'])[p.stream + 1] AS stream, p.bucket, p.samples,
       p.outlet_sum_pa / nullif(p.outlet_samples, 0) / 1000 AS outlet_gauge_pressure_kpa,
       p.outlet_min_pa / 1000 AS outlet_min_gauge_pressure_kpa,
       p.outlet_max_pa / 1000 AS outlet_max_gauge_pressure_kpa,
       p.inlet_sum_pa / nullif(p.inlet_samples, 0) / 1000 AS inlet_gauge_pressure_kpa,
       p.flow_sum_m3h / nullif(p.flow_samples, 0) AS flow_m3h
FROM station AS s JOIN pressure_sample_1min AS p USING (station_id);
CREATE VIEW grafana.pressure_15min AS
SELECT s.station, (ARRAY['single', 'A', 'B'])[p.stream + 1] AS stream, p.bucket, p.samples,
       p.outlet_sum_pa / nullif(p.outlet_samples, 0) / 1000 AS outlet_gauge_pressure_kpa,
       p.outlet_min_pa / 1000 AS outlet_min_gauge_pressure_kpa,
       p.outlet_max_pa / 1000 AS outlet_max_gauge_pressure_kpa,
       p.inlet_sum_pa / nullif(p.inlet_samples, 0) / 1000 AS inlet_gauge_pressure_kpa,
       p.flow_sum_m3h / nullif(p.flow_samples, 0) AS flow_m3h
FROM station AS s JOIN pressure_sample_15min AS p USING (station_id);
CREATE VIEW grafana.pressure_1h AS
SELECT s.station, (ARRAY['single', 'A', 'B'])[p.stream + 1] AS stream, p.bucket, p.samples,
       p.outlet_sum_pa / nullif(p.outlet_samples, 0) / 1000 AS outlet_gauge_pressure_kpa,
       p.outlet_min_pa / 1000 AS outlet_min_gauge_pressure_kpa,
       p.outlet_max_pa / 1000 AS outlet_max_gauge_pressure_kpa,
       p.inlet_sum_pa / nullif(p.inlet_samples, 0) / 1000 AS inlet_gauge_pressure_kpa,
       p.flow_sum_m3h / nullif(p.flow_samples, 0) AS flow_m3h
FROM station AS s JOIN pressure_sample_1h AS p USING (station_id);
COMMENT ON VIEW grafana.pressure_1min IS 'Station pressures by the minute';
COMMENT ON VIEW grafana.pressure_15min IS 'Station pressures by the quarter of an hour';
COMMENT ON VIEW grafana.pressure_1h IS 'Station pressures by the hour';
DO $$
DECLARE
    grain text;
    one record;
BEGIN
    FOREACH grain IN ARRAY ARRAY['pressure_1min', 'pressure_15min', 'pressure_1h'] LOOP
        FOR one IN SELECT * FROM (VALUES
            ('station', 'The station'),
            ('stream', 'single, A or B'),
            ('bucket', 'Where the bucket starts'),
            ('samples', 'How many samples it holds'),
            ('outlet_gauge_pressure_kpa', 'Mean outlet pressure, kPa gauge'),
            ('outlet_min_gauge_pressure_kpa', 'Lowest outlet pressure, kPa gauge, the station''s own minima included'),
            ('outlet_max_gauge_pressure_kpa', 'Highest outlet pressure, kPa gauge, the station''s own maxima included'),
            ('inlet_gauge_pressure_kpa', 'Mean inlet pressure, kPa gauge'),
            ('flow_m3h', 'Mean flow, m³/h as the station states it')
        ) AS documented (name, meaning) LOOP
            EXECUTE format('COMMENT ON COLUMN grafana.%I.%I IS %L', grain, one.name, one.meaning);
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION grafana.band_position(pressure_kpa float8, low_kpa float8, set_kpa float8, high_kpa float8)
RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
-- One expression, so that it is inlined: a call for each point of a chart costs more than the chart.
SELECT 100 * (pressure_kpa - coalesce(set_kpa, (low_kpa + high_kpa) / 2)) / CASE
    WHEN pressure_kpa >= coalesce(set_kpa, (low_kpa + high_kpa) / 2)
        THEN nullif(greatest(high_kpa - coalesce(set_kpa, (low_kpa + high_kpa) / 2), 0), 0)
    ELSE nullif(greatest(coalesce(set_kpa, (low_kpa + high_kpa) / 2) - low_kpa, 0), 0)
END
$$;
COMMENT ON FUNCTION grafana.band_position IS 'Deviation from set point (else from the middle of the limits) as a share of the allowed one, %: 100 at the high limit, -100 at the low one';

CREATE VIEW grafana.station_pressure AS
SELECT s.station, coalesce(s.name, s.station) AS name, s.zone, s.latitude, s.longitude, heard.stream,
       p.measured_at, extract(epoch FROM now() - p.measured_at)::float8 AS age_s,
       p.outlet_gauge_pressure_pa / 1000 AS outlet_gauge_pressure_kpa, l.set_kpa,
       l.low_low_kpa, l.low_kpa, h.high_kpa, l.high_high_kpa,
       grafana.band_position(p.outlet_gauge_pressure_pa / 1000, l.low_kpa, l.set_kpa, h.high_kpa) AS band_position_pct,
       CASE
           WHEN p.outlet_gauge_pressure_pa / 1000 > l.high_high_kpa THEN 'high_high'
           WHEN p.outlet_gauge_pressure_pa / 1000 > h.high_kpa THEN 'high'
           WHEN p.outlet_gauge_pressure_pa / 1000 < l.low_low_kpa THEN 'low_low'
           WHEN p.outlet_gauge_pressure_pa / 1000 < l.low_kpa THEN 'low'
           WHEN p.outlet_gauge_pressure_pa IS NULL THEN 'unknown'
           ELSE 'normal'
       END AS band,
       p.inlet_gauge_pressure_pa / 1000 AS inlet_gauge_pressure_kpa,
       p.filter_differential_pa / 1000 AS filter_differential_kpa, p.flow_m3h,
       (ARRAY['open', 'tripped'])[p.slam_shut + 1] AS slam_shut,
       (ARRAY['closed', 'open'])[p.bypass_valve + 1] AS bypass_valve,
       (ARRAY['closed', 'open'])[p.relief + 1] AS relief
FROM station AS s
CROSS JOIN (VALUES (0::smallint, 'single'), (1::smallint, 'A'), (2::smallint, 'B')) AS heard (code, stream)
CROSS JOIN LATERAL (
    SELECT * FROM pressure_sample AS q
    WHERE q.station_id = s.station_id AND q.stream = heard.code
    ORDER BY q.measured_at DESC, q.content_hash DESC LIMIT 1
) AS p
LEFT JOIN grafana.limits AS l ON l.station = s.station AND l.stream = heard.stream
    AND (l.valid_from IS NULL OR l.valid_from <= p.measured_at)
    AND (l.valid_until IS NULL OR l.valid_until > p.measured_at)
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.flow_m3h > 5 THEN l.high_kpa ELSE l.high_no_flow_kpa END AS high_kpa
) AS h;
COMMENT ON VIEW grafana.station_pressure IS 'What each stream of each station said last, against its limits';
COMMENT ON COLUMN grafana.station_pressure.station IS 'The station';
COMMENT ON COLUMN grafana.station_pressure.name IS 'What people call it';
COMMENT ON COLUMN grafana.station_pressure.zone IS 'The zone it stands in';
COMMENT ON COLUMN grafana.station_pressure.latitude IS 'Degrees north, WGS 84';
COMMENT ON COLUMN grafana.station_pressure.longitude IS 'Degrees east, WGS 84';
COMMENT ON COLUMN grafana.station_pressure.stream IS 'single, A or B';
COMMENT ON COLUMN grafana.station_pressure.measured_at IS 'Time of the sample';
COMMENT ON COLUMN grafana.station_pressure.age_s IS 'Seconds since';
COMMENT ON COLUMN grafana.station_pressure.outlet_gauge_pressure_kpa IS 'Outlet pressure, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.set_kpa IS 'Set point, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.low_low_kpa IS 'Low-low limit, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.low_kpa IS 'Low limit, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.high_kpa IS 'High limit at the flow of the sample, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.high_high_kpa IS 'High-high limit, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.band_position_pct IS 'Deviation as a share of the allowed one, %: 100 at the high limit, -100 at the low one';
COMMENT ON COLUMN grafana.station_pressure.band IS 'low_low, low, normal, high, high_high or unknown: where the sample lies, not whether an alarm stands';
COMMENT ON COLUMN grafana.station_pressure.inlet_gauge_pressure_kpa IS 'Inlet pressure, kPa gauge';
COMMENT ON COLUMN grafana.station_pressure.filter_differential_kpa IS 'Pressure lost in the filter, kPa';
COMMENT ON COLUMN grafana.station_pressure.flow_m3h IS 'Flow, m³/h as the station states it';
COMMENT ON COLUMN grafana.station_pressure.slam_shut IS 'open or tripped';
COMMENT ON COLUMN grafana.station_pressure.bypass_valve IS 'closed or open';
COMMENT ON COLUMN grafana.station_pressure.relief IS 'closed or open';

CREATE FUNCTION grafana.step(span_from timestamptz, span_to timestamptz, interval_ms bigint)
RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT make_interval(secs => CASE
    WHEN wanted < 60 THEN ceil(wanted)
    WHEN wanted < 900 THEN ceil(wanted / 60) * 60
    WHEN wanted < 3600 THEN ceil(wanted / 900) * 900
    ELSE ceil(wanted / 3600) * 3600
END)
FROM (
    SELECT greatest(interval_ms / 1000.0, extract(epoch FROM span_to - span_from) / 2000, 1)::float8
) AS asked (wanted)
$$;
COMMENT ON FUNCTION grafana.step IS 'A series'' step: the panel''s, never more than 2,000 of them in the span, in whole seconds, minutes, quarters or hours';

CREATE FUNCTION grafana.pressure_series(stations text[], span_from timestamptz, span_to timestamptz, interval_ms bigint)
RETURNS TABLE (
    "time" timestamptz, station text, stream text, label text,
    outlet_gauge_pressure_kpa float8, outlet_min_gauge_pressure_kpa float8, outlet_max_gauge_pressure_kpa float8,
    inlet_gauge_pressure_kpa float8, flow_m3h float8,
    low_kpa float8, set_kpa float8, high_kpa float8, band_position_pct float8
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = citygas, pg_temp SET jit = off AS $$
SELECT b.bin, s.station, said.stream,
       coalesce(s.name, s.station) || CASE WHEN b.stream = 0 THEN '' ELSE ' ' || said.stream END,
       b.outlet_pa / 1000, b.outlet_min_pa / 1000, b.outlet_max_pa / 1000, b.inlet_pa / 1000, b.flow_m3h,
       l.low_kpa, l.set_kpa, h.high_kpa,
       grafana.band_position(b.outlet_pa / 1000, l.low_kpa, l.set_kpa, h.high_kpa)
FROM pressure_bins(
    grafana.step(span_from, span_to, interval_ms), span_from, span_to,
    ARRAY(SELECT w.station_id FROM station AS w WHERE stations IS NULL OR w.station = ANY (stations))
) AS b
JOIN station AS s USING (station_id)
CROSS JOIN LATERAL (SELECT (ARRAY['single', 'A', 'B'])[b.stream + 1] AS stream) AS said
LEFT JOIN grafana.limits AS l ON l.station = s.station AND l.stream = said.stream
    AND (l.valid_from IS NULL OR l.valid_from <= b.bin) AND (l.valid_until IS NULL OR l.valid_until > b.bin)
CROSS JOIN LATERAL (SELECT CASE WHEN b.flow_m3h > 5 THEN l.high_kpa ELSE l.high_no_flow_kpa END AS high_kpa) AS h
ORDER BY b.bin, s.station, b.stream
$$;
COMMENT ON FUNCTION grafana.pressure_series IS 'Station pressures against their limits in equal steps; stations null for all';
