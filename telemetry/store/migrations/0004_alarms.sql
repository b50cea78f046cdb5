-- Alarms as they stand, what happened to each, and who may ask.

CREATE TABLE alarm (
    alarm_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    target_kind text NOT NULL, -- meter, station, zone, device, account
    target_id text NOT NULL,
    priority text NOT NULL,    -- critical, high, medium, low
    state text NOT NULL,       -- pending, active, acknowledged, returned, normal
    muted_by jsonb NOT NULL DEFAULT '[]',
    present_since timestamptz, -- measured time since which the condition holds
    absent_since timestamptz,  -- measured time since which it does not
    raised_at timestamptz,
    acknowledged_at timestamptz,
    cleared_at timestamptz,
    value float8,
    limit_value float8,
    unit text,
    message text NOT NULL,
    response text NOT NULL,
    evidence jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);
-- An alarm that has not come back to normal is the only one of its rule and target.
CREATE UNIQUE INDEX alarm_open ON alarm (rule, target_kind, target_id) WHERE state <> 'normal';
CREATE INDEX alarm_by_time ON alarm (raised_at);

CREATE TABLE alarm_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alarm_id bigint NOT NULL REFERENCES alarm,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    signal text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text,
    comment text,
    value float8
);
CREATE INDEX alarm_event_by_alarm ON alarm_event (alarm_id, event_id);

CREATE TABLE api_key (
    key_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    prefix text NOT NULL,
    sha256 bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);

-- Login sessions of the operator pages.
CREATE TABLE console_session (
    sha256 bytea PRIMARY KEY,
    key_id int NOT NULL REFERENCES api_key,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
