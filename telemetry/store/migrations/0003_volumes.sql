-- What derive makes of readings and registry. Volumes are whole numbers of 10⁻⁶ m³.

CREATE TABLE dirty_span (
    meter_id int NOT NULL,
    span_start timestamptz NOT NULL,
    span_end timestamptz NOT NULL,
    cause text NOT NULL, -- reading, registry, request
    marked_at timestamptz NOT NULL DEFAULT now(),
    dirty_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX dirty_span_by_meter ON dirty_span (meter_id);

CREATE TABLE volume_hour (
    meter_id int NOT NULL,
    interval_start timestamptz NOT NULL,
    revision int NOT NULL,
    volume_um3 bigint NOT NULL,
    base_volume_um3 bigint NOT NULL,
    device_base_volume_um3 bigint,
    pressure_pa float8,    -- absolute, volume-weighted
    temperature_k float8,  -- volume-weighted
    correction_factor float8, -- null at zero volume
    z_ratio float8,
    coverage float4 NOT NULL,  -- share of the hour between readings, 0 to 1
    quality smallint NOT NULL, -- 0 measured, 1 interpolated, 2 substituted, 3 estimated, 4 edited, 5 missing
    method text NOT NULL,      -- how the base volume came about
    z_method text,
    flags int NOT NULL,
    gas_quality_from timestamptz, -- the gas quality row it was corrected with
    registry_version int NOT NULL,
    calculation smallint NOT NULL,
    cause text NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (meter_id, interval_start)
);

-- Every earlier revision, as it stood.
CREATE TABLE volume_hour_superseded (
    LIKE volume_hour,
    superseded_at timestamptz NOT NULL,
    PRIMARY KEY (meter_id, interval_start, revision)
);
