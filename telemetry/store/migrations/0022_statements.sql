-- Settlement statements: drawn as often as wanted, closed once. Volumes are whole numbers of 10⁻⁶ m³.

-- Who draws, closes or books takes this table's lock; who enters what may touch a closed period shares it.
CREATE TABLE settlement_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    sequence bigint NOT NULL -- the number of the last change of volumes that was looked at for adjustments
);
INSERT INTO settlement_clock (sequence) SELECT sequence FROM volume_clock;

CREATE TABLE statement (
    statement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle text NOT NULL,  -- ten_day, ten_day_monthly, monthly
    period text NOT NULL, -- 2026-07, or 2026-07-D1 to D3
    account text NOT NULL REFERENCES account,
    contract text,
    site text NOT NULL REFERENCES site,
    span_start timestamptz NOT NULL,
    span_end timestamptz NOT NULL,
    time_zone text NOT NULL, -- where its days begin
    day_start text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'closed')),
    as_of timestamptz NOT NULL,  -- the last change of volumes it reflects became known then
    sequence bigint NOT NULL,    -- and has this number
    drawn_at timestamptz NOT NULL,
    registry_version int NOT NULL,
    hour_count int NOT NULL,
    missing_hours int NOT NULL,
    volume_um3 bigint NOT NULL,
    base_volume_um3 bigint NOT NULL,
    estimated_share numeric NOT NULL,
    uncertainty_um3 bigint,
    qualities jsonb NOT NULL,
    sha256 bytea NOT NULL,
    closed_at timestamptz,
    closed_by text,
    CHECK (span_start < span_end),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_by IS NOT NULL)),
    UNIQUE (cycle, period, site, span_start)
);
CREATE INDEX statement_by_site ON statement (site, span_start);
CREATE INDEX statement_by_account ON statement (account, statement_id);

CREATE TABLE statement_line (
    statement_id bigint NOT NULL REFERENCES statement ON DELETE CASCADE,
    line int NOT NULL, -- counts from 0
    meter_id int NOT NULL,
    span_start timestamptz NOT NULL, -- hours that start from here
    span_end timestamptz NOT NULL,   -- to before here
    told jsonb NOT NULL,             -- telemetry.billing.statement.Line
    PRIMARY KEY (statement_id, line)
);
CREATE INDEX statement_line_by_meter ON statement_line (meter_id, span_start);

-- What is closed is never rewritten.
CREATE FUNCTION keep_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'closed' THEN
        RAISE EXCEPTION 'statement % is closed', OLD.statement_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER closed_once BEFORE UPDATE OR DELETE ON statement FOR EACH ROW EXECUTE FUNCTION keep_statement();

CREATE FUNCTION keep_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.statement_id ELSE OLD.statement_id END;
BEGIN
    IF EXISTS (SELECT FROM statement WHERE statement_id = touched AND status = 'closed') THEN
        RAISE EXCEPTION 'statement % is closed', touched USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER closed_once BEFORE INSERT OR UPDATE OR DELETE ON statement_line
    FOR EACH ROW EXECUTE FUNCTION keep_statement_line();
