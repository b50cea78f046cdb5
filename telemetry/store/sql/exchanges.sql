-- name: insert
-- Keep what was done at an exchange.
INSERT INTO exchange (
    meter, new_meter, site, old_device, device, exchanged_at, installed_at, final_index_m3, final_base_index_m3,
    index_m3, base_index_m3, reason, seal_no_old, seal_no_new, credit_carried_m3, credit_carried_money,
    gas_used_meanwhile, done_by, recorded_by, registry_version
) VALUES (
    %(meter)s, %(new_meter)s, %(site)s, %(old_device)s, %(device)s, %(exchanged_at)s, %(installed_at)s,
    %(final_index_m3)s, %(final_base_index_m3)s, %(index_m3)s, %(base_index_m3)s, %(reason)s, %(seal_no_old)s,
    %(seal_no_new)s, %(credit_carried_m3)s, %(credit_carried_money)s, %(gas_used_meanwhile)s, %(done_by)s,
    %(recorded_by)s, %(registry_version)s
) RETURNING exchange_id;

-- name: last_register
-- The last index, and the last base index, that a device said within a half-open span and that no edit excludes.
WITH said AS (
    SELECT measured_at, index_um3, base_index_um3, seq, content_hash FROM reading
    WHERE device_id = %(device_id)s AND measured_at >= %(start)s AND measured_at < %(end)s
      AND NOT EXISTS (
          SELECT FROM edit
          WHERE edit.meter_id = %(meter_id)s AND edit.kind = 'exclude_readings'
            AND edit.span_start <= measured_at AND measured_at < edit.span_end
            AND undone_at IS NULL AND (approved_at IS NOT NULL OR NOT approval_needed)
      )
)
(SELECT 'index' AS register, (extract(epoch FROM measured_at) * 1000000)::bigint AS measured_at, index_um3 AS um3
 FROM said WHERE index_um3 IS NOT NULL
 ORDER BY said.measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 1)
UNION ALL
(SELECT 'base_index', (extract(epoch FROM measured_at) * 1000000)::bigint, base_index_um3
 FROM said WHERE base_index_um3 IS NOT NULL
 ORDER BY said.measured_at DESC, seq DESC NULLS LAST, content_hash DESC LIMIT 1);

-- name: hold
-- Keep others from an exchange while it is verified.
SELECT exchange_id FROM exchange WHERE exchange_id = %s FOR UPDATE;

-- name: verify
-- Note who verified an exchange.
UPDATE exchange SET verified_by = %(by)s, verified_at = now() WHERE exchange_id = %(exchange_id)s;

-- name: snapshot
-- What a list of exchanges is fixed to: the exchanges there are, and the moment.
SELECT coalesce(max(exchange_id), 0) AS exchange_id, now() AS as_of FROM exchange;

-- name: list
-- Exchanges as they stood at a moment, the latest recorded first.
WITH told AS (
    SELECT exchange_id, meter, new_meter, site, old_device, device, exchanged_at, installed_at, final_index_m3,
           final_base_index_m3, index_m3, base_index_m3, reason, seal_no_old, seal_no_new, credit_carried_m3,
           credit_carried_money, gas_used_meanwhile, done_by, recorded_by, recorded_at, registry_version,
           CASE WHEN verified_at <= %(as_of)s THEN verified_by END AS verified_by,
           CASE WHEN verified_at <= %(as_of)s THEN verified_at END AS verified_at,
           CASE WHEN verified_at <= %(as_of)s THEN 'verified' ELSE 'recorded' END AS state
    FROM exchange
    WHERE exchange_id <= %(last)s
      AND (%(only)s::bigint IS NULL OR exchange_id = %(only)s)
      AND (%(before)s::bigint IS NULL OR exchange_id < %(before)s)
      AND (%(meter)s::text IS NULL OR %(meter)s IN (meter, new_meter))
      AND (%(start)s::timestamptz IS NULL OR exchanged_at >= %(start)s)
      AND (%(end)s::timestamptz IS NULL OR exchanged_at < %(end)s)
)
SELECT * FROM told WHERE %(state)s::text IS NULL OR state = %(state)s
ORDER BY exchange_id DESC
LIMIT %(limit)s;
