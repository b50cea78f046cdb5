-- What people read off registers, and answers given once however often they are asked for.

CREATE TABLE hand_read (
    hand_read_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter text NOT NULL REFERENCES meter,
    measured_at timestamptz NOT NULL,
    index_m3 numeric,
    base_index_m3 numeric,
    mechanical_index_m3 numeric,
    remaining_m3 numeric,
    reader text,
    photo_ref text,
    reason text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(index_m3, base_index_m3, mechanical_index_m3, remaining_m3) > 0)
);
CREATE INDEX hand_read_by_meter ON hand_read (meter, measured_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hand_read
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What was answered under an Idempotency-Key, to be answered again.
CREATE TABLE answered_request (
    key_name text NOT NULL,
    idempotency_key text NOT NULL,
    request_sha256 bytea NOT NULL, -- of method, path, query and body
    answer jsonb,                  -- null while it is worked on
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key_name, idempotency_key)
);
CREATE INDEX answered_request_by_age ON answered_request (answered_at);
