-- Roll-ups of station pressures for dashboards, kept by TimescaleDB; never the source of a bill.
-- Each refresh reaches back 28 days at most: raw samples are dropped after 30, and a refresh over a
-- dropped span would empty its roll-up. Meters need none: their hours stand in volume_hour, which a late
-- reading recomputes alone.

-- A refresh asks for a span of time alone, every few minutes.
CREATE INDEX pressure_sample_by_time ON pressure_sample (measured_at);

CREATE MATERIALIZED VIEW pressure_sample_1min
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT station_id, stream, public.time_bucket(INTERVAL '1 minute', measured_at) AS bucket,
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
GROUP BY station_id, stream, bucket
WITH NO DATA;

CREATE MATERIALIZED VIEW pressure_sample_15min
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT station_id, stream, public.time_bucket(INTERVAL '15 minutes', measured_at) AS bucket,
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
GROUP BY station_id, stream, bucket
WITH NO DATA;

CREATE MATERIALIZED VIEW pressure_sample_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT station_id, stream, public.time_bucket(INTERVAL '1 hour', measured_at) AS bucket,
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
GROUP BY station_id, stream, bucket
WITH NO DATA;

CREATE INDEX ON pressure_sample_1min (station_id, stream, bucket);
CREATE INDEX ON pressure_sample_15min (station_id, stream, bucket);
CREATE INDEX ON pressure_sample_1h (station_id, stream, bucket);

SELECT public.add_continuous_aggregate_policy('pressure_sample_1min',
    start_offset => INTERVAL '28 days', end_offset => INTERVAL '5 minutes', schedule_interval => INTERVAL '5 minutes',
    buckets_per_batch => 1440);
SELECT public.add_continuous_aggregate_policy('pressure_sample_15min',
    start_offset => INTERVAL '28 days', end_offset => INTERVAL '15 minutes', schedule_interval => INTERVAL '15 minutes',
    buckets_per_batch => 672);
SELECT public.add_continuous_aggregate_policy('pressure_sample_1h',
    start_offset => INTERVAL '28 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour',
    buckets_per_batch => 672);
SELECT public.add_retention_policy('pressure_sample_1min', INTERVAL '90 days');

-- What a dashboard draws: equal steps, from the coarsest roll-up that is as fine as the step and still kept.
CREATE FUNCTION pressure_bins(step interval, span_from timestamptz, span_to timestamptz, stations int[])
RETURNS TABLE (
    bin timestamptz, station_id int, stream smallint, samples bigint,
    outlet_pa float8, outlet_min_pa float8, outlet_max_pa float8, inlet_pa float8, flow_m3h float8
)
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = citygas SET jit = off AS $$
WITH source AS (
    SELECT CASE
        WHEN step >= INTERVAL '1 hour' THEN INTERVAL '1 hour'
        WHEN step >= INTERVAL '15 minutes' OR span_from < now() - INTERVAL '90 days' THEN INTERVAL '15 minutes'
        WHEN step >= INTERVAL '1 minute' OR span_from < now() - INTERVAL '30 days' THEN INTERVAL '1 minute'
        ELSE INTERVAL '0'
    END AS grain
)
SELECT date_bin(greatest(step, (SELECT grain FROM source)), p.bucket, TIMESTAMPTZ '2000-01-01 00:00:00+00'), p.station_id, p.stream,
       sum(p.samples)::bigint,
       sum(p.outlet_sum_pa) / nullif(sum(p.outlet_samples), 0)::float8,
       min(p.outlet_min_pa), max(p.outlet_max_pa),
       sum(p.inlet_sum_pa) / nullif(sum(p.inlet_samples), 0)::float8,
       sum(p.flow_sum_m3h) / nullif(sum(p.flow_samples), 0)::float8
FROM (
    SELECT measured_at AS bucket, station_id, stream, 1::bigint AS samples,
           (outlet_gauge_pressure_pa IS NOT NULL)::int::bigint AS outlet_samples,
           outlet_gauge_pressure_pa AS outlet_sum_pa,
           least(outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa) AS outlet_min_pa,
           greatest(outlet_gauge_pressure_pa, outlet_max_gauge_pressure_pa) AS outlet_max_pa,
           (inlet_gauge_pressure_pa IS NOT NULL)::int::bigint AS inlet_samples,
           inlet_gauge_pressure_pa AS inlet_sum_pa,
           (flow_m3h IS NOT NULL)::int::bigint AS flow_samples,
           flow_m3h AS flow_sum_m3h
    FROM pressure_sample WHERE (SELECT grain FROM source) = INTERVAL '0'
    UNION ALL
    SELECT bucket, station_id, stream, samples, outlet_samples, outlet_sum_pa, outlet_min_pa, outlet_max_pa,
           inlet_samples, inlet_sum_pa, flow_samples, flow_sum_m3h
    FROM pressure_sample_1min WHERE (SELECT grain FROM source) = INTERVAL '1 minute'
    UNION ALL
    SELECT bucket, station_id, stream, samples, outlet_samples, outlet_sum_pa, outlet_min_pa, outlet_max_pa,
           inlet_samples, inlet_sum_pa, flow_samples, flow_sum_m3h
    FROM pressure_sample_15min WHERE (SELECT grain FROM source) = INTERVAL '15 minutes'
    UNION ALL
    SELECT bucket, station_id, stream, samples, outlet_samples, outlet_sum_pa, outlet_min_pa, outlet_max_pa,
           inlet_samples, inlet_sum_pa, flow_samples, flow_sum_m3h
    FROM pressure_sample_1h WHERE (SELECT grain FROM source) = INTERVAL '1 hour'
) AS p
WHERE p.station_id = ANY (stations) AND p.stream = ANY ('{0,1,2}'::smallint[])
  AND p.bucket >= span_from AND p.bucket < span_to
GROUP BY 1, 2, 3
$$;
