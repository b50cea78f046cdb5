-- What changed of volumes, in the order in which it was committed, and the clock that this order is told by.

CREATE TABLE volume_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    known_at timestamptz NOT NULL, -- when the last change became known; no two changes share it
    sequence bigint NOT NULL       -- the number of the last change
);

-- Up to a thousand changes a row; the first of them is numbered first_sequence, the others follow without a gap.
CREATE TABLE volume_change (
    first_sequence bigint PRIMARY KEY,
    last_sequence bigint NOT NULL,
    meter_ids int[] NOT NULL,
    interval_starts timestamptz[] NOT NULL,
    revisions int[] NOT NULL,
    old_base_volumes_um3 bigint[] NOT NULL, -- null for the first revision
    base_volumes_um3 bigint[] NOT NULL,
    causes text[] NOT NULL
);

-- Revisions of before stand in the order in which they were worked out.
INSERT INTO volume_change
SELECT min(sequence), max(sequence), array_agg(meter_id ORDER BY sequence), array_agg(interval_start ORDER BY sequence),
       array_agg(revision ORDER BY sequence), array_agg(old_base_volume_um3 ORDER BY sequence),
       array_agg(base_volume_um3 ORDER BY sequence), array_agg(cause ORDER BY sequence)
FROM (
    SELECT *, row_number() OVER (ORDER BY computed_at, meter_id, interval_start, revision) AS sequence,
           lag(base_volume_um3) OVER (PARTITION BY meter_id, interval_start ORDER BY revision) AS old_base_volume_um3
    FROM (
        SELECT meter_id, interval_start, revision, base_volume_um3, cause, computed_at FROM volume_hour
        UNION ALL
        SELECT meter_id, interval_start, revision, base_volume_um3, cause, computed_at FROM volume_hour_superseded
    ) AS revision
) AS numbered
GROUP BY (sequence - 1) / 1000;

INSERT INTO volume_clock (known_at, sequence)
SELECT greatest(clock_timestamp(), (SELECT max(computed_at) FROM volume_hour)),
       COALESCE((SELECT max(last_sequence) FROM volume_change), 0);
