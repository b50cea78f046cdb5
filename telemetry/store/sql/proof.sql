-- name: revisions
-- Every revision of one hour, the first first; the last is the one that stands.
SELECT revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa, temperature_k, correction_factor,
       z_ratio, coverage, quality, method, z_method, flags, gas_quality_from, registry_version, calculation, cause,
       computed_at, uncertainty_m3, NULL::timestamptz AS superseded_at
FROM volume_hour WHERE meter_id = %(meter)s AND interval_start = %(start)s
UNION ALL
SELECT revision, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa, temperature_k, correction_factor,
       z_ratio, coverage, quality, method, z_method, flags, gas_quality_from, registry_version, calculation, cause,
       computed_at, uncertainty_m3, superseded_at
FROM volume_hour_superseded WHERE meter_id = %(meter)s AND interval_start = %(start)s
ORDER BY revision;

-- name: said
-- All that a device said of some instants, what counts first, with the payloads it came in.
SELECT device.device, reading.measured_at, reading.received_at, reading.stored_at, content_hash, seq, index_um3,
       base_index_um3, pressure_pa, gauge_pressure_pa, temperature_k, flags, message.topic, message.payload, message.packed
FROM reading
JOIN device USING (device_id)
LEFT JOIN LATERAL (
    SELECT topic, payload, packed FROM message
    WHERE message.message_id = reading.message_id AND message.received_at = reading.received_at LIMIT 1
) AS message ON true
WHERE device_id = %(device)s AND measured_at = ANY(%(instants)s::timestamptz[])
ORDER BY measured_at, index_um3 IS NULL, seq DESC NULLS LAST, content_hash DESC;

-- name: waiting
-- Is an hour of a meter still to be worked out again?
SELECT EXISTS (
    SELECT FROM dirty_span WHERE meter_id = %(meter)s AND span_start < %(end)s AND span_end > %(start)s
) OR EXISTS (
    SELECT FROM arrival
    CROSS JOIN LATERAL unnest(device_ids, device_from, device_to) AS spoke (device_id, first_at, last_at)
    JOIN device USING (device_id)
    JOIN installation USING (device)
    JOIN meter USING (meter)
    WHERE consumer = 'derive' AND meter_id = %(meter)s AND first_at < %(end)s AND last_at >= %(start)s
);

-- name: stored_hours
-- The hours of a meter as they stand.
SELECT (extract(epoch FROM interval_start) * 1000000)::bigint AS interval_start, volume_um3, base_volume_um3,
       device_base_volume_um3, quality, calculation, method
FROM volume_hour
WHERE meter_id = %(meter)s AND interval_start >= %(start)s AND interval_start < %(end)s
ORDER BY volume_hour.interval_start;

-- name: one_snapshot
-- Let all that follows see one state of the database.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- name: edits
-- Who entered some edits, and why.
SELECT edit_id, author, reason, approved_by FROM edit WHERE edit_id = ANY(%(edits)s::bigint[]) ORDER BY edit_id;

-- name: meter_id
-- The number of a meter.
SELECT meter_id FROM meter WHERE meter = %(meter)s;
