-- name: insert
-- Add one hand read, unless it is there already word for word.
WITH stored AS (
    SELECT hand_read_id FROM hand_read
    WHERE meter = %(meter)s AND measured_at = %(measured_at)s
      AND (index_m3, base_index_m3, mechanical_index_m3, remaining_m3, reader, photo_ref, reason)
          IS NOT DISTINCT FROM
          (%(index_m3)s::numeric, %(base_index_m3)s::numeric, %(mechanical_index_m3)s::numeric,
           %(remaining_m3)s::numeric, %(reader)s::text, %(photo_ref)s::text, %(reason)s::text)
    ORDER BY hand_read_id LIMIT 1
), added AS (
    INSERT INTO hand_read (
        meter, measured_at, index_m3, base_index_m3, mechanical_index_m3, remaining_m3, reader, photo_ref,
        reason, recorded_by
    )
    SELECT %(meter)s, %(measured_at)s, %(index_m3)s::numeric, %(base_index_m3)s::numeric,
           %(mechanical_index_m3)s::numeric, %(remaining_m3)s::numeric, %(reader)s::text, %(photo_ref)s::text,
           %(reason)s::text, %(recorded_by)s
    WHERE NOT EXISTS (SELECT FROM stored)
    RETURNING hand_read_id
)
SELECT hand_read_id, false AS added FROM stored UNION ALL SELECT hand_read_id, true FROM added;

-- name: last
-- What a list of hand reads is fixed to.
SELECT coalesce(max(hand_read_id), 0) FROM hand_read;

-- name: find
-- One hand read.
SELECT * FROM hand_read WHERE hand_read_id = %s;

-- name: of_meter
-- A meter's hand reads in order of time.
SELECT * FROM hand_read
WHERE meter = %(meter)s AND hand_read_id <= %(last)s
  AND (%(start)s::timestamptz IS NULL OR measured_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR measured_at < %(end)s)
  AND (%(after_at)s::timestamptz IS NULL
       OR (measured_at, hand_read_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint))
ORDER BY measured_at, hand_read_id
LIMIT %(limit)s;

-- name: between
-- The registers that people read of some meters within a half-open span, in whole 10⁻⁶ m³.
SELECT hand_read_id, meter_id, (extract(epoch FROM measured_at) * 1000000)::bigint AS measured_at,
       (index_m3 * 1000000)::bigint AS index_um3, (base_index_m3 * 1000000)::bigint AS base_index_um3
FROM hand_read JOIN meter USING (meter)
WHERE meter_id = ANY(%(meters)s::int[]) AND measured_at >= %(start)s AND measured_at < %(end)s
  AND num_nonnulls(index_m3, base_index_m3) > 0
ORDER BY meter_id, measured_at, hand_read_id;
