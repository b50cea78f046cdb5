-- What is known of the company's network: one table per registry file, columns named as in the file.
-- A dated row (valid_from) holds until the next of the same subject.

CREATE TABLE registry_import (
    registry_version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT now(),
    changed jsonb NOT NULL -- rows inserted and updated per file
);

CREATE TABLE account (
    account text PRIMARY KEY,
    name text NOT NULL,
    sector text,
    credit_rating text,
    manager text,
    contacts text,
    key_account boolean
);

CREATE TABLE zone (
    zone text PRIMARY KEY,
    name text NOT NULL,
    parent text REFERENCES zone DEFERRABLE INITIALLY DEFERRED,
    gas_day_start time,
    time_zone text,
    atmospheric_pressure_kpa float8,
    pipe_volume_m3 float8
);

CREATE TABLE site (
    site text PRIMARY KEY,
    zone text NOT NULL REFERENCES zone,
    time_zone text NOT NULL,
    account text REFERENCES account,
    area text,
    name text,
    latitude float8,
    longitude float8,
    elevation_m float8,
    atmospheric_pressure_kpa float8,
    gas_day_start time
);

CREATE TABLE contract (
    contract text NOT NULL,
    account text NOT NULL REFERENCES account,
    site text NOT NULL REFERENCES site,
    valid_from timestamptz NOT NULL,
    settlement_cycle text,
    read_days text,
    cutoff_time time,
    correction text,
    fixed_factor float8,
    fixed_gauge_pressure_kpa float8,
    fixed_temperature_degc float8,
    atmospheric_pressure_kpa float8,
    base_temperature_degc float8,
    base_pressure_kpa float8,
    corrector_failure_rule text,
    prepayment text,
    deposit_required numeric,
    price_plan text,
    owner_meter text,
    owner_regulator text,
    maintained_by text,
    PRIMARY KEY (site, valid_from)
);

CREATE TABLE station (
    station_id int GENERATED ALWAYS AS IDENTITY UNIQUE,
    station text PRIMARY KEY,
    zone text NOT NULL REFERENCES zone,
    site text REFERENCES site,
    name text,
    kind text,
    latitude float8,
    longitude float8,
    max_inlet_kpa float8,
    low_low_kpa float8,
    low_kpa float8,
    high_kpa float8,
    high_high_kpa float8,
    feeds_zone text REFERENCES zone
);

CREATE TABLE setpoint (
    station text NOT NULL REFERENCES station,
    stream text NOT NULL,
    valid_from timestamptz NOT NULL,
    set_kpa float8 NOT NULL,
    role text,
    accuracy_class_pct float8,
    lockup_class_pct float8,
    monitor_kpa float8,
    opso_kpa float8,
    upso_kpa float8,
    relief_kpa float8,
    as_found_opso_kpa float8,
    tested_on date,
    test_interval_days int,
    tested_by text,
    PRIMARY KEY (station, stream, valid_from)
);

CREATE TABLE device (
    device_id int GENERATED ALWAYS AS IDENTITY UNIQUE,
    device text PRIMARY KEY,
    expected_interval_s float8,
    transport text,
    decoder text
);

CREATE TABLE meter (
    meter_id int GENERATED ALWAYS AS IDENTITY UNIQUE,
    meter text PRIMARY KEY,
    type text NOT NULL,
    kind text NOT NULL,
    qmax_m3h float8 NOT NULL,
    digits int NOT NULL,
    correction text NOT NULL,
    role text,
    checks text REFERENCES meter DEFERRABLE INITIALLY DEFERRED,
    qmin_m3h float8,
    qt_m3h float8,
    accuracy_class float8,
    base_digits int,
    fixed_factor float8,
    fixed_gauge_pressure_kpa float8,
    fixed_temperature_degc float8,
    pressure_min_kpa float8,
    pressure_max_kpa float8,
    manufacturer text,
    model text,
    serial text,
    size text,
    dn_mm float8,
    pulse_m3 float8,
    corrector_model text,
    corrector_serial text,
    seal_no text
);

CREATE TABLE installation (
    meter text NOT NULL REFERENCES meter,
    site text NOT NULL REFERENCES site,
    device text NOT NULL REFERENCES device,
    valid_from timestamptz NOT NULL,
    index_m3 numeric NOT NULL,
    base_index_m3 numeric,
    sign int,
    removed_at timestamptz,
    final_index_m3 numeric,
    final_base_index_m3 numeric,
    reason text,
    seal_no_old text,
    seal_no_new text,
    done_by text,
    verified_by text,
    gas_used_meanwhile text,
    credit_carried_m3 numeric,
    credit_carried_money numeric,
    PRIMARY KEY (meter, valid_from)
);
CREATE INDEX installation_by_device ON installation (device, valid_from);

CREATE TABLE gateway (
    gateway text NOT NULL,
    device text NOT NULL,
    PRIMARY KEY (gateway, device)
);

CREATE TABLE supplied_by (
    site text NOT NULL REFERENCES site,
    station text NOT NULL REFERENCES station,
    valid_from timestamptz NOT NULL,
    PRIMARY KEY (site, valid_from)
);

CREATE TABLE gas_quality (
    zone text NOT NULL REFERENCES zone,
    valid_from timestamptz NOT NULL,
    method text NOT NULL,
    z_ratio float8,
    heating_value_mj_m3 float8,
    heating_value_combustion_degc float8,
    heating_value_metering_degc float8,
    relative_density float8,
    methane float8,
    nitrogen float8,
    carbon_dioxide float8,
    ethane float8,
    propane float8,
    isobutane float8,
    n_butane float8,
    isopentane float8,
    n_pentane float8,
    hexane float8,
    heptane float8,
    octane float8,
    nonane float8,
    decane float8,
    hydrogen float8,
    oxygen float8,
    carbon_monoxide float8,
    water float8,
    hydrogen_sulfide float8,
    helium float8,
    argon float8,
    PRIMARY KEY (zone, valid_from)
);
