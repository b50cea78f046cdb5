-- name: hours_csv
-- Hourly volumes of some meters as CSV lines, written by the server; whose each hour is comes with the spans.
COPY (
    SELECT span.meter, span.account,
           to_char(v.interval_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char((v.interval_start + interval '1 hour') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           v.volume_um3 / 1e6::float8, v.base_volume_um3 / 1e6::float8, v.device_base_volume_um3 / 1e6::float8,
           v.uncertainty_m3, round(v.pressure_pa / 1000 * 1e6::float8) / 1e6::float8,
           round((v.temperature_k - 273.15::float8) * 1e6::float8) / 1e6::float8,
           v.correction_factor, v.z_ratio, round(v.coverage::float8 * 1e6::float8) / 1e6::float8,
           (%(qualities)s::text[])[v.quality + 1], v.method, v.z_method, v.revision,
           to_char(v.computed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    FROM unnest(%(meter_ids)s::int[], %(meters)s::text[], %(accounts)s::text[],
                %(starts)s::timestamptz[], %(ends)s::timestamptz[])
         AS span (meter_id, meter, account, span_start, span_end)
    JOIN (
        SELECT meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,
               temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method, computed_at,
               uncertainty_m3
        FROM volume_hour WHERE %(as_of)s::timestamptz IS NULL OR computed_at <= %(as_of)s::timestamptz
        UNION ALL
        SELECT meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,
               temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method, computed_at,
               uncertainty_m3
        FROM volume_hour_superseded
        WHERE computed_at <= %(as_of)s::timestamptz AND superseded_at > %(as_of)s::timestamptz
    ) AS v ON v.meter_id = span.meter_id
     AND v.interval_start >= span.span_start AND v.interval_start < span.span_end
    ORDER BY v.meter_id, v.interval_start
) TO STDOUT (FORMAT csv);
