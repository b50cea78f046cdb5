-- name: unacknowledged
-- How many alarms nobody has seen, by priority.
SELECT count(*) FILTER (WHERE priority = 'critical') AS critical,
       count(*) FILTER (WHERE priority = 'high') AS high,
       count(*) FILTER (WHERE priority = 'medium') AS medium,
       count(*) FILTER (WHERE priority = 'low') AS low
FROM grafana.alarm
WHERE state IN ('active', 'returned') AND muted_by = '' AND grafana.is_chosen(zone, $zone)

-- name: flow_now
-- What the city takes now.
SELECT sum(m.sign * d.base_flow_m3h) AS base_flow_m3h
FROM grafana.meter AS m JOIN grafana.device AS d USING (meter)
WHERE NOT d.silent AND m.role = 'billing' AND grafana.is_chosen(m.zone, $zone)

-- name: last_day
-- The last 24 whole hours' volume, and how it differs from the 24 before.
SELECT sum(h.base_volume_m3) FILTER (WHERE h."time" >= until - INTERVAL '24 hours') AS base_volume_m3,
       100 * (sum(h.base_volume_m3) FILTER (WHERE h."time" >= until - INTERVAL '24 hours')
           / nullif(sum(h.base_volume_m3) FILTER (WHERE h."time" < until - INTERVAL '24 hours'), 0) - 1) AS change_pct
FROM (SELECT date_trunc('hour', now()) AS until) AS hour,
     grafana.city_hour(grafana.chosen($zone), until - INTERVAL '48 hours', until) AS h

-- name: silent
-- How many devices have not been heard for too long.
SELECT count(*) AS silent
FROM grafana.device
WHERE silent AND meter IS NOT NULL AND grafana.is_chosen(zone, $zone)

-- name: age
-- How old the figures on this wall are.
SELECT (SELECT min(age_s) FROM grafana.ingest) AS ingest_age_s,
       (SELECT max(age_s) FROM grafana.station_pressure WHERE grafana.is_chosen(zone, $zone)) AS station_age_s

-- name: outlet_pressures
-- Each station's outlet pressure between its limits, the worst first.
SELECT station, name, stream, outlet_gauge_pressure_kpa, band_position_pct, band,
       low_kpa, set_kpa, high_kpa, age_s
FROM grafana.station_pressure
WHERE grafana.is_chosen(zone, $zone)
ORDER BY abs(band_position_pct) DESC NULLS LAST, station, stream
LIMIT 40

-- name: deviations
-- How far the worst stations have been from their set points.
SELECT "time", label AS metric, band_position_pct AS value
FROM grafana.pressure_series(
    ARRAY(
        SELECT station FROM grafana.station_pressure WHERE grafana.is_chosen(zone, $zone)
        ORDER BY abs(band_position_pct) DESC NULLS LAST LIMIT 12
    ),
    $__timeFrom(), $__timeTo(), $__interval_ms
)
ORDER BY "time"

-- name: map
-- The stations where they stand, on a blank ground.
SELECT DISTINCT ON (station)
       station, latitude, longitude, band, band_position_pct, outlet_gauge_pressure_kpa, age_s,
       name || CASE band WHEN 'normal' THEN '' WHEN 'unknown' THEN ' ?' WHEN 'high' THEN ' ▲'
           WHEN 'high_high' THEN ' ▲▲' WHEN 'low' THEN ' ▼' ELSE ' ▼▼' END AS label
FROM grafana.station_pressure
WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND grafana.is_chosen(zone, $zone)
ORDER BY station, abs(band_position_pct) DESC NULLS LAST

-- name: alarms
-- The alarms that ask for something; a row leads to the page that can acknowledge it.
SELECT alarm_id, raised_at, priority, state, target,
       CASE target_kind
           WHEN 'meter' THEN target
           WHEN 'device' THEN (
               SELECT i.meter FROM grafana.installation AS i WHERE i.device = target
               ORDER BY i.valid_from DESC LIMIT 1
           )
       END AS meter,
       message, value, limit_value, unit, muted_by
FROM grafana.alarm
WHERE standing AND grafana.is_chosen(zone, $zone)
ORDER BY muted_by <> '', state = 'acknowledged', priority_rank, raised_at DESC
LIMIT 100

-- name: alarms_over_time
-- How many alarms held at once.
SELECT "time", priority AS metric, alarms AS value
FROM grafana.alarms_present(grafana.chosen($zone), $__timeFrom(), $__timeTo(), $__interval_ms)
ORDER BY "time"

-- name: city_hours
-- The city's hours of the last day against those of the day before.
SELECT h."time" + CASE WHEN h."time" < until - INTERVAL '24 hours' THEN INTERVAL '24 hours' ELSE INTERVAL '0' END
           AS "time",
       sum(h.base_volume_m3) FILTER (WHERE h."time" >= until - INTERVAL '24 hours') AS last_day,
       sum(h.base_volume_m3) FILTER (WHERE h."time" < until - INTERVAL '24 hours') AS day_before
FROM (SELECT date_trunc('hour', now()) AS until) AS hour,
     grafana.city_hour(grafana.chosen($zone), until - INTERVAL '48 hours', until) AS h
GROUP BY 1
ORDER BY 1

-- name: ingest
-- Whether everything that came in is accounted for.
SELECT sum(received)::float8 AS received, sum(committed)::float8 AS committed,
       sum(duplicate)::float8 AS duplicate, sum(refused)::float8 AS refused,
       sum(difference)::float8 AS difference
FROM grafana.ingest
