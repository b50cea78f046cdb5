-- name: take_turn
-- Wait for whoever draws, closes or books, and keep others from it to the end; taken before the snapshot is.
LOCK TABLE settlement_clock IN EXCLUSIVE MODE;

-- name: hold_still
-- Wait while a period is just being closed, and keep it from being closed to the end of this transaction.
LOCK TABLE settlement_clock IN ROW SHARE MODE;

-- name: clock
-- The last change of volumes that this snapshot knows, the last one looked at for adjustments, and the time.
SELECT (extract(epoch FROM known_at) * 1000000)::bigint AS known_at, volume_clock.sequence,
       settlement_clock.sequence AS booked, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
FROM volume_clock, settlement_clock;

-- name: closed_statements
-- What is closed of some sites, or of all, over something of a span.
SELECT statement_id, site, account, cycle, period, (extract(epoch FROM span_start) * 1000000)::bigint AS start,
       (extract(epoch FROM span_end) * 1000000)::bigint AS "end", sequence
FROM statement
WHERE status = 'closed' AND (%(sites)s::text[] IS NULL OR site = ANY(%(sites)s::text[]))
  AND span_start < %(end)s AND span_end > %(start)s
ORDER BY statement_id;

-- name: closed_lines
-- Which hours of some meters are closed.
SELECT meter_id, statement_id, (extract(epoch FROM line.span_start) * 1000000)::bigint AS start,
       (extract(epoch FROM line.span_end) * 1000000)::bigint AS "end", (told ->> 'sign')::int AS sign
FROM statement_line AS line JOIN statement USING (statement_id)
WHERE status = 'closed' AND meter_id = ANY(%(meters)s::int[])
  AND line.span_start < %(end)s AND line.span_end > %(start)s
ORDER BY meter_id, line.span_start, statement_id;

-- name: waiting
-- The first of some meters with hours that are still to be worked out again.
SELECT meter.meter
FROM unnest(%(meters)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS line (meter_id, span_start, span_end)
JOIN meter USING (meter_id)
WHERE EXISTS (
    SELECT FROM dirty_span AS dirty
    WHERE dirty.meter_id = line.meter_id AND dirty.span_start < line.span_end AND dirty.span_end > line.span_start
) OR EXISTS (
    SELECT FROM arrival
    CROSS JOIN LATERAL unnest(device_ids, device_from, device_to) AS spoke (device_id, first_at, last_at)
    JOIN device USING (device_id)
    JOIN installation USING (device)
    WHERE consumer = 'derive' AND installation.meter = meter.meter AND first_at < line.span_end AND last_at >= line.span_start
)
ORDER BY meter.meter LIMIT 1;

-- name: hours
-- The hours of some spans of meters as they stood at a moment, in order of span and time.
SELECT (span.place - 1)::int AS line, v.interval_start, v.revision, v.volume_um3, v.base_volume_um3,
       COALESCE(v.device_base_volume_um3, '-9223372036854775808'::bigint) AS device_base_volume_um3,
       v.quality::int AS quality, v.flags::bigint AS flags, v.calculation::int AS calculation, v.registry_version,
       COALESCE((extract(epoch FROM v.gas_quality_from) * 1000000)::bigint, '-9223372036854775808'::bigint)
           AS gas_quality_from,
       COALESCE(round(v.uncertainty_m3 * 1000000)::bigint, '-9223372036854775808'::bigint) AS uncertainty_um3
FROM unnest(%(meters)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY
     AS span (meter_id, span_start, span_end, place)
CROSS JOIN LATERAL (
    SELECT interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, quality, flags,
           calculation, registry_version, gas_quality_from, uncertainty_m3
    FROM volume_hour
    WHERE volume_hour.meter_id = span.meter_id AND interval_start >= span_start AND interval_start < span_end
      AND computed_at <= %(as_of)s
    UNION ALL
    SELECT interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3, quality, flags,
           calculation, registry_version, gas_quality_from, uncertainty_m3
    FROM volume_hour_superseded AS former
    WHERE former.meter_id = span.meter_id AND interval_start >= span_start AND interval_start < span_end
      AND computed_at <= %(as_of)s AND superseded_at > %(as_of)s
) AS v
ORDER BY span.place, v.interval_start;

-- name: around
-- The last reading at or before each of some instants and the first at or after it, as known at a moment.
WITH boundary AS (
    SELECT * FROM unnest(%(meters)s::int[], %(devices)s::int[], %(froms)s::timestamptz[], %(untils)s::timestamptz[],
                         %(ats)s::timestamptz[]) WITH ORDINALITY
        AS asked (meter_id, device_id, installed_from, installed_until, at, place)
)
SELECT (extract(epoch FROM former.measured_at) * 1000000)::bigint AS before_at, former.index_um3 AS before_um3,
       (extract(epoch FROM later.measured_at) * 1000000)::bigint AS after_at, later.index_um3 AS after_um3
FROM boundary
LEFT JOIN LATERAL (
    SELECT measured_at, index_um3 FROM reading
    WHERE reading.device_id = boundary.device_id AND measured_at >= installed_from AND measured_at <= at
      AND measured_at < installed_until AND index_um3 IS NOT NULL AND stored_at <= %(drawn_at)s
      AND NOT EXISTS (
          SELECT FROM edit
          WHERE edit.meter_id = boundary.meter_id AND edit.kind = 'exclude_readings'
            AND edit.span_start <= measured_at AND measured_at < edit.span_end AND created_at <= %(drawn_at)s
            AND (approved_at <= %(drawn_at)s OR NOT approval_needed)
            AND (undone_at > %(drawn_at)s OR undone_at IS NULL)
      )
    ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 1
) AS former ON true
LEFT JOIN LATERAL (
    SELECT measured_at, index_um3 FROM reading
    WHERE reading.device_id = boundary.device_id AND measured_at >= installed_from AND measured_at >= at
      AND measured_at < installed_until AND index_um3 IS NOT NULL AND stored_at <= %(drawn_at)s
      AND NOT EXISTS (
          SELECT FROM edit
          WHERE edit.meter_id = boundary.meter_id AND edit.kind = 'exclude_readings'
            AND edit.span_start <= measured_at AND measured_at < edit.span_end AND created_at <= %(drawn_at)s
            AND (approved_at <= %(drawn_at)s OR NOT approval_needed)
            AND (undone_at > %(drawn_at)s OR undone_at IS NULL)
      )
    ORDER BY measured_at, seq DESC NULLS LAST, content_hash DESC LIMIT 1
) AS later ON true
ORDER BY boundary.place;

-- name: exchanges
-- The exchanges that some meters had.
SELECT exchange_id, meter, new_meter, (extract(epoch FROM exchanged_at) * 1000000)::bigint AS exchanged_at,
       (extract(epoch FROM installed_at) * 1000000)::bigint AS installed_at
FROM exchange WHERE meter = ANY(%(names)s::text[]) OR new_meter = ANY(%(names)s::text[])
ORDER BY exchange_id;

-- name: draw
-- Keep a draft, or put it in the place of the one before.
INSERT INTO statement (
    cycle, period, account, contract, site, span_start, span_end, time_zone, day_start, status, as_of, sequence,
    drawn_at, registry_version, hour_count, missing_hours, volume_um3, base_volume_um3, estimated_share,
    uncertainty_um3, qualities, sha256
) VALUES (
    %(cycle)s, %(period)s, %(account)s, %(contract)s, %(site)s, %(start)s, %(end)s, %(time_zone)s, %(day_start)s,
    'draft', %(as_of)s, %(sequence)s, %(drawn_at)s, %(registry_version)s, %(rows)s, %(missing_hours)s,
    %(volume_um3)s, %(base_volume_um3)s, %(estimated_share)s, %(uncertainty_um3)s, %(qualities)s, %(sha256)s
)
ON CONFLICT (cycle, period, site, span_start) DO UPDATE SET
    account = EXCLUDED.account, contract = EXCLUDED.contract, span_end = EXCLUDED.span_end,
    time_zone = EXCLUDED.time_zone, day_start = EXCLUDED.day_start, as_of = EXCLUDED.as_of,
    sequence = EXCLUDED.sequence, drawn_at = EXCLUDED.drawn_at, registry_version = EXCLUDED.registry_version,
    hour_count = EXCLUDED.hour_count, missing_hours = EXCLUDED.missing_hours, volume_um3 = EXCLUDED.volume_um3,
    base_volume_um3 = EXCLUDED.base_volume_um3, estimated_share = EXCLUDED.estimated_share,
    uncertainty_um3 = EXCLUDED.uncertainty_um3, qualities = EXCLUDED.qualities, sha256 = EXCLUDED.sha256
RETURNING statement_id;

-- name: forget_lines
-- Make room for a draft's lines.
DELETE FROM statement_line WHERE statement_id = %(statement_id)s;

-- name: add_line
-- Keep one line of a draft.
INSERT INTO statement_line (statement_id, line, meter_id, span_start, span_end, told)
VALUES (%(statement_id)s, %(line)s, %(meter_id)s, %(start)s, %(end)s, %(told)s);

-- name: close
-- Close drafts that were just drawn.
UPDATE statement SET status = 'closed', closed_at = %(at)s, closed_by = %(by)s WHERE statement_id = ANY(%(statements)s);

-- name: forget_drafts
-- Let go of drafts that the registry gives no reason for any more.
DELETE FROM statement
WHERE status = 'draft' AND cycle = %(cycle)s AND period = %(period)s
  AND (%(account)s::text IS NULL OR account = %(account)s)
  AND statement_id <> ALL(%(kept)s::bigint[]);

-- name: closed_sums
-- What is closed of a period: how many statements and hours, the sum, and each statement's hash in order.
SELECT count(*) AS statements, COALESCE(sum(hour_count), 0)::bigint AS rows,
       COALESCE(sum(missing_hours), 0)::bigint AS missing_hours,
       COALESCE(sum(base_volume_um3), 0)::bigint AS base_volume_um3,
       COALESCE(array_agg(statement_id ORDER BY statement_id), '{}') AS ids,
       COALESCE(array_agg(sha256 ORDER BY statement_id), '{}') AS hashes
FROM statement
WHERE status = 'closed' AND cycle = %(cycle)s AND period = %(period)s
  AND (%(account)s::text IS NULL OR account = %(account)s);

-- name: last
-- The highest number of a statement.
SELECT COALESCE(max(statement_id), 0) FROM statement;

-- name: list
-- Statements, newest first.
SELECT statement_id, cycle, period, account, contract, site, (extract(epoch FROM span_start) * 1000000)::bigint AS start,
       (extract(epoch FROM span_end) * 1000000)::bigint AS "end", time_zone, day_start, status,
       (extract(epoch FROM as_of) * 1000000)::bigint AS as_of, sequence,
       (extract(epoch FROM drawn_at) * 1000000)::bigint AS drawn_at, registry_version, hour_count, missing_hours,
       volume_um3, base_volume_um3, estimated_share, uncertainty_um3, qualities, sha256, closed_at, closed_by
FROM statement
WHERE statement_id <= %(last)s
  AND (%(only)s::bigint IS NULL OR statement_id = %(only)s)
  AND (%(before)s::bigint IS NULL OR statement_id < %(before)s)
  AND (%(account)s::text IS NULL OR account = %(account)s)
  AND (%(period)s::text IS NULL OR period = %(period)s)
  AND (%(cycle)s::text IS NULL OR cycle = %(cycle)s)
  AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY statement_id DESC
LIMIT %(limit)s;

-- name: lines
-- The lines of some statements, in order.
SELECT statement_id, told FROM statement_line WHERE statement_id = ANY(%(statements)s::bigint[]) ORDER BY statement_id, line;
