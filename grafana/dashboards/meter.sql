-- name: raised
-- When alarms of the meter were raised, for the time axis.
SELECT at AS "time", message AS text, priority || ',' || rule AS tags
FROM grafana.alarm_event
WHERE $__timeFilter(at) AND to_state = 'active' AND target_kind = 'meter' AND target = '$meter'
ORDER BY at

-- name: accounts
-- The accounts of the chosen zones; typing searches.
SELECT DISTINCT a.account AS __value, a.name AS __text
FROM grafana.account AS a JOIN grafana.site AS s ON s.account = a.account
WHERE grafana.is_chosen(s.zone, $zone)
  AND (a.account ILIKE '%$__searchFilter' OR a.name ILIKE '%$__searchFilter')
ORDER BY a.name LIMIT 300

-- name: meters
-- The meters of the chosen accounts; typing searches.
SELECT meter AS __value, label AS __text FROM grafana.meter
WHERE grafana.is_chosen(zone, $zone) AND grafana.is_chosen(account, $account)
  AND label ILIKE '%$__searchFilter'
ORDER BY meter LIMIT 300

-- name: facts
-- What the registry knows of the meter.
SELECT m.meter, m.site_name, m.account_name, m.type, m.role, m.correction, m.qmax_m3h, m.device,
       m.installed_at
FROM grafana.meter AS m
WHERE m.meter = '$meter'

-- name: state
-- How old the last reading is, the battery, and open alarms.
SELECT (SELECT min(age_s) FROM grafana.device WHERE meter = '$meter') AS age_s,
       (SELECT min(battery_v) FROM grafana.device WHERE meter = '$meter') AS battery_v,
       (SELECT count(*) FROM grafana.alarm
        WHERE standing AND target_kind = 'meter' AND target = '$meter') AS alarms

-- name: hours
-- Base volume by the hour.
SELECT "time", base_volume_m3
FROM grafana.volume_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: against_corrector
-- Our base volume and the device's own.
SELECT "time", base_volume_m3, device_base_volume_m3,
       100 * (base_volume_m3 / nullif(device_base_volume_m3, 0) - 1) AS difference_pct
FROM grafana.volume_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: quality
-- The quality of each hour as a strip.
SELECT "time", quality
FROM grafana.volume_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: registers
-- The registers.
SELECT "time", index_m3, base_index_m3
FROM grafana.meter_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: pressure
-- Pressure, absolute and gauge.
SELECT "time", pressure_kpa, gauge_pressure_kpa
FROM grafana.meter_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: temperature
-- Gas temperature.
SELECT "time", temperature_degc
FROM grafana.meter_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: factor
-- The correction factor as known on arrival.
SELECT "time", correction_factor AS arrival_factor
FROM grafana.meter_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: factor_hours
-- The correction factor of the hours.
SELECT "time", correction_factor AS hour_factor
FROM grafana.volume_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: flow
-- Displayed flows.
SELECT "time", flow_m3h, arrival_base_flow_m3h
FROM grafana.meter_series('$meter', $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: gas_days
-- Volumes by the gas day of the site.
SELECT to_char(d.gas_day, 'MM-DD') AS gas_day, base_volume_m3, device_base_volume_m3
FROM grafana.volume_gas_day AS d
WHERE meter = '$meter' AND $__timeFilter(first_hour_start)
ORDER BY d.gas_day, d.site
