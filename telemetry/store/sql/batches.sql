-- name: prepare
-- The session's landing tables: COPY knows no ON CONFLICT.
CREATE TEMP TABLE IF NOT EXISTS incoming_reading (LIKE reading INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS incoming_pressure (LIKE pressure_sample INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;

-- name: open_counter
-- One row of counters a source; what a killed one held is in flight no longer.
INSERT INTO ingest_counter (source) VALUES (%(source)s)
ON CONFLICT (source) DO UPDATE SET in_flight = 0;

-- name: message_block
-- A block of numbers for one batch's messages.
SELECT nextval('message_id_block');

-- name: copy_message
-- Keep the payloads as they came.
COPY message (message_id, received_at, topic, decoder, redelivered, payload, packed) FROM STDIN (FORMAT BINARY);

-- name: copy_reading
-- Land the readings.
COPY incoming_reading (
    device_id, measured_at, content_hash, received_at, message_id,
    index_um3, base_index_um3, mechanical_index_um3, disturbed_index_um3, base_disturbed_index_um3,
    pressure_pa, gauge_pressure_pa, temperature_k, flow_m3h, base_flow_m3h,
    battery_v, battery_pct, valve, meter_bypass_valve, seq, flags,
    arrival_correction_factor, arrival_base_flow_m3h
) FROM STDIN (FORMAT BINARY);

-- name: insert_reading
-- Store the readings that are new.
INSERT INTO reading
SELECT device_id, measured_at, content_hash, received_at, stored_at, message_id + %(first)s,
       index_um3, base_index_um3, mechanical_index_um3, disturbed_index_um3, base_disturbed_index_um3,
       pressure_pa, gauge_pressure_pa, temperature_k, flow_m3h, base_flow_m3h, battery_v, battery_pct,
       valve, meter_bypass_valve, seq, flags, arrival_correction_factor, arrival_base_flow_m3h
FROM incoming_reading ON CONFLICT DO NOTHING;

-- name: copy_pressure
-- Land the pressure samples.
COPY incoming_pressure (
    station_id, stream, measured_at, content_hash, received_at, message_id,
    inlet_gauge_pressure_pa, outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa,
    outlet_max_gauge_pressure_pa, temperature_k, filter_differential_pa, flow_m3h, gas_lel_pct,
    slam_shut, bypass_valve, relief, cabinet_open, flags
) FROM STDIN (FORMAT BINARY);

-- name: insert_pressure
-- Store the samples that are new and count their elements.
WITH stored AS (
    INSERT INTO pressure_sample
    SELECT station_id, stream, measured_at, content_hash, received_at, stored_at, message_id + %(first)s,
           inlet_gauge_pressure_pa, outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa,
           outlet_max_gauge_pressure_pa, temperature_k, filter_differential_pa, flow_m3h, gas_lel_pct,
           slam_shut, bypass_valve, relief, cabinet_open, flags
    FROM incoming_pressure ON CONFLICT DO NOTHING
    RETURNING station_id, measured_at, content_hash
)
SELECT count(*) FROM (SELECT DISTINCT station_id, measured_at, content_hash FROM stored) AS element;

-- name: insert_event
-- Store an event that is new.
INSERT INTO device_event (device, measured_at, code, content_hash, received_at, message_id, state, text)
VALUES (%(device)s, %(measured_at)s, %(code)s, %(content_hash)s, %(received_at)s, %(message_id)s, %(state)s, %(text)s)
ON CONFLICT DO NOTHING;

-- name: insert_card
-- Store what a card meter says of its credit.
INSERT INTO card_state (
    device_id, measured_at, content_hash, received_at, message_id, remaining_m3, remaining_money,
    basis, cumulative_purchased_m3, sequence, price_version, alarm_m3, overdraft_limit_m3
) VALUES (
    %(device_id)s, %(measured_at)s, %(content_hash)s, %(received_at)s, %(message_id)s, %(remaining_m3)s,
    %(remaining_money)s, %(basis)s, %(cumulative_purchased_m3)s, %(sequence)s, %(price_version)s,
    %(alarm_m3)s, %(overdraft_limit_m3)s
) ON CONFLICT DO NOTHING;

-- name: note_unknown_key
-- Remember a key no decoder knows, for the field engineer.
INSERT INTO unknown_key (decoder, device, key, first_seen_at) VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING;

-- name: refuse
-- Store a dead letter, unless the broker only delivered again what was stored before it was acknowledged.
INSERT INTO dead_letter (
    received_at, message_id, element, topic, device, decoder, reason, detail, payload_size, payload_sha256
)
SELECT %(received_at)s, %(message_id)s, %(element)s, %(topic)s, %(device)s, %(decoder)s, %(reason)s,
       %(detail)s, %(payload_size)s, %(payload_sha256)s
WHERE NOT %(redelivered)s OR NOT EXISTS (
    SELECT FROM dead_letter
    WHERE payload_sha256 = %(payload_sha256)s AND topic = %(topic)s
      AND element IS NOT DISTINCT FROM %(element)s::int
);

-- name: count
-- The counters, in the batch's own transaction.
UPDATE ingest_counter SET
    received = received + %(received)s,
    committed = committed + %(committed)s,
    duplicate = duplicate + %(duplicate)s,
    refused = refused + %(refused)s,
    retained_ignored = retained_ignored + %(retained)s,
    in_flight = %(in_flight)s,
    updated_at = now()
WHERE source = %(source)s;

-- name: announce
-- Leave word of who spoke, for each consumer.
INSERT INTO arrival (
    consumer, device_ids, device_from, device_to, station_ids, station_from, station_to
)
SELECT consumer, %s::int[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::timestamptz[]
FROM unnest(%s::text[]) AS consumer;

-- name: announce_events
-- Leave word for the watch of who spoke by events: that is a sign of life too.
INSERT INTO arrival (
    consumer, device_ids, device_from, device_to, station_ids, station_from, station_to
)
SELECT 'watch',
       coalesce(array_agg(device_id) FILTER (WHERE station_id IS NULL), '{}'),
       coalesce(array_agg(first_at) FILTER (WHERE station_id IS NULL), '{}'),
       coalesce(array_agg(last_at) FILTER (WHERE station_id IS NULL), '{}'),
       coalesce(array_agg(station_id) FILTER (WHERE station_id IS NOT NULL), '{}'),
       coalesce(array_agg(first_at) FILTER (WHERE station_id IS NOT NULL), '{}'),
       coalesce(array_agg(last_at) FILTER (WHERE station_id IS NOT NULL), '{}')
FROM (
    SELECT subject, min(at) AS first_at, max(at) AS last_at
    FROM unnest(%s::text[], %s::timestamptz[]) AS event (subject, at) GROUP BY subject
) AS spoke
LEFT JOIN device ON device = subject LEFT JOIN station ON station = subject;

-- name: notify
-- Wake the consumers.
NOTIFY citygas_arrival;
