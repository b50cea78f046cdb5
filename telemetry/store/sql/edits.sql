-- name: insert
-- Add one edit.
INSERT INTO edit (
    meter_id, kind, span_start, span_end, volume_um3, base_volume_um3, pressure_pa, temperature_k, gas, reason,
    author, approval_needed, adjust_closed, created_at
) VALUES (
    %(meter_id)s, %(kind)s, %(start)s, %(end)s, %(volume_um3)s, %(base_volume_um3)s, %(pressure_pa)s,
    %(temperature_k)s, %(gas)s, %(reason)s, %(author)s, %(approval_needed)s, %(adjust_closed)s, clock_timestamp()
) RETURNING edit_id;

-- name: in_force
-- The edits that hold now over something of a half-open span of some meters, oldest first.
SELECT edit_id, meter_id, kind, (extract(epoch FROM span_start) * 1000000)::bigint AS start,
       (extract(epoch FROM span_end) * 1000000)::bigint AS "end", volume_um3, base_volume_um3, pressure_pa,
       temperature_k, gas
FROM edit
WHERE meter_id = ANY(%(meters)s::int[]) AND span_start < %(end)s AND span_end > %(start)s
  AND undone_at IS NULL AND (approved_at IS NOT NULL OR NOT approval_needed)
ORDER BY meter_id, edit_id;

-- name: hold
-- Keep others from an edit while it is approved or undone.
SELECT edit_id FROM edit WHERE edit_id = %s FOR UPDATE;

-- name: approve
-- Note who approved an edit.
UPDATE edit SET approved_by = %(by)s, approved_at = clock_timestamp() WHERE edit_id = %(edit_id)s;

-- name: undo
-- Note who undid an edit.
UPDATE edit SET undone_by = %(by)s, undone_at = clock_timestamp() WHERE edit_id = %(edit_id)s;

-- name: snapshot
-- What a list of edits is fixed to: the edits there are, and the moment.
SELECT coalesce(max(edit_id), 0) AS edit_id, now() AS as_of FROM edit;

-- name: list
-- Edits as they stood at a moment, newest first.
WITH told AS (
    SELECT edit_id, meter_id, meter.meter, edit.kind, span_start, span_end, volume_um3, base_volume_um3, pressure_pa, temperature_k,
           gas, reason, author, created_at, approval_needed, adjust_closed,
           CASE WHEN approved_at <= %(as_of)s THEN approved_by END AS approved_by,
           CASE WHEN approved_at <= %(as_of)s THEN approved_at END AS approved_at,
           CASE WHEN undone_at <= %(as_of)s THEN undone_by END AS undone_by,
           CASE WHEN undone_at <= %(as_of)s THEN undone_at END AS undone_at
    FROM edit JOIN meter USING (meter_id)
    WHERE edit_id <= %(last)s
      AND (%(only)s::bigint IS NULL OR edit_id = %(only)s)
      AND (%(before)s::bigint IS NULL OR edit_id < %(before)s)
      AND (%(meter)s::text IS NULL OR meter.meter = %(meter)s)
      AND (%(start)s::timestamptz IS NULL OR span_start >= %(start)s)
      AND (%(end)s::timestamptz IS NULL OR span_start < %(end)s)
), stated AS (
    SELECT told.*, CASE
        WHEN undone_at IS NOT NULL THEN 'undone'
        WHEN approved_at IS NULL AND approval_needed THEN 'proposed'
        ELSE 'in_force'
    END AS state
    FROM told
)
SELECT * FROM stated WHERE %(state)s::text IS NULL OR state = %(state)s
ORDER BY edit_id DESC
LIMIT %(limit)s;
