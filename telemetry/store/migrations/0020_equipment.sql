-- What burns gas at each site: the last resort of an estimate.

CREATE TABLE equipment (
    site text NOT NULL REFERENCES site,
    kind text NOT NULL,
    rated_m3h float8 NOT NULL, -- of all of this kind together, at base conditions
    valid_from timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (site, kind, valid_from)
);
