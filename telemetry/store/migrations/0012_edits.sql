-- What people decide about volumes: a log of edits. Raw data is never touched by it.

CREATE TABLE edit (
    edit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id int NOT NULL REFERENCES meter (meter_id),
    kind text NOT NULL, -- exclude_readings, set_volume, substitute
    span_start timestamptz NOT NULL,
    span_end timestamptz NOT NULL,
    volume_um3 bigint,
    base_volume_um3 bigint,
    pressure_pa float8, -- absolute
    temperature_k float8,
    gas jsonb,          -- a gas quality, in the fields of telemetry.model.GasQuality
    reason text NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    approval_needed boolean NOT NULL,
    approved_by text,
    approved_at timestamptz,
    undone_by text,
    undone_at timestamptz,
    CHECK (span_start < span_end),
    CHECK (approved_by <> author),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE INDEX edit_by_meter ON edit (meter_id, span_start);

-- Approved once, undone once, and otherwise as it was written.
CREATE FUNCTION keep_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{approved_by,approved_at,undone_by,undone_at}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{approved_by,approved_at,undone_by,undone_at}'::text[]
        OR (OLD.approved_at IS NOT NULL
            AND (NEW.approved_at, NEW.approved_by) IS DISTINCT FROM (OLD.approved_at, OLD.approved_by))
        OR (OLD.undone_at IS NOT NULL
            AND (NEW.undone_at, NEW.undone_by) IS DISTINCT FROM (OLD.undone_at, OLD.undone_by))
    THEN
        RAISE EXCEPTION 'an edit is only approved and undone' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER log_only BEFORE UPDATE ON edit FOR EACH ROW EXECUTE FUNCTION keep_edit();
CREATE TRIGGER append_only BEFORE DELETE ON edit FOR EACH ROW EXECUTE FUNCTION refuse_change();
