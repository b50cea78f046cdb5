-- name: version
-- The number of the last import that changed anything.
SELECT coalesce(max(registry_version), 0) FROM registry_import;

-- name: accounts
-- Who pays.
SELECT account, name, sector, credit_rating, manager, contacts, coalesce(key_account, false) AS key_account
FROM account;

-- name: zones
-- Supply areas.
SELECT zone, name, parent, extract(hour FROM gas_day_start)::int AS gas_day_start_hour, time_zone,
       atmospheric_pressure_kpa * 1000 AS atmosphere_pa, pipe_volume_m3
FROM zone;

-- name: sites
-- Where gas is used.
SELECT site, zone, time_zone, account, area, name, latitude, longitude, elevation_m,
       atmospheric_pressure_kpa * 1000 AS atmosphere_pa,
       extract(hour FROM gas_day_start)::int AS gas_day_start_hour
FROM site;

-- name: contracts
-- What was agreed for each site, and since when.
SELECT contract, account, site, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       settlement_cycle, read_days, to_char(cutoff_time, 'HH24:MI') AS cutoff_time, correction, fixed_factor,
       fixed_gauge_pressure_kpa * 1000 AS fixed_gauge_pressure_pa,
       fixed_temperature_degc + 273.15 AS fixed_temperature_k,
       atmospheric_pressure_kpa * 1000 AS atmosphere_pa,
       base_temperature_degc + 273.15 AS base_temperature_k,
       base_pressure_kpa * 1000 AS base_pressure_pa,
       corrector_failure_rule, prepayment, price_plan
FROM contract;

-- name: stations
-- Regulator stations and the company's own limits.
SELECT station_id, station, zone, site, name, kind, latitude, longitude,
       max_inlet_kpa * 1000 AS max_inlet_gauge_pa,
       low_low_kpa * 1000 AS low_low_gauge_pa, low_kpa * 1000 AS low_gauge_pa,
       high_kpa * 1000 AS high_gauge_pa, high_high_kpa * 1000 AS high_high_gauge_pa, feeds_zone
FROM station;

-- name: setpoints
-- What each stream is set to, and since when.
SELECT station, stream, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       set_kpa * 1000 AS set_gauge_pa, role, accuracy_class_pct, lockup_class_pct,
       monitor_kpa * 1000 AS monitor_gauge_pa, opso_kpa * 1000 AS opso_gauge_pa,
       upso_kpa * 1000 AS upso_gauge_pa, relief_kpa * 1000 AS relief_gauge_pa,
       as_found_opso_kpa * 1000 AS as_found_opso_gauge_pa,
       to_char(tested_on, 'YYYY-MM-DD') AS tested_on, test_interval_days
FROM setpoint;

-- name: devices
-- What speaks MQTT.
SELECT device_id, device, expected_interval_s, transport, decoder FROM device;

-- name: meters
-- What measures.
SELECT meter_id, meter, type, kind, qmax_m3h, digits, correction, role, checks, qmin_m3h, qt_m3h,
       accuracy_class, base_digits, fixed_factor,
       fixed_gauge_pressure_kpa * 1000 AS fixed_gauge_pressure_pa,
       fixed_temperature_degc + 273.15 AS fixed_temperature_k,
       pressure_min_kpa * 1000 AS pressure_min_pa, pressure_max_kpa * 1000 AS pressure_max_pa,
       manufacturer, model, serial, size, dn_mm, pulse_m3
FROM meter;

-- name: installations
-- Which meter was where, spoken for by which device; registers in 10⁻⁶ m³.
SELECT meter, site, device, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       (index_m3 * 1000000)::bigint AS index_um3, (base_index_m3 * 1000000)::bigint AS base_index_um3,
       coalesce(sign, 1) AS sign, (extract(epoch FROM removed_at) * 1000000)::bigint AS removed_at,
       (final_index_m3 * 1000000)::bigint AS final_index_um3,
       (final_base_index_m3 * 1000000)::bigint AS final_base_index_um3, reason, gas_used_meanwhile
FROM installation;

-- name: gateways
-- Which devices each gateway speaks for.
SELECT gateway, device FROM gateway;

-- name: supplies
-- Which station each site's gas comes through, and since when.
SELECT site, station, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from FROM supplied_by;

-- name: gases
-- The gas quality of each zone, and since when; fractions in the order of telemetry.model.COMPONENTS.
SELECT zone, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from, method, z_ratio,
       heating_value_mj_m3, coalesce(heating_value_combustion_degc, 20) AS heating_value_combustion_degc,
       coalesce(heating_value_metering_degc, 20) AS heating_value_metering_degc, relative_density,
       ARRAY[methane, nitrogen, carbon_dioxide, ethane, propane, isobutane, n_butane, isopentane, n_pentane,
             hexane, heptane, octane, nonane, decane, hydrogen, oxygen, carbon_monoxide, water,
             hydrogen_sulfide, helium, argon] AS fractions
FROM gas_quality;

-- name: rule_settings
-- What the company sets differently in alarm rules, and since when.
SELECT rule, parameter, scope, id, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       value, reason, set_by
FROM rule_setting;

-- name: isolations
-- Sites and meters that take no gas, and since when.
SELECT site, kind, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       (extract(epoch FROM coalesce(until, '9999-12-31T23:59:59Z')) * 1000000)::bigint AS until, meter, reason,
       (index_m3 * 1000000)::bigint AS index_um3, seal_no, recheck_days
FROM isolation;

-- name: bypasses
-- Pipes around meters and regulators, and what keeps them shut.
SELECT bypass, around, target, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from, metered_by,
       isolation, seal_no, key_holder, check_interval_days, to_char(checked_on, 'YYYY-MM-DD') AS checked_on
FROM bypass;

-- name: equipment
-- What burns gas at each site.
SELECT site, kind, rated_m3h, (extract(epoch FROM valid_from) * 1000000)::bigint AS valid_from,
       (extract(epoch FROM coalesce(until, '9999-12-31T23:59:59Z')) * 1000000)::bigint AS until
FROM equipment;

-- name: calibrations
-- What was calibrated, and when it is due again.
SELECT target, part, to_char(calibrated_on, 'YYYY-MM-DD') AS calibrated_on, certificate, result,
       to_char(next_due, 'YYYY-MM-DD') AS next_due
FROM calibration;

-- name: lock
-- Only one program changes the registry at a time; held to the end of the transaction.
SELECT pg_advisory_xact_lock(1919248243);

-- name: stored
-- A table's rows, in the words and units of its file.
SELECT {columns} FROM {table};

-- name: stage
-- Room for the rows that an import brings.
CREATE TEMPORARY TABLE registry_stage ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA;

-- name: fill_stage
-- The way into that room.
COPY registry_stage ({columns}) FROM STDIN;

-- name: insert_staged
-- Add the new rows.
INSERT INTO {table} ({columns}) SELECT {columns} FROM registry_stage;

-- name: update_staged
-- Let the changed rows say what they now say.
UPDATE {table} AS present SET ({columns}) = ROW({staged})
FROM registry_stage AS staged WHERE ({present_key}) = ({staged_key});

-- name: drop_stage
-- Make room for the next table.
DROP TABLE registry_stage;

-- name: record_import
-- Count an import that changed something.
INSERT INTO registry_import (changed) VALUES (%s) RETURNING registry_version;

-- name: mark_dirty
-- Have derive work out the spans that the registry changed under.
INSERT INTO dirty_span (meter_id, span_start, span_end, cause)
SELECT meter_id, span_start, span_end, 'registry'
FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) AS touched (meter_id, span_start, span_end);

-- name: notify
-- Tell every process that keeps a registry to read it again.
NOTIFY citygas_registry;
