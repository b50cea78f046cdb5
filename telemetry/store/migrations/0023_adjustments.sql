-- What changed of closed statements, in the order in which it became known. Volumes are whole numbers of 10⁻⁶ m³.

CREATE TABLE adjustment (
    adjustment_id bigint PRIMARY KEY, -- counts from 1 without a gap
    sequence bigint NOT NULL UNIQUE,  -- the change of volumes that it is of
    statement_id bigint NOT NULL REFERENCES statement,
    meter_id int NOT NULL,
    interval_start timestamptz NOT NULL,
    original_um3 bigint NOT NULL, -- what the hour counted for when it was closed
    revised_um3 bigint NOT NULL,  -- what it counts for now
    delta_um3 bigint NOT NULL,    -- what this adds to what was booked of it before
    cause text NOT NULL,
    known_at timestamptz NOT NULL,
    booking_period text NOT NULL
);
CREATE INDEX adjustment_by_statement ON adjustment (statement_id, adjustment_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON adjustment FOR EACH ROW EXECUTE FUNCTION refuse_change();
