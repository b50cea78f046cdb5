-- What changed of volumes is told by where it stands: each revision is kept with its hour, so that a transaction
-- leaves word of the spans that hold its revisions, and the revisions are not written down twice.

DROP TABLE volume_change;

-- A row for each transaction that changed volumes. Its changes follow each other in order of span and hour, and are
-- the revisions within its spans that became known at its moment, which no other transaction shares.
CREATE TABLE volume_change (
    first_sequence bigint PRIMARY KEY,
    last_sequence bigint NOT NULL,
    known_at timestamptz NOT NULL, -- computed_at of its revisions
    meter_ids int[] NOT NULL,      -- from here on an entry for each span, in order of meter
    first_hours timestamptz[] NOT NULL,
    last_hours timestamptz[] NOT NULL,
    changes int[] NOT NULL         -- how many of the span's hours changed
);

-- Numbers were given in order of moment, meter and hour: counted again they are the same.
INSERT INTO volume_change
SELECT max(seen) - sum(changes) + 1, max(seen), known_at, array_agg(meter_id ORDER BY meter_id),
       array_agg(first_hour ORDER BY meter_id), array_agg(last_hour ORDER BY meter_id),
       array_agg(changes ORDER BY meter_id)
FROM (
    SELECT computed_at AS known_at, meter_id, min(interval_start) AS first_hour, max(interval_start) AS last_hour,
           count(*)::int AS changes, sum(count(*)) OVER (ORDER BY computed_at, meter_id)::bigint AS seen
    FROM (
        SELECT meter_id, interval_start, computed_at FROM volume_hour
        UNION ALL
        SELECT meter_id, interval_start, computed_at FROM volume_hour_superseded
    ) AS revision
    GROUP BY computed_at, meter_id
) AS span
GROUP BY known_at;
