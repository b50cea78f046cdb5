-- What the field said, append-only. Registers are whole numbers of 10⁻⁶ m³, pressures Pa, temperatures K.
-- A row's key is (who, measured_at, content): redelivery changes nothing, a differing second value is kept.
-- {by measured_at} and {by received_at} become range partitions in the plain profile.

CREATE SEQUENCE message_id_block INCREMENT BY 16384; -- a batch takes one value and numbers its messages from it

CREATE TABLE message (
    message_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    topic text NOT NULL,
    decoder text,
    redelivered boolean NOT NULL DEFAULT false,
    payload bytea NOT NULL, -- the first 64 KiB only where it was refused as too large
    packed boolean NOT NULL DEFAULT false -- by us, with zlib
) {by received_at};
-- Long payloads come packed already.
ALTER TABLE message ALTER payload SET STORAGE EXTERNAL;
CREATE INDEX message_by_id ON message (message_id);

CREATE TABLE reading (
    device_id int NOT NULL,
    measured_at timestamptz NOT NULL,
    content_hash bigint NOT NULL,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    message_id bigint NOT NULL,
    index_um3 bigint,
    base_index_um3 bigint,
    mechanical_index_um3 bigint,
    disturbed_index_um3 bigint,
    base_disturbed_index_um3 bigint,
    pressure_pa float8,       -- absolute, as the device says
    gauge_pressure_pa float8, -- gauge, as the device says: absolute only with the site's atmosphere
    temperature_k float8,
    flow_m3h float8,          -- displayed, advisory
    base_flow_m3h float8,     -- displayed, advisory
    battery_v float4,
    battery_pct float4,
    valve smallint,
    meter_bypass_valve smallint,
    seq bigint,
    flags int NOT NULL,
    arrival_correction_factor float8, -- what was known on arrival: screens and alarms only, never a bill
    arrival_base_flow_m3h float8,
    PRIMARY KEY (device_id, measured_at, content_hash)
) {by measured_at};

CREATE TABLE card_state (
    device_id int NOT NULL,
    measured_at timestamptz NOT NULL,
    content_hash bigint NOT NULL,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    message_id bigint NOT NULL,
    remaining_m3 float8,
    remaining_money float8,
    basis smallint,
    cumulative_purchased_m3 float8,
    sequence bigint,
    price_version text,
    alarm_m3 float8,
    overdraft_limit_m3 float8,
    PRIMARY KEY (device_id, measured_at, content_hash)
);

CREATE TABLE pressure_sample (
    station_id int NOT NULL,
    stream smallint NOT NULL, -- 0 the only one, 1 A, 2 B
    measured_at timestamptz NOT NULL,
    content_hash bigint NOT NULL,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    message_id bigint NOT NULL,
    inlet_gauge_pressure_pa float8,
    outlet_gauge_pressure_pa float8,
    outlet_min_gauge_pressure_pa float8,
    outlet_max_gauge_pressure_pa float8,
    temperature_k float8,
    filter_differential_pa float8,
    flow_m3h float8,
    gas_lel_pct float4,
    slam_shut smallint,    -- 0 open, 1 tripped
    bypass_valve smallint, -- 0 closed, 1 open
    relief smallint,       -- 0 closed, 1 open
    cabinet_open boolean,
    flags int NOT NULL,
    PRIMARY KEY (station_id, stream, measured_at, content_hash)
) {by measured_at};

CREATE TABLE device_event (
    device text NOT NULL, -- a device's or a station's name
    measured_at timestamptz NOT NULL,
    code text NOT NULL,
    content_hash bigint NOT NULL,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    message_id bigint NOT NULL,
    state smallint NOT NULL, -- 0 off, 1 on, 2 once
    text text,
    PRIMARY KEY (device, measured_at, code, content_hash)
);

CREATE TABLE dead_letter (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    message_id bigint NOT NULL,
    element int, -- position in the array; null where the whole payload was refused
    topic text NOT NULL,
    device text,
    decoder text,
    reason text NOT NULL,
    detail text NOT NULL,
    payload_size bigint NOT NULL,
    payload_sha256 bytea NOT NULL,
    replayed_at timestamptz
);
CREATE INDEX dead_letter_by_time ON dead_letter (received_at);
CREATE INDEX dead_letter_by_content ON dead_letter (payload_sha256);

-- received = committed + duplicate + refused, counted in elements, in the batch's own transaction.
CREATE TABLE ingest_counter (
    source text PRIMARY KEY, -- a collector's client id, or how else it came
    received bigint NOT NULL DEFAULT 0,
    committed bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    retained_ignored bigint NOT NULL DEFAULT 0,
    in_flight bigint NOT NULL DEFAULT 0, -- messages held beyond this batch when it was committed
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (received = committed + duplicate + refused)
);

CREATE TABLE unknown_key (
    decoder text NOT NULL,
    device text NOT NULL,
    key text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    PRIMARY KEY (decoder, device, key)
);

-- One row a batch and consumer: who spoke, and of which span. Each consumer deletes its own rows.
CREATE TABLE arrival (
    arrival_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL, -- derive, watch
    stored_at timestamptz NOT NULL DEFAULT now(),
    device_ids int[] NOT NULL,
    device_from timestamptz[] NOT NULL,
    device_to timestamptz[] NOT NULL,
    station_ids int[] NOT NULL,
    station_from timestamptz[] NOT NULL,
    station_to timestamptz[] NOT NULL
);

-- Who holds a topic shard: the lock itself is an advisory lock of the holder's session.
CREATE TABLE shard_lease (
    shard text PRIMARY KEY,
    holder text NOT NULL,
    filters text[] NOT NULL, -- what its session is subscribed to at the broker
    taken_at timestamptz NOT NULL DEFAULT now()
);
