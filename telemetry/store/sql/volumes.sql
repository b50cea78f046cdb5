-- name: hours
-- Hourly volumes as they stand, or stood, in order of meter and time, words as positions in the program's lists.
COPY (
    SELECT meter_id, interval_start, revision, volume_um3, base_volume_um3,
           COALESCE(device_base_volume_um3, '-9223372036854775808'::bigint) AS device_base_volume_um3,
           COALESCE(pressure_pa, 'NaN') AS pressure_pa, COALESCE(temperature_k, 'NaN') AS temperature_k,
           COALESCE(correction_factor, 'NaN') AS correction_factor, COALESCE(z_ratio, 'NaN') AS z_ratio,
           coverage, quality, COALESCE(array_position(%(methods)s::text[], method) - 1, -1) AS method,
           COALESCE(array_position(%(z_methods)s::text[], z_method), 0) AS z_method, flags, computed_at,
           COALESCE(uncertainty_m3, 'NaN') AS uncertainty_m3
    FROM (
        SELECT meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3,
               pressure_pa, temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method,
               flags, computed_at, uncertainty_m3
        FROM volume_hour
        WHERE %(as_of)s::timestamptz IS NULL OR computed_at <= %(as_of)s::timestamptz
        UNION ALL
        SELECT meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3,
               pressure_pa, temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method,
               flags, computed_at, uncertainty_m3
        FROM volume_hour_superseded
        WHERE computed_at <= %(as_of)s::timestamptz AND superseded_at > %(as_of)s::timestamptz
    ) AS hour
    WHERE (%(meters)s::int[] IS NULL OR meter_id = ANY(%(meters)s::int[]))
      AND interval_start >= %(start)s::timestamptz AND interval_start < %(end)s::timestamptz
    ORDER BY meter_id, interval_start
) TO STDOUT (FORMAT BINARY);
