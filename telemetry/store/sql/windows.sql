-- name: take
-- Take word of who spoke of which span, oldest first, and the database's time.
WITH taken AS (
    DELETE FROM arrival WHERE arrival_id IN (
        SELECT arrival_id FROM arrival WHERE consumer = 'watch' ORDER BY arrival_id LIMIT %(limit)s
    )
    RETURNING arrival_id, stored_at, device_ids, device_from, device_to, station_ids, station_from, station_to
)
SELECT 'batch' AS kind, NULL::int AS id, NULL::timestamptz AS first, NULL::timestamptz AS last, stored_at
FROM taken
UNION ALL
SELECT 'device', span.id, span.first, span.last, stored_at
FROM taken, unnest(device_ids, device_from, device_to) AS span (id, first, last)
UNION ALL
SELECT 'station', span.id, span.first, span.last, stored_at
FROM taken, unnest(station_ids, station_from, station_to) AS span (id, first, last);

-- name: now
-- The transaction's time: one clock for all machines.
SELECT now();

-- name: samples
-- What stations said of their streams in these batches; OFFSET 0 holds the plan to one index look-up a span.
    SELECT p.*
    FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(stored_at)s::timestamptz[])
             AS span (id, first, last, stored_at)
    CROSS JOIN LATERAL (
        SELECT station_id, stream, measured_at, received_at,
               coalesce(inlet_gauge_pressure_pa, 'NaN'), coalesce(outlet_gauge_pressure_pa, 'NaN'),
               coalesce(outlet_min_gauge_pressure_pa, 'NaN'), coalesce(outlet_max_gauge_pressure_pa, 'NaN'),
               coalesce(filter_differential_pa, 'NaN'), coalesce(flow_m3h, 'NaN'), coalesce(gas_lel_pct, 'NaN')::float8,
               coalesce(slam_shut, -1::smallint), coalesce(bypass_valve, -1::smallint), true
        FROM pressure_sample
        WHERE station_id = span.id AND stream IN (0, 1, 2) AND measured_at BETWEEN span.first AND span.last
          AND pressure_sample.stored_at = span.stored_at AND measured_at BETWEEN %(from)s AND %(to)s
        OFFSET 0
    ) AS p;

-- name: before
-- What they had said of their streams shortly before, for rules that look back; no more of each than is bounded.
SELECT p.*
FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS span (id, first, last)
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
CROSS JOIN LATERAL (
    SELECT station_id, pressure_sample.stream, measured_at, received_at,
           coalesce(inlet_gauge_pressure_pa, 'NaN'), coalesce(outlet_gauge_pressure_pa, 'NaN'),
           coalesce(outlet_min_gauge_pressure_pa, 'NaN'), coalesce(outlet_max_gauge_pressure_pa, 'NaN'),
           coalesce(filter_differential_pa, 'NaN'), coalesce(flow_m3h, 'NaN'), coalesce(gas_lel_pct, 'NaN')::float8,
           coalesce(slam_shut, -1::smallint), coalesce(bypass_valve, -1::smallint), false
    FROM pressure_sample
    WHERE station_id = span.id AND pressure_sample.stream = stream.stream
      AND measured_at BETWEEN span.first - %(look_back)s::interval AND span.last
      AND stored_at <> ALL (%(stored_at)s::timestamptz[]) AND measured_at BETWEEN %(from)s AND %(to)s
    ORDER BY measured_at DESC LIMIT %(most)s
) AS p;

-- name: events
-- What stations said has begun or ended in these batches, as samples that tell of nothing else.
    SELECT s.station_id, 0::smallint, e.measured_at, e.received_at,
           'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8,
           CASE WHEN e.code = 'slam_shut' THEN least(e.state, 1::smallint) ELSE -1::smallint END,
           CASE WHEN e.code = 'bypass_valve' THEN least(e.state, 1::smallint) ELSE -1::smallint END, true
    FROM station s
    JOIN device_event e ON e.device = s.station
    WHERE e.measured_at BETWEEN %(from)s AND %(to)s AND e.stored_at = ANY (%(stored_at)s)
      AND e.code IN ('slam_shut', 'bypass_valve');

-- name: known_until
-- How far each station was known before, as far as it matters to a delay.
SELECT span.id, (extract(epoch FROM max(known.measured_at)) * 1000000)::bigint
FROM unnest(%(ids)s::int[], %(stored_at)s::timestamptz[]) AS span (id, stored_at)
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
CROSS JOIN LATERAL (
    SELECT p.measured_at FROM pressure_sample p
    WHERE p.station_id = span.id AND p.stream = stream AND p.stored_at < span.stored_at
      AND p.measured_at BETWEEN %(from)s AND %(to)s
    ORDER BY p.measured_at DESC LIMIT 1
) AS known
GROUP BY span.id;

-- name: readings
-- What devices stated in a span, the last three indices before and the next one after it; a null is a sentinel.
-- Of several at one instant only the first counts: fewer than three may be left, and a small jump untold to be alone.
    SELECT r.device_id, r.measured_at, r.received_at, coalesce(r.index_um3, (%(null)s)::bigint),
           r.stored_at = ANY (%(stored_at)s) AS is_new,
           coalesce(r.base_index_um3, (%(null)s)::bigint), coalesce(r.mechanical_index_um3, (%(null)s)::bigint),
           coalesce(r.disturbed_index_um3, (%(null)s)::bigint), coalesce(r.base_disturbed_index_um3, (%(null)s)::bigint),
           coalesce(r.pressure_pa, 'NaN'), coalesce(r.gauge_pressure_pa, 'NaN'), coalesce(r.temperature_k, 'NaN'),
           coalesce(r.battery_v, 'NaN'), coalesce(r.battery_pct, 'NaN'), coalesce(r.valve, -1::smallint),
           coalesce(r.meter_bypass_valve, -1::smallint), r.flags, 0
    FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS span (id, first, last)
    CROSS JOIN LATERAL (
        (SELECT * FROM reading
         WHERE device_id = span.id AND measured_at < span.first AND index_um3 IS NOT NULL
         ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 3)
        UNION ALL
        (SELECT * FROM reading WHERE device_id = span.id AND measured_at BETWEEN span.first AND span.last)
        UNION ALL
        (SELECT * FROM reading
         WHERE device_id = span.id AND measured_at > span.last AND index_um3 IS NOT NULL
         ORDER BY measured_at, seq DESC NULLS LAST, content_hash DESC LIMIT 1)
    ) AS r
    ORDER BY r.device_id, r.measured_at, r.seq DESC NULLS LAST, r.content_hash DESC;

-- name: meter_events
-- What devices said has begun, happened or ended, as readings that tell of one flag, or of the bypass valve, only.
    SELECT d.device_id, e.measured_at, e.received_at, (%(null)s)::bigint, true,
           (%(null)s)::bigint, (%(null)s)::bigint, (%(null)s)::bigint, (%(null)s)::bigint,
           'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float4, 'NaN'::float4, -1::smallint,
           CASE WHEN e.code = 'bypass_valve' THEN least(e.state, 1::smallint) ELSE -1::smallint END,
           CASE WHEN e.state = 0 OR e.code = 'bypass_valve' THEN 0 ELSE flag.bit END, flag.bit
    FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS span (id, first, last)
    JOIN device d ON d.device_id = span.id
    CROSS JOIN LATERAL (
        SELECT measured_at, received_at, code, state FROM device_event
        WHERE device = d.device AND measured_at BETWEEN span.first AND span.last
          AND device_event.stored_at = ANY (%(stored_at)s)
        OFFSET 0
    ) AS e
    JOIN unnest(%(codes)s::text[], %(bits)s::int[]) AS flag (code, bit) ON flag.code = e.code
    ORDER BY 1, 2;

-- name: mechanical_before
-- The last reading of both indices at least a day before another, at most eight.
SELECT wanted.device_id, (extract(epoch FROM r.measured_at) * 1000000)::bigint, r.index_um3, r.mechanical_index_um3
FROM unnest(%(devices)s::int[], %(at)s::timestamptz[]) AS wanted (device_id, at)
CROSS JOIN LATERAL (
    SELECT measured_at, index_um3, mechanical_index_um3 FROM reading
    WHERE device_id = wanted.device_id AND measured_at <= wanted.at - interval '1 day'
      AND measured_at > wanted.at - interval '8 days' AND index_um3 IS NOT NULL AND mechanical_index_um3 IS NOT NULL
    ORDER BY measured_at DESC LIMIT 1
) AS r;

-- name: heard
-- When each device and station was last heard, and what time it spoke of.
SELECT 'device' AS kind, d.device AS name,
       (extract(epoch FROM r.received_at) * 1000000)::bigint AS received_at,
       (extract(epoch FROM r.measured_at) * 1000000)::bigint AS measured_at
FROM device d
CROSS JOIN LATERAL (
    SELECT received_at, measured_at FROM reading
    WHERE device_id = d.device_id AND measured_at > %(from)s ORDER BY measured_at DESC LIMIT 1
) AS r
UNION ALL
SELECT 'station', s.station,
       (extract(epoch FROM max(p.received_at)) * 1000000)::bigint,
       (extract(epoch FROM max(p.measured_at)) * 1000000)::bigint
FROM station s
CROSS JOIN unnest('{0,1,2}'::smallint[]) AS stream
CROSS JOIN LATERAL (
    SELECT received_at, measured_at FROM pressure_sample
    WHERE station_id = s.station_id AND pressure_sample.stream = stream.stream AND measured_at > %(from)s
    ORDER BY measured_at DESC LIMIT 1
) AS p
GROUP BY s.station;

-- name: receiving
-- Does any collector hold its shard's lock (lease.sql, take)? Where none ever did, nobody can tell.
SELECT count(*) = 0 OR coalesce(bool_or(held.pid IS NOT NULL), false)
FROM shard_lease
LEFT JOIN pg_locks AS held
  ON held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
 AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 AND (held.classid::bigint << 32 | held.objid::bigint) = hashtextextended('citygas.shard.' || shard, 0);

-- name: listened_until
-- Until when the watch could hear who speaks.
SELECT (extract(epoch FROM listened_until) * 1000000)::bigint FROM watch_progress WHERE listened_until IS NOT NULL;

-- name: note_listened
-- The watch could hear who speaks until now.
UPDATE watch_progress SET listened_until = %(at)s;

-- name: lead
-- Become the one that watches, for as long as this session lasts.
SELECT pg_try_advisory_lock(hashtext('citygas.watch'));
