-- name: prepare
-- The session's working tables: spans to read, hours to compare, and what was worked out.
SET jit = off; -- it would compile for a second what runs for milliseconds
CREATE TEMP TABLE IF NOT EXISTS derive_window (
    place int NOT NULL,             -- position in the program's list
    device_id int NOT NULL,
    installed_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    span_start timestamptz NOT NULL,
    span_end timestamptz NOT NULL,
    asks_pressure bool NOT NULL,    -- whether the correction asks for p, T at all
    asks_temperature bool NOT NULL,
    opens_at timestamptz NOT NULL,  -- where a step begins that no reading begins, else where the span does
    closes_at timestamptz NOT NULL, -- where one ends that no reading ends, else where the span does
    pressure_min_pa bigint NOT NULL, -- what is believed of the pressure sensor, absolute and gauge
    pressure_max_pa bigint NOT NULL,
    gauge_min_pa bigint NOT NULL,
    gauge_max_pa bigint NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS derive_excluded (
    device_id int NOT NULL,
    excluded_from timestamptz NOT NULL,
    excluded_to timestamptz NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS derive_hours (
    meter_id int NOT NULL,
    first_hour timestamptz NOT NULL,
    end_hour timestamptz NOT NULL,
    cause int2 NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS derive_volume (
    meter_id int NOT NULL,
    interval_start timestamptz NOT NULL,
    volume_um3 bigint NOT NULL,
    base_volume_um3 bigint NOT NULL,
    device_base_volume_um3 bigint,
    pressure_pa float8,
    temperature_k float8,
    correction_factor float8,
    z_ratio float8,
    coverage float4 NOT NULL,
    quality int2 NOT NULL,
    method int2 NOT NULL,   -- method, z_method and cause are positions in the program's lists of words
    z_method int2 NOT NULL,
    flags bigint NOT NULL,
    gas_quality_from timestamptz,
    cause int2 NOT NULL,
    uncertainty_m3 float8
) ON COMMIT DELETE ROWS;

-- name: expand_arrivals
-- Turn batches' words of who spoke into dirty spans of the meters the devices spoke for.
WITH taken AS (
    DELETE FROM arrival WHERE arrival_id IN (
        SELECT arrival_id FROM arrival WHERE consumer = 'derive'
        ORDER BY arrival_id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) RETURNING device_ids, device_from, device_to
), spoken AS (
    SELECT DISTINCT device_id, first_at, last_at
    FROM taken, unnest(device_ids, device_from, device_to) AS spoke (device_id, first_at, last_at)
), meant AS (
    SELECT meter.meter_id, first_at, last_at, installation.valid_from, LEAST(
        installation.removed_at,
        (SELECT min(valid_from) FROM installation AS later
         WHERE later.meter = installation.meter AND later.valid_from > installation.valid_from),
        (SELECT min(valid_from) FROM installation AS later
         WHERE later.device = installation.device AND later.valid_from > installation.valid_from)
    ) AS until
    FROM spoken
    JOIN device USING (device_id)
    JOIN installation ON installation.device = device.device AND installation.valid_from <= last_at
    JOIN meter ON meter.meter = installation.meter
), marked AS (
    INSERT INTO dirty_span (meter_id, span_start, span_end, cause)
    SELECT meter_id, GREATEST(first_at, valid_from), LEAST(last_at + INTERVAL '1 microsecond', until), 'reading'
    FROM meant WHERE until IS NULL OR first_at < until
)
SELECT count(*) FROM taken;

-- name: mark
-- Have spans of meters worked out again.
INSERT INTO dirty_span (meter_id, span_start, span_end, cause)
SELECT meter_id, %(start)s, %(end)s, %(cause)s FROM unnest(%(meters)s::int[]) AS wanted (meter_id)
RETURNING dirty_id;

-- name: any_left
-- Does any of these spans still wait, or is being worked off?
SELECT EXISTS (SELECT FROM dirty_span WHERE dirty_id = ANY(%(spans)s::bigint[]));

-- name: claim
-- Keep others from the meters that have waited longest; who holds a meter's row derives it.
SELECT meter.meter_id
FROM meter JOIN (
    SELECT meter_id, min(dirty_id) AS since FROM dirty_span GROUP BY meter_id ORDER BY since
) AS waiting USING (meter_id)
ORDER BY waiting.since LIMIT %(most)s
FOR NO KEY UPDATE OF meter SKIP LOCKED;

-- name: dirty_spans
-- What is to be worked out of the meters claimed, in the order it was marked.
SELECT dirty_id, meter_id, (extract(epoch FROM span_start) * 1000000)::bigint AS span_start,
       (extract(epoch FROM span_end) * 1000000)::bigint AS span_end, cause
FROM dirty_span WHERE meter_id = ANY(%(meters)s) ORDER BY dirty_id LIMIT %(most)s;

-- name: settle
-- Forget the spans that are worked out.
DELETE FROM dirty_span WHERE dirty_id = ANY(%(spans)s);

-- name: copy_window
-- Hand over the spans to read.
COPY derive_window FROM STDIN (FORMAT BINARY);

-- name: clear_windows
-- Make room for other spans.
DELETE FROM derive_window;
DELETE FROM derive_excluded;

-- name: copy_excluded
-- Hand over the spans whose readings do not count.
COPY derive_excluded FROM STDIN (FORMAT BINARY);

-- name: reach
-- How far a change of a span's readings reaches: from the reading before it to the one from which nothing older matters.
    SELECT place,
        COALESCE((
            SELECT measured_at FROM reading
            WHERE reading.device_id = span.device_id AND measured_at >= installed_at AND measured_at < span_start
              AND index_um3 IS NOT NULL
            ORDER BY measured_at DESC LIMIT 1
        ), opens_at) AS reach_from,
        COALESCE((
            SELECT measured_at FROM (
                SELECT measured_at, index_um3, base_index_um3, has_pressure, has_temperature,
                       lag(index_um3) OVER later AS index_before, lag(base_index_um3) OVER later AS base_before
                FROM (
                    SELECT DISTINCT ON (measured_at) measured_at, index_um3, base_index_um3,
                           COALESCE(pressure_pa BETWEEN pressure_min_pa AND pressure_max_pa,
                                    gauge_pressure_pa BETWEEN gauge_min_pa AND gauge_max_pa, false)
                           AND flags & %(on_defaults)s = 0 AS has_pressure,
                           COALESCE(temperature_k > 0, false) AND flags & %(on_defaults)s = 0 AS has_temperature
                    FROM reading
                    WHERE reading.device_id = span.device_id AND measured_at >= span_end AND measured_at < until
                      AND index_um3 IS NOT NULL
                    ORDER BY measured_at, seq DESC NULLS LAST, content_hash DESC
                ) AS counting
                WINDOW later AS (ORDER BY measured_at)
            ) AS reading
            WHERE abs(index_um3 - index_before) > %(jitter)s
              AND abs(base_index_um3 - base_before) > %(jitter)s IS NOT FALSE
              AND ((has_pressure OR NOT asks_pressure) AND (has_temperature OR NOT asks_temperature)
                   OR measured_at > span_end + %(last_good)s * INTERVAL '1 second')
            ORDER BY measured_at LIMIT 1
        ), GREATEST((
            SELECT measured_at FROM reading
            WHERE reading.device_id = span.device_id AND measured_at >= span_start AND measured_at < until
              AND index_um3 IS NOT NULL
            ORDER BY measured_at DESC LIMIT 1
        ), closes_at)) AS reach_to
    FROM derive_window AS span;

-- name: gaps_after
-- Gaps that begin in the weeks after each span, and its installation's end: laid as the meter used gas before.
    SELECT place, gap_from, gap_to
    FROM derive_window AS span
    CROSS JOIN LATERAL (
        SELECT measured_at AS gap_from, COALESCE(lead(measured_at) OVER (ORDER BY measured_at), (
            SELECT measured_at FROM reading
            WHERE reading.device_id = span.device_id
              AND measured_at > span_end + %(look_back)s * INTERVAL '1 second' AND measured_at < until
              AND index_um3 IS NOT NULL
            ORDER BY measured_at LIMIT 1
        ), closes_at) AS gap_to
        FROM reading
        WHERE reading.device_id = span.device_id AND measured_at >= span_end
          AND measured_at <= span_end + %(look_back)s * INTERVAL '1 second' AND measured_at < until
          AND index_um3 IS NOT NULL
    ) AS gap
    WHERE gap_to > gap_from + %(gap)s * INTERVAL '1 second' OR gap_to = closes_at AND gap_to > gap_from;

-- name: recalled
-- Until when a span is felt through the mean that stands in for a corrector at fault: to the last reading that
-- may end such a step, where there is any sign of one.
SELECT place, COALESCE((
    SELECT CASE WHEN bool_or(flags & %(on_defaults)s <> 0)
                     OR max(disturbed_index_um3) - min(disturbed_index_um3) > %(jitter)s
                THEN GREATEST(max(measured_at), span_end) END
    FROM reading
    WHERE reading.device_id = span.device_id AND measured_at >= span_start AND measured_at < until
      AND index_um3 IS NOT NULL AND measured_at <= COALESCE((
          SELECT measured_at FROM reading
          WHERE reading.device_id = span.device_id AND measured_at < until AND index_um3 IS NOT NULL
            AND measured_at >= span_end + %(recall)s * INTERVAL '1 second'
          ORDER BY measured_at LIMIT 1
      ), until)
), span_end) AS reach_to
FROM derive_window AS span;

-- name: lacking
-- Readings that lack p or T in each span: from the first of them to the last.
SELECT place, min(measured_at) AS first_at, max(measured_at) AS last_at
FROM derive_window AS span
JOIN reading ON reading.device_id = span.device_id AND measured_at >= span_start AND measured_at <= span_end
    AND measured_at >= installed_at AND measured_at < until
WHERE flags & %(on_defaults)s <> 0 OR NOT COALESCE(pressure_pa BETWEEN pressure_min_pa AND pressure_max_pa,
                                                   gauge_pressure_pa BETWEEN gauge_min_pa AND gauge_max_pa, false)
   OR NOT COALESCE(temperature_k > 0, false)
GROUP BY place;

-- name: states
-- The p and T that each device said in a span; of several statements of one moment the one that counts.
SELECT DISTINCT ON (place, measured_at) place, measured_at, COALESCE(pressure_pa, 'NaN') AS pressure_pa,
       COALESCE(gauge_pressure_pa, 'NaN') AS gauge_pressure_pa, COALESCE(temperature_k, 'NaN') AS temperature_k,
       flags
FROM derive_window AS span
CROSS JOIN LATERAL (
    SELECT * FROM reading
    WHERE reading.device_id = span.device_id AND measured_at >= span_start AND measured_at <= span_end
      AND measured_at >= installed_at AND measured_at < until
) AS said
ORDER BY place, measured_at, seq DESC NULLS LAST, content_hash DESC;

-- name: load
-- The readings that the hours of each span depend on: from where a register's state is known to the first one after.
-- Mostly that is the last reading at or before the span: no earlier one, back to where the register stood
-- clearly lower, is above it. Else the state is sought further back, where the register moved by more than jitter.
    SELECT place, reading.measured_at, content_hash, reading.index_um3,
           COALESCE(reading.base_index_um3, '-9223372036854775808'::bigint) AS base_index_um3,
           COALESCE(pressure_pa, 'NaN') AS pressure_pa, gauge_pressure_pa, COALESCE(temperature_k, 'NaN') AS temperature_k,
           disturbed_index_um3, base_disturbed_index_um3, mechanical_index_um3, flow_m3h,
           COALESCE(seq, '-9223372036854775808'::bigint) AS seq, flags
    FROM derive_window AS span
    LEFT JOIN LATERAL (
        SELECT measured_at, index_um3, base_index_um3,
               flags & %(on_defaults)s = 0
               AND (NOT asks_pressure OR COALESCE(pressure_pa BETWEEN pressure_min_pa AND pressure_max_pa,
                                                  gauge_pressure_pa BETWEEN gauge_min_pa AND gauge_max_pa, false))
               AND (NOT asks_temperature OR COALESCE(temperature_k > 0, false)) AS has_state
        FROM reading
        WHERE reading.device_id = span.device_id AND measured_at >= installed_at AND measured_at <= span_start
          AND index_um3 IS NOT NULL
        ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 1
    ) AS nearest ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN nearest.measured_at IS NULL THEN installed_at
            WHEN has_state AND COALESCE((
                SELECT earlier.index_um3 < nearest.index_um3 FROM reading AS earlier
                WHERE earlier.device_id = span.device_id AND earlier.measured_at >= installed_at
                  AND earlier.measured_at < nearest.measured_at
                  AND (earlier.index_um3 > nearest.index_um3
                       OR earlier.index_um3 < nearest.index_um3 - %(jitter)s AND NOT EXISTS (
                           SELECT FROM reading AS other
                           WHERE other.device_id = earlier.device_id AND other.measured_at = earlier.measured_at
                             AND other.content_hash <> earlier.content_hash AND other.index_um3 IS NOT NULL))
                ORDER BY earlier.measured_at DESC LIMIT 1
            ), true) AND (nearest.base_index_um3 IS NULL OR COALESCE((
                SELECT COALESCE(earlier.base_index_um3 < nearest.base_index_um3, true) FROM reading AS earlier
                WHERE earlier.device_id = span.device_id AND earlier.measured_at >= installed_at
                  AND earlier.measured_at < nearest.measured_at AND earlier.index_um3 IS NOT NULL
                  AND (earlier.base_index_um3 > nearest.base_index_um3
                       OR COALESCE(earlier.base_index_um3 < nearest.base_index_um3 - %(jitter)s, true) AND NOT EXISTS (
                           SELECT FROM reading AS other
                           WHERE other.device_id = earlier.device_id AND other.measured_at = earlier.measured_at
                             AND other.content_hash <> earlier.content_hash AND other.index_um3 IS NOT NULL))
                ORDER BY earlier.measured_at DESC LIMIT 1
            ), true)) THEN nearest.measured_at
            ELSE COALESCE((
                SELECT measured_at FROM (
                    SELECT measured_at, index_um3, base_index_um3, has_pressure, has_temperature,
                           lead(index_um3) OVER earlier AS index_before,
                           lead(base_index_um3) OVER earlier AS base_before
                    FROM (
                        SELECT DISTINCT ON (measured_at) measured_at, index_um3, base_index_um3,
                               COALESCE(pressure_pa BETWEEN pressure_min_pa AND pressure_max_pa,
                                        gauge_pressure_pa BETWEEN gauge_min_pa AND gauge_max_pa, false)
                               AND flags & %(on_defaults)s = 0 AS has_pressure,
                               COALESCE(temperature_k > 0, false) AND flags & %(on_defaults)s = 0 AS has_temperature
                        FROM reading
                        WHERE reading.device_id = span.device_id AND measured_at >= installed_at
                          AND measured_at <= nearest.measured_at AND index_um3 IS NOT NULL
                        ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC
                    ) AS counting
                    WINDOW earlier AS (ORDER BY measured_at DESC)
                ) AS reading
                WHERE abs(index_um3 - index_before) > %(jitter)s
                  AND abs(base_index_um3 - base_before) > %(jitter)s IS NOT FALSE
                  AND ((has_pressure OR NOT asks_pressure) AND (has_temperature OR NOT asks_temperature)
                       OR measured_at < nearest.measured_at - %(last_good)s * INTERVAL '1 second')
                ORDER BY measured_at DESC LIMIT 1
            ), installed_at)
        END AS since, COALESCE((
            SELECT measured_at FROM reading
            WHERE reading.device_id = span.device_id AND measured_at >= span_end AND measured_at < until
              AND index_um3 IS NOT NULL
            ORDER BY measured_at LIMIT 1
        ), until) AS last
        OFFSET 0 -- worked out once a span, not once a partition
    ) AS known
    CROSS JOIN LATERAL (
        SELECT reading.* FROM reading
        WHERE reading.device_id = span.device_id AND reading.index_um3 IS NOT NULL
          AND reading.measured_at >= since AND reading.measured_at <= last AND reading.measured_at < until
        OFFSET 0
    ) AS reading;

-- name: copy_hours
-- Hand over which hours were worked out.
COPY derive_hours FROM STDIN (FORMAT BINARY);

-- name: copy_volume
-- Hand over what was worked out.
COPY derive_volume FROM STDIN (FORMAT BINARY);

-- name: clear_volumes
-- Make room for other hours.
DELETE FROM derive_hours;
DELETE FROM derive_volume;

-- name: withdraw
-- An hour that stands and that nothing says anything of any more keeps a row: without volume, and missing.
INSERT INTO derive_volume (
    meter_id, interval_start, volume_um3, base_volume_um3, coverage, quality, method, z_method, flags, cause
)
SELECT stored.meter_id, stored.interval_start, 0, 0, 0, %(missing)s, %(withdrawn)s, 0, 0, hours.cause
FROM derive_hours AS hours
JOIN volume_hour AS stored ON stored.meter_id = hours.meter_id
    AND stored.interval_start >= hours.first_hour AND stored.interval_start < hours.end_hour
WHERE NOT EXISTS (
    SELECT FROM derive_volume AS worked_out
    WHERE worked_out.meter_id = stored.meter_id AND worked_out.interval_start = stored.interval_start
);

-- name: take_turn
-- Wait for whoever writes volumes: from here to the commit nobody else does.
SELECT pg_advisory_xact_lock(1668508007, 1);

-- name: tell_time
-- When what this transaction writes becomes known, and the number of the last change before it.
UPDATE volume_clock SET known_at = greatest(clock_timestamp(), known_at + INTERVAL '1 microsecond')
RETURNING known_at, sequence;

-- name: write
-- Write what changed: the row that stood becomes an earlier revision; what is the same stays untouched.
WITH changed AS (
    SELECT worked_out.*, stored.revision AS stored_revision
    FROM derive_volume AS worked_out LEFT JOIN volume_hour AS stored USING (meter_id, interval_start)
    WHERE stored.meter_id IS NULL OR (
        stored.volume_um3, stored.base_volume_um3, stored.device_base_volume_um3, stored.pressure_pa,
        stored.temperature_k, stored.correction_factor, stored.z_ratio, stored.coverage, stored.quality,
        stored.method, stored.z_method, stored.flags, stored.gas_quality_from, stored.calculation,
        stored.uncertainty_m3
    ) IS DISTINCT FROM (
        worked_out.volume_um3, worked_out.base_volume_um3, worked_out.device_base_volume_um3,
        worked_out.pressure_pa, worked_out.temperature_k, worked_out.correction_factor, worked_out.z_ratio,
        worked_out.coverage, worked_out.quality, (%(methods)s::text[])[worked_out.method + 1],
        (%(z_methods)s::text[])[worked_out.z_method], worked_out.flags, worked_out.gas_quality_from,
        %(calculation)s::int2, worked_out.uncertainty_m3
    )
), counted AS (
    SELECT count(*) FILTER (WHERE stored_revision IS NULL) AS added, count(stored_revision) AS revised FROM changed
), superseded AS (
    INSERT INTO volume_hour_superseded (
        meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,
        temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method, flags,
        gas_quality_from, registry_version, calculation, cause, computed_at, uncertainty_m3, superseded_at
    )
    SELECT stored.*, %(known_at)s::timestamptz
    FROM changed JOIN volume_hour AS stored USING (meter_id, interval_start)
), told AS (
    INSERT INTO volume_change
    SELECT %(sequence)s::bigint + 1, %(sequence)s::bigint + sum(changes), %(known_at)s::timestamptz,
           array_agg(meter_id ORDER BY meter_id), array_agg(first_hour ORDER BY meter_id),
           array_agg(last_hour ORDER BY meter_id), array_agg(changes ORDER BY meter_id)
    FROM (
        SELECT meter_id, min(interval_start) AS first_hour, max(interval_start) AS last_hour, count(*)::int AS changes
        FROM changed GROUP BY meter_id
    ) AS span
    HAVING count(*) > 0
), clocked AS (
    UPDATE volume_clock SET sequence = volume_clock.sequence + added + revised FROM counted
), written AS (
    INSERT INTO volume_hour (
        meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,
        temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method, flags,
        gas_quality_from, registry_version, calculation, cause, computed_at, uncertainty_m3
    )
    SELECT meter_id, interval_start, COALESCE(stored_revision, 0) + 1, volume_um3, base_volume_um3,
           device_base_volume_um3, pressure_pa, temperature_k, correction_factor, z_ratio, coverage, quality,
           (%(methods)s::text[])[method + 1], (%(z_methods)s::text[])[z_method], flags, gas_quality_from,
           %(registry_version)s, %(calculation)s, (%(causes)s::text[])[cause + 1], %(known_at)s::timestamptz,
           uncertainty_m3
    FROM changed
    ON CONFLICT (meter_id, interval_start) DO UPDATE SET
        revision = EXCLUDED.revision, volume_um3 = EXCLUDED.volume_um3,
        base_volume_um3 = EXCLUDED.base_volume_um3, device_base_volume_um3 = EXCLUDED.device_base_volume_um3,
        pressure_pa = EXCLUDED.pressure_pa, temperature_k = EXCLUDED.temperature_k,
        correction_factor = EXCLUDED.correction_factor, z_ratio = EXCLUDED.z_ratio,
        coverage = EXCLUDED.coverage, quality = EXCLUDED.quality, method = EXCLUDED.method,
        z_method = EXCLUDED.z_method, flags = EXCLUDED.flags, gas_quality_from = EXCLUDED.gas_quality_from,
        registry_version = EXCLUDED.registry_version, calculation = EXCLUDED.calculation,
        cause = EXCLUDED.cause, computed_at = EXCLUDED.computed_at, uncertainty_m3 = EXCLUDED.uncertainty_m3
)
SELECT added, revised FROM counted;

-- name: deltas
-- What writing would change.
SELECT meter.meter, worked_out.interval_start, stored.revision, stored.base_volume_um3 AS stored_base_volume_um3,
       worked_out.base_volume_um3, stored.volume_um3 AS stored_volume_um3, worked_out.volume_um3
FROM derive_volume AS worked_out
JOIN meter USING (meter_id)
LEFT JOIN volume_hour AS stored USING (meter_id, interval_start)
WHERE stored.meter_id IS NULL OR (stored.volume_um3, stored.base_volume_um3, stored.quality)
    IS DISTINCT FROM (worked_out.volume_um3, worked_out.base_volume_um3, worked_out.quality)
ORDER BY worked_out.meter_id, worked_out.interval_start;

-- name: listen
-- Be woken by what there is to derive.
LISTEN citygas_arrival;
LISTEN citygas_registry;

-- name: notify
-- Wake those who read volumes.
NOTIFY citygas_volume;
