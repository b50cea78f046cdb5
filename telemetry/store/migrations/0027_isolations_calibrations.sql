-- Sites and meters that take no gas, and what was calibrated when.

CREATE TABLE isolation (
    site text NOT NULL REFERENCES site,
    kind text NOT NULL, -- sealed, suspended, closed, not_started
    valid_from timestamptz NOT NULL,
    until timestamptz,
    meter text REFERENCES meter, -- null: the whole site
    reason text,
    index_m3 numeric,
    base_index_m3 numeric,
    method text,
    seal_no text,
    recheck_days int,
    verified_by text,
    PRIMARY KEY (site, kind, valid_from)
);

-- A ledger: rows are only added.
CREATE TABLE calibration (
    target text NOT NULL,
    part text NOT NULL,
    calibrated_on date NOT NULL,
    certificate text,
    result text,
    error_pct_by_flow text,
    next_due date
);
CREATE INDEX calibration_by_target ON calibration (target, part, calibrated_on);
