-- Series whose step follows the panel, and the role that may ask for them.

CREATE FUNCTION grafana.chosen(VARIADIC choice text[])
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN '*' = ANY (choice) THEN NULL ELSE choice END
$$;
COMMENT ON FUNCTION grafana.chosen IS 'What a dashboard''s variable holds, as an array; null for all (*)';

CREATE FUNCTION grafana.is_chosen(name text, VARIADIC choice text[])
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT '*' = ANY (choice) OR coalesce(name = ANY (choice), false)
$$;
COMMENT ON FUNCTION grafana.is_chosen IS 'Whether a dashboard''s variable holds a name; all (*) holds what has none, too';

CREATE FUNCTION grafana.meter_series(wanted text, span_from timestamptz, span_to timestamptz, interval_ms bigint)
RETURNS TABLE (
    "time" timestamptz, index_m3 float8, base_index_m3 float8, pressure_kpa float8, gauge_pressure_kpa float8,
    temperature_degc float8, correction_factor float8, flow_m3h float8, base_flow_m3h float8,
    arrival_base_flow_m3h float8, samples bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = citygas, pg_temp SET jit = off AS $$
SELECT max(r.measured_at),
       (array_agg(r.index_m3 ORDER BY r.measured_at DESC) FILTER (WHERE r.index_m3 IS NOT NULL))[1],
       (array_agg(r.base_index_m3 ORDER BY r.measured_at DESC) FILTER (WHERE r.base_index_m3 IS NOT NULL))[1],
       avg(r.pressure_kpa), avg(r.gauge_pressure_kpa), avg(r.temperature_degc), avg(r.arrival_correction_factor),
       avg(r.flow_m3h), avg(r.base_flow_m3h), avg(r.arrival_base_flow_m3h), count(*)
FROM grafana.reading AS r
WHERE r.meter = wanted AND r.measured_at >= span_from AND r.measured_at < span_to
GROUP BY date_bin(grafana.step(span_from, span_to, interval_ms), r.measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')
ORDER BY 1
$$;
COMMENT ON FUNCTION grafana.meter_series IS 'What one meter said, in steps: its last registers, its mean pressure, temperature and flows';

CREATE FUNCTION grafana.volume_series(wanted text, span_from timestamptz, span_to timestamptz, interval_ms bigint)
RETURNS TABLE (
    "time" timestamptz, volume_m3 float8, base_volume_m3 float8, device_base_volume_m3 float8,
    pressure_kpa float8, temperature_degc float8, correction_factor float8, coverage float8, quality text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = citygas, pg_temp SET jit = off AS $$
SELECT date_bin(
           greatest(grafana.step(span_from, span_to, interval_ms), INTERVAL '1 hour'),
           v.interval_start, TIMESTAMPTZ '2000-01-01 00:00:00+00'
       ) AS bin,
       sum(v.volume_m3), sum(v.base_volume_m3),
       CASE WHEN count(*) = count(v.device_base_volume_m3) THEN sum(v.device_base_volume_m3) END,
       sum(v.pressure_kpa * v.volume_m3) / nullif(sum(v.volume_m3) FILTER (WHERE v.pressure_kpa IS NOT NULL), 0),
       sum(v.temperature_degc * v.volume_m3) / nullif(sum(v.volume_m3) FILTER (WHERE v.temperature_degc IS NOT NULL), 0),
       sum(v.base_volume_m3) / nullif(sum(v.volume_m3), 0), avg(v.coverage),
       (ARRAY['measured', 'interpolated', 'substituted', 'estimated', 'edited', 'missing'])[max(v.quality_code) + 1]
FROM grafana.volume_hour AS v
WHERE v.meter = wanted AND v.interval_start >= span_from AND v.interval_start < span_to
GROUP BY bin
ORDER BY bin
$$;
COMMENT ON FUNCTION grafana.volume_series IS 'Volumes of one meter by the hour or several, with the worst quality of each';

CREATE FUNCTION grafana.city_hour(zones text[], span_from timestamptz, span_to timestamptz)
RETURNS TABLE ("time" timestamptz, base_volume_m3 float8, meters bigint, estimated_share float8)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = citygas, pg_temp SET jit = off AS $$
SELECT v.interval_start, (sum(g.sign * v.base_volume_um3) / 1e6)::float8, count(*),
       coalesce(
           coalesce(sum(v.base_volume_um3) FILTER (WHERE v.quality IN (3, 5)), 0) / nullif(sum(v.base_volume_um3), 0),
           count(*) FILTER (WHERE v.quality IN (3, 5)) / count(*)::numeric
       )::float8
FROM meter AS m
JOIN grafana.meter AS g USING (meter)
CROSS JOIN LATERAL (
    SELECT h.interval_start, h.base_volume_um3, h.quality FROM volume_hour AS h
    WHERE h.meter_id = m.meter_id AND h.interval_start >= span_from AND h.interval_start < span_to
    OFFSET 0
) AS v
WHERE g.role = 'billing' AND (zones IS NULL OR g.zone = ANY (zones))
GROUP BY v.interval_start
ORDER BY v.interval_start
$$;
COMMENT ON FUNCTION grafana.city_hour IS 'Base volume of all billing meters by the hour, m³, each with its sign; zones null for all';

CREATE FUNCTION grafana.alarms_present(zones text[], span_from timestamptz, span_to timestamptz, interval_ms bigint)
RETURNS TABLE ("time" timestamptz, priority text, alarms bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = citygas, pg_temp SET jit = off AS $$
WITH steps AS (
    SELECT greatest(grafana.step(span_from, span_to, interval_ms), INTERVAL '1 minute') AS step
), touched AS (
    SELECT a.priority, a.raised_at, a.cleared_at FROM grafana.alarm AS a
    WHERE a.raised_at < span_to AND (a.cleared_at IS NULL OR a.cleared_at >= span_from)
      AND (zones IS NULL OR a.zone = ANY (zones))
), changes AS (
    SELECT date_bin(step, greatest(raised_at, span_from), span_from) AS bin, touched.priority, 1 AS change
    FROM touched, steps
    UNION ALL
    SELECT date_bin(step, cleared_at, span_from) + step, touched.priority, -1
    FROM touched, steps WHERE cleared_at < span_to
    UNION ALL
    SELECT bin, p.priority, 0
    FROM steps, unnest(ARRAY['critical', 'high', 'medium', 'low']) AS p (priority),
         generate_series(span_from, least(span_to, now()), step) AS bin
)
SELECT bin, changes.priority, sum(sum(change)) OVER (PARTITION BY changes.priority ORDER BY bin)::bigint
FROM changes
WHERE bin <= least(span_to, now())
GROUP BY bin, changes.priority
ORDER BY 1, array_position(ARRAY['critical', 'high', 'medium', 'low'], changes.priority)
$$;
COMMENT ON FUNCTION grafana.alarms_present IS 'Alarms whose condition held within each step, by priority; zones null for all';

-- The role that dashboards read with. Roles belong to the server, so another database may have made it already,
-- and a server may forbid making one: the function says what is missing and can be called again.

CREATE FUNCTION grant_grafana_reader() RETURNS text
LANGUAGE plpgsql SET search_path = citygas, pg_temp AS $$
DECLARE
    -- No figure on a wall is worth the time that compiling its query takes.
    wanted CONSTANT text[] := ARRAY['default_transaction_read_only=on', 'jit=off', 'statement_timeout=15s', 'TimeZone=UTC'];
    present text[];
    setting text;
    statement text;
    refused text[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygas_grafana') THEN
        BEGIN
            CREATE ROLE citygas_grafana LOGIN CONNECTION LIMIT 20;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server made it in this very moment
            WHEN insufficient_privilege THEN
                RETURN 'role citygas_grafana is missing and may not be made by ' || current_user
                    || ': have CREATE ROLE citygas_grafana LOGIN done, then SELECT citygas.grant_grafana_reader()';
        END;
    END IF;

    GRANT USAGE ON SCHEMA grafana TO citygas_grafana;
    GRANT SELECT ON ALL TABLES IN SCHEMA grafana TO citygas_grafana;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA grafana FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA grafana TO citygas_grafana;
    ALTER DEFAULT PRIVILEGES IN SCHEMA grafana GRANT SELECT ON TABLES TO citygas_grafana;
    ALTER DEFAULT PRIVILEGES IN SCHEMA grafana GRANT EXECUTE ON FUNCTIONS TO citygas_grafana;

    SELECT s.setconfig INTO present FROM pg_db_role_setting AS s JOIN pg_roles AS r ON r.oid = s.setrole
    WHERE r.rolname = 'citygas_grafana' AND s.setdatabase = 0;
    FOREACH setting IN ARRAY wanted LOOP
        CONTINUE WHEN setting = ANY (present);
        statement := format(
            'ALTER ROLE citygas_grafana SET %I = %L', split_part(setting, '=', 1), split_part(setting, '=', 2)
        );
        BEGIN
            EXECUTE statement;
        EXCEPTION
            WHEN insufficient_privilege THEN
                refused := refused || statement;
        END;
    END LOOP;
    RETURN 'role citygas_grafana lacks settings that ' || current_user || ' may not give it: have '
        || nullif(array_to_string(refused, '; '), '') || ' done';
END $$;
COMMENT ON FUNCTION grant_grafana_reader IS 'Let the role citygas_grafana read schema grafana; returns what is missing, null when nothing is';

DO $$
DECLARE
    missing CONSTANT text := grant_grafana_reader();
BEGIN
    IF missing IS NOT NULL THEN
        RAISE WARNING '%', missing;
    END IF;
END $$;
