-- Pipes around meters and regulators: how each is kept shut, and when somebody looked at it last.

CREATE TABLE bypass (
    bypass text NOT NULL,
    around text NOT NULL, -- meter, regulator
    target text NOT NULL, -- a meter, or a station
    valid_from timestamptz NOT NULL,
    metered_by text REFERENCES meter,
    isolation text,       -- lock, blind, seal, none
    seal_no text,
    key_holder text,
    check_interval_days int,
    checked_on date,
    PRIMARY KEY (bypass, valid_from)
);
