-- What the company sets differently in alarm rules: for all, a zone, a station, a meter type or one meter.

CREATE TABLE rule_setting (
    rule text NOT NULL,
    parameter text NOT NULL,
    scope text NOT NULL, -- all, zone, station, meter_type, meter
    id text NOT NULL,    -- '*' where the scope is all
    valid_from timestamptz NOT NULL,
    value text,          -- NULL: from here on as if nothing had been set
    reason text,
    set_by text,
    PRIMARY KEY (rule, parameter, scope, id, valid_from)
);
