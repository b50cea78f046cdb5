-- name: touched
-- The meters that changes after a number, up to another, may have touched before an instant.
SELECT DISTINCT meter_id
FROM volume_change CROSS JOIN LATERAL unnest(meter_ids, first_hours) AS span (meter_id, first_hour)
WHERE last_sequence > %(since)s::bigint AND first_sequence <= %(until)s::bigint AND first_hour < %(before)s
ORDER BY meter_id;

-- name: horizon
-- Where the last closed hour ends; null where nothing is closed.
SELECT (extract(epoch FROM max(span_end)) * 1000000)::bigint FROM statement WHERE status = 'closed';

-- name: revised
-- The changes of hours that are covered by closed statements, with what stood when these were drawn.
WITH span AS (
    SELECT known_at, meter_id, first_hour, last_hour, first_sequence - 1
           + sum(many) OVER (PARTITION BY first_sequence ORDER BY place) - many AS before
    FROM volume_change
    CROSS JOIN LATERAL unnest(meter_ids, first_hours, last_hours, changes)
        WITH ORDINALITY AS one (meter_id, first_hour, last_hour, many, place)
    WHERE last_sequence > %(since)s::bigint AND first_sequence <= %(until)s::bigint
), covered AS (
    SELECT * FROM unnest(%(meters)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
                         %(statements)s::bigint[], %(signs)s::int[])
        AS cover (meter_id, span_start, span_end, statement_id, sign)
    JOIN (SELECT statement_id, site, sequence AS drawn_sequence, as_of FROM statement) AS drawn USING (statement_id)
)
SELECT change.sequence::bigint AS sequence, statement_id, site, change.meter_id,
       (extract(epoch FROM interval_start) * 1000000)::bigint AS interval_start,
       sign * COALESCE((
           SELECT base_volume_um3 FROM (
               SELECT base_volume_um3, revision FROM volume_hour AS stood
               WHERE stood.meter_id = change.meter_id AND stood.interval_start = change.interval_start
                 AND computed_at <= as_of
               UNION ALL
               SELECT base_volume_um3, revision FROM volume_hour_superseded AS stood
               WHERE stood.meter_id = change.meter_id AND stood.interval_start = change.interval_start
                 AND computed_at <= as_of
           ) AS earlier ORDER BY revision DESC LIMIT 1
       ), 0) AS original_um3,
       sign * base_volume_um3 AS revised_um3,
       sign * (base_volume_um3 - COALESCE((
           SELECT base_volume_um3 FROM volume_hour_superseded AS former
           WHERE former.meter_id = change.meter_id AND former.interval_start = change.interval_start
             AND former.revision = change.revision - 1
       ), 0)) AS delta_um3,
       cause, (extract(epoch FROM known_at) * 1000000)::bigint AS known_at
FROM (
    SELECT before + row_number() OVER (PARTITION BY known_at, meter_id ORDER BY interval_start) AS sequence,
           known_at, meter_id, interval_start, revision, base_volume_um3, cause
    FROM span CROSS JOIN LATERAL (
        SELECT interval_start, revision, base_volume_um3, cause FROM volume_hour AS hour
        WHERE hour.meter_id = span.meter_id AND interval_start BETWEEN first_hour AND last_hour
          AND computed_at = known_at
        UNION ALL
        SELECT interval_start, revision, base_volume_um3, cause FROM volume_hour_superseded AS hour
        WHERE hour.meter_id = span.meter_id AND interval_start BETWEEN first_hour AND last_hour
          AND computed_at = known_at
    ) AS hour
    WHERE meter_id = ANY(%(meters)s::int[])
) AS change
JOIN covered ON covered.meter_id = change.meter_id
    AND interval_start >= span_start AND interval_start < span_end AND change.sequence > drawn_sequence
WHERE change.sequence > %(since)s::bigint AND change.sequence <= %(until)s::bigint
ORDER BY change.sequence;

-- name: last
-- The number of the last adjustment.
SELECT COALESCE(max(adjustment_id), 0) FROM adjustment;

-- name: add
-- Keep one adjustment.
INSERT INTO adjustment (
    adjustment_id, sequence, statement_id, meter_id, interval_start, original_um3, revised_um3, delta_um3, cause,
    known_at, booking_period
) VALUES (
    %(adjustment_id)s, %(sequence)s, %(statement_id)s, %(meter_id)s, %(interval_start)s, %(original_um3)s,
    %(revised_um3)s, %(delta_um3)s, %(cause)s, %(known_at)s, %(booking_period)s
);

-- name: booked
-- Remember how far the changes of volumes were looked at.
UPDATE settlement_clock SET sequence = %(until)s;

-- name: after
-- Adjustments after a number, in order.
SELECT adjustment_id, statement_id, meter.meter, interval_start, interval_start + INTERVAL '1 hour' AS interval_end,
       original_um3, revised_um3, delta_um3, cause, period AS effective_period, booking_period, known_at
FROM adjustment JOIN statement USING (statement_id) JOIN meter USING (meter_id)
WHERE adjustment_id > %(since)s AND (%(statement)s::bigint IS NULL OR statement_id = %(statement)s)
ORDER BY adjustment_id LIMIT %(most)s;

-- name: unaccounted
-- Hours of a closed statement that do not stand at what was closed and what was booked since come to.
WITH line AS (
    SELECT * FROM unnest(%(meters)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(signs)s::int[])
        AS span (meter_id, span_start, span_end, sign)
), closed AS (
    SELECT * FROM unnest(%(hour_meters)s::int[], %(hour_starts)s::timestamptz[], %(base_volumes_um3)s::bigint[])
        AS hour (meter_id, interval_start, base_volume_um3)
), booked AS (
    SELECT meter_id, interval_start, sum(delta_um3)::bigint AS delta_um3
    FROM adjustment WHERE statement_id = %(statement)s GROUP BY meter_id, interval_start
), standing AS (
    SELECT meter_id, interval_start, sign, base_volume_um3
    FROM line JOIN volume_hour USING (meter_id)
    WHERE interval_start >= span_start AND interval_start < span_end AND sign <> 0
)
SELECT meter.meter, interval_start, sign * standing.base_volume_um3 AS standing_um3,
       sign * COALESCE(closed.base_volume_um3, 0) + COALESCE(delta_um3, 0) AS accounted_um3
FROM standing
LEFT JOIN closed USING (meter_id, interval_start)
LEFT JOIN booked USING (meter_id, interval_start)
JOIN meter USING (meter_id)
WHERE sign * standing.base_volume_um3 <> sign * COALESCE(closed.base_volume_um3, 0) + COALESCE(delta_um3, 0)
ORDER BY meter_id, interval_start;
