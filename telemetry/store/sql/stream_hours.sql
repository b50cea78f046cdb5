-- name: roll
-- Keep what each stream carried in the hours that are over; what comes later no longer counts for it.
INSERT INTO stream_hour (
    station_id, stream, hour, peak_flow_m3h, filter_moment, flow_moment, outlet_pa, outlet_samples,
    filter_peak_pa
)
SELECT station.station_id, stream.stream, said.*
FROM (
    SELECT greatest(coalesce(max(hour) + INTERVAL '1 hour', %(from)s::timestamptz), %(from)s::timestamptz) AS first
    FROM stream_hour
) AS missing
CROSS JOIN station
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
CROSS JOIN LATERAL (
    SELECT date_bin('1 hour', measured_at, 'epoch') AS hour,
           (array_agg(flow_m3h ORDER BY flow_m3h DESC) FILTER (WHERE flow_m3h > 0))[2] AS peak_flow_m3h,
           coalesce(sum(filter_differential_pa * flow_m3h ^ 2) FILTER (WHERE flow_m3h > 0), 0) AS filter_moment,
           coalesce(sum(flow_m3h ^ 4) FILTER (WHERE filter_differential_pa IS NOT NULL AND flow_m3h > 0), 0)
               AS flow_moment,
           avg(outlet_gauge_pressure_pa) AS outlet_pa, count(outlet_gauge_pressure_pa) AS outlet_samples,
           (array_agg(filter_differential_pa ORDER BY filter_differential_pa DESC)
                FILTER (WHERE filter_differential_pa IS NOT NULL))[2] AS filter_peak_pa
    FROM pressure_sample
    WHERE station_id = station.station_id AND pressure_sample.stream = stream.stream
      AND measured_at >= missing.first AND measured_at < %(to)s
    GROUP BY 1
) AS said
ON CONFLICT DO NOTHING;

-- name: records
-- When each stream last carried gas, what a clean filter of its resists (the quarter of days with the least), and the
-- highest differential of weeks ago.
SELECT station.station_id, stream.stream, carried.at AS carried_at, clean.resistance, peak.filter_pa
FROM station
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
LEFT JOIN LATERAL (
    SELECT (extract(epoch FROM hour) * 1000000)::bigint AS at FROM stream_hour
    WHERE station_id = station.station_id AND stream_hour.stream = stream.stream
      AND peak_flow_m3h > %(carrying_m3h)s
    ORDER BY hour DESC LIMIT 1
) AS carried ON true
LEFT JOIN LATERAL (
    SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY resistance) AS resistance
    FROM (
        SELECT sum(filter_moment) / sum(flow_moment) AS resistance FROM stream_hour
        WHERE station_id = station.station_id AND stream_hour.stream = stream.stream
          AND hour >= %(since)s
        GROUP BY date_bin('1 day', hour, 'epoch')
        HAVING sum(filter_moment) > 0 AND sum(flow_moment) > 0
    ) AS day
    HAVING count(*) >= %(days)s
) AS clean ON true
LEFT JOIN LATERAL (
    SELECT max(filter_peak_pa) AS filter_pa FROM stream_hour
    WHERE station_id = station.station_id AND stream_hour.stream = stream.stream
      AND hour >= %(since)s AND hour < %(before)s AND filter_peak_pa IS NOT NULL
    HAVING count(DISTINCT date_bin('1 day', hour, 'epoch')) >= %(days)s
) AS peak ON true
WHERE carried.at IS NOT NULL OR clean.resistance IS NOT NULL OR peak.filter_pa IS NOT NULL;

-- name: outlets
-- The mean outlet pressure of some stations' hours, over all their streams, after an hour each.
SELECT station_id, (extract(epoch FROM hour) * 1000000)::bigint, sum(outlet_pa * outlet_samples), sum(outlet_samples)
FROM unnest(%(stations)s::int[], %(after)s::timestamptz[]) AS wanted (station_id, after)
JOIN stream_hour USING (station_id)
WHERE hour > wanted.after AND outlet_samples > 0
GROUP BY station_id, hour;
