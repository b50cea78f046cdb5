-- What dashboards may read: names and units for people, documented column by column, and nothing else.
-- Views run with their owner's rights, so that a reader of this schema needs none on the tables beneath.

CREATE SCHEMA IF NOT EXISTS grafana;
COMMENT ON SCHEMA grafana IS 'Documented views for dashboards; other programs may rely on them';

CREATE VIEW grafana.zone AS
WITH RECURSIVE above (zone, ancestor, depth) AS (
    SELECT zone, zone, 0 FROM zone
    UNION ALL
    SELECT above.zone, z.parent, above.depth + 1
    FROM above JOIN zone AS z ON z.zone = above.ancestor
    WHERE z.parent IS NOT NULL AND above.depth < 32
), started AS (
    SELECT DISTINCT ON (above.zone) above.zone, z.gas_day_start
    FROM above JOIN zone AS z ON z.zone = above.ancestor
    WHERE z.gas_day_start IS NOT NULL
    ORDER BY above.zone, above.depth
)
SELECT z.zone, z.name, z.parent, z.time_zone, coalesce(started.gas_day_start, TIME '00:00') AS gas_day_start
FROM zone AS z LEFT JOIN started USING (zone);
COMMENT ON VIEW grafana.zone IS 'Supply areas';
COMMENT ON COLUMN grafana.zone.zone IS 'The zone''s name in every other view';
COMMENT ON COLUMN grafana.zone.name IS 'What people call it';
COMMENT ON COLUMN grafana.zone.parent IS 'The zone it is a part of';
COMMENT ON COLUMN grafana.zone.time_zone IS 'IANA time zone';
COMMENT ON COLUMN grafana.zone.gas_day_start IS 'Local hour at which its gas day starts: its own, else the nearest parent''s, else 00:00';

CREATE VIEW grafana.site AS
SELECT s.site, coalesce(s.name, s.site) AS name, s.zone,
       coalesce((SELECT c.account FROM contract AS c WHERE c.site = s.site AND c.valid_from <= now()
                 ORDER BY c.valid_from DESC LIMIT 1), s.account) AS account,
       s.area, s.time_zone, coalesce(s.gas_day_start, z.gas_day_start) AS gas_day_start, s.latitude, s.longitude
FROM site AS s JOIN grafana.zone AS z USING (zone);
COMMENT ON VIEW grafana.site IS 'Where gas is delivered';
COMMENT ON COLUMN grafana.site.site IS 'The site''s name in every other view';
COMMENT ON COLUMN grafana.site.name IS 'What people call it';
COMMENT ON COLUMN grafana.site.zone IS 'The zone that supplies it';
COMMENT ON COLUMN grafana.site.account IS 'Who pays now: by the contract in force, else by the site';
COMMENT ON COLUMN grafana.site.area IS 'Operating district';
COMMENT ON COLUMN grafana.site.time_zone IS 'IANA time zone';
COMMENT ON COLUMN grafana.site.gas_day_start IS 'Local hour at which its gas day starts: its own, else its zone''s';
COMMENT ON COLUMN grafana.site.latitude IS 'Degrees north, WGS 84';
COMMENT ON COLUMN grafana.site.longitude IS 'Degrees east, WGS 84';

CREATE VIEW grafana.account AS
SELECT account, name, sector, coalesce(key_account, false) AS key_account FROM account;
COMMENT ON VIEW grafana.account IS 'Who pays';
COMMENT ON COLUMN grafana.account.account IS 'The account''s name in every other view';
COMMENT ON COLUMN grafana.account.name IS 'What people call it';
COMMENT ON COLUMN grafana.account.sector IS 'Kind of customer';
COMMENT ON COLUMN grafana.account.key_account IS 'Looked after by a key-account manager';

CREATE VIEW grafana.station AS
SELECT station, coalesce(name, station) AS name, zone, feeds_zone, kind, latitude, longitude FROM station;
COMMENT ON VIEW grafana.station IS 'Regulator stations';
COMMENT ON COLUMN grafana.station.station IS 'The station''s name in every other view';
COMMENT ON COLUMN grafana.station.name IS 'What people call it';
COMMENT ON COLUMN grafana.station.zone IS 'The zone it stands in';
COMMENT ON COLUMN grafana.station.feeds_zone IS 'The zone it supplies';
COMMENT ON COLUMN grafana.station.kind IS 'gate, district, dedicated or end_point';
COMMENT ON COLUMN grafana.station.latitude IS 'Degrees north, WGS 84';
COMMENT ON COLUMN grafana.station.longitude IS 'Degrees east, WGS 84';

CREATE VIEW grafana.installation AS
SELECT i.meter, i.device, i.site, coalesce(i.sign, 1) AS sign, i.valid_from,
       least(
           i.removed_at,
           (SELECT min(n.valid_from) FROM installation AS n WHERE n.meter = i.meter AND n.valid_from > i.valid_from),
           (SELECT min(n.valid_from) FROM installation AS n WHERE n.device = i.device AND n.valid_from > i.valid_from)
       ) AS valid_until
FROM installation AS i;
COMMENT ON VIEW grafana.installation IS 'Which meter stood where and spoke through which device, from when until when';
COMMENT ON COLUMN grafana.installation.meter IS 'The meter';
COMMENT ON COLUMN grafana.installation.device IS 'The device that speaks for it';
COMMENT ON COLUMN grafana.installation.site IS 'The site it measures';
COMMENT ON COLUMN grafana.installation.sign IS '1 counts, -1 is taken off, 0 does not count for the site';
COMMENT ON COLUMN grafana.installation.valid_from IS 'When it began';
COMMENT ON COLUMN grafana.installation.valid_until IS 'When it ended; null while it stands';

CREATE VIEW grafana.meter AS
SELECT m.meter, concat_ws(' · ', m.meter, s.name, nullif(a.name, s.name)) AS label, m.type, m.kind,
       coalesce(m.role, 'billing') AS role, i.sign, m.qmax_m3h, m.correction, i.device, i.site, s.name AS site_name,
       s.zone, s.account, a.name AS account_name, i.valid_from AS installed_at
FROM meter AS m
LEFT JOIN LATERAL (
    SELECT * FROM grafana.installation AS g
    WHERE g.meter = m.meter AND g.valid_from <= now() ORDER BY g.valid_from DESC LIMIT 1
) AS i ON i.valid_until IS NULL OR i.valid_until > now()
LEFT JOIN grafana.site AS s ON s.site = i.site
LEFT JOIN account AS a ON a.account = s.account;
COMMENT ON VIEW grafana.meter IS 'Meters, and where each is installed now';
COMMENT ON COLUMN grafana.meter.meter IS 'The meter''s name in every other view';
COMMENT ON COLUMN grafana.meter.label IS 'Meter, site and account in one line, to search in';
COMMENT ON COLUMN grafana.meter.type IS 'diaphragm, rotary, turbine, ultrasonic or vortex';
COMMENT ON COLUMN grafana.meter.kind IS 'smart or ic_card';
COMMENT ON COLUMN grafana.meter.role IS 'billing, check, zone_inlet, own_use or bypass';
COMMENT ON COLUMN grafana.meter.sign IS '1 counts, -1 is taken off, 0 does not count for its site';
COMMENT ON COLUMN grafana.meter.qmax_m3h IS 'Largest flow it may measure, m³/h at metering conditions';
COMMENT ON COLUMN grafana.meter.correction IS 'What its volume is corrected for: none, t, pt, ptz or device';
COMMENT ON COLUMN grafana.meter.device IS 'The device that speaks for it now';
COMMENT ON COLUMN grafana.meter.site IS 'The site it measures now';
COMMENT ON COLUMN grafana.meter.site_name IS 'What people call that site';
COMMENT ON COLUMN grafana.meter.zone IS 'The zone that supplies the site';
COMMENT ON COLUMN grafana.meter.account IS 'Who pays for the site now';
COMMENT ON COLUMN grafana.meter.account_name IS 'What people call the account';
COMMENT ON COLUMN grafana.meter.installed_at IS 'Since when it stands there';

CREATE VIEW grafana.device AS
SELECT d.device, i.meter, i.site, s.zone, d.expected_interval_s, r.measured_at AS last_measured_at, r.received_at AS last_received_at,
       extract(epoch FROM now() - r.measured_at)::float8 AS age_s,
       coalesce(2 * d.expected_interval_s, 7200) AS silent_after_s,
       coalesce(extract(epoch FROM now() - r.received_at) > coalesce(2 * d.expected_interval_s, 7200), true) AS silent,
       r.arrival_base_flow_m3h AS base_flow_m3h, r.battery_v::float8 AS battery_v, r.battery_pct::float8 AS battery_pct
FROM device AS d
LEFT JOIN LATERAL (
    SELECT g.* FROM grafana.installation AS g
    WHERE g.device = d.device AND g.valid_from <= now() ORDER BY g.valid_from DESC LIMIT 1
) AS i ON i.valid_until IS NULL OR i.valid_until > now()
LEFT JOIN site AS s ON s.site = i.site
LEFT JOIN LATERAL (
    SELECT q.measured_at, q.received_at, q.arrival_base_flow_m3h, q.battery_v, q.battery_pct
    FROM reading AS q WHERE q.device_id = d.device_id
    ORDER BY q.measured_at DESC, q.content_hash DESC LIMIT 1
) AS r ON true;
COMMENT ON VIEW grafana.device IS 'Devices of meters, and what each said last';
COMMENT ON COLUMN grafana.device.device IS 'The device''s name in every other view';
COMMENT ON COLUMN grafana.device.meter IS 'The meter it speaks for now';
COMMENT ON COLUMN grafana.device.site IS 'The site of that meter';
COMMENT ON COLUMN grafana.device.zone IS 'The zone of that site';
COMMENT ON COLUMN grafana.device.expected_interval_s IS 'Seconds between readings, as registered';
COMMENT ON COLUMN grafana.device.last_measured_at IS 'Time of its newest reading';
COMMENT ON COLUMN grafana.device.last_received_at IS 'When that reading arrived';
COMMENT ON COLUMN grafana.device.age_s IS 'Seconds since its newest reading';
COMMENT ON COLUMN grafana.device.silent_after_s IS 'Seconds of silence it is allowed: two intervals, 2 h where none is registered';
COMMENT ON COLUMN grafana.device.silent IS 'Whether it has not been heard for longer, or never';
COMMENT ON COLUMN grafana.device.base_flow_m3h IS 'Base flow in that reading, m³/h as known on arrival: advisory, never billed';
COMMENT ON COLUMN grafana.device.battery_v IS 'Battery voltage in that reading, V';
COMMENT ON COLUMN grafana.device.battery_pct IS 'Battery charge in that reading, %';

CREATE VIEW grafana.reading AS
SELECT i.meter, d.device, r.measured_at, r.received_at,
       r.index_um3 / 1e6::float8 AS index_m3, r.base_index_um3 / 1e6::float8 AS base_index_m3,
       r.mechanical_index_um3 / 1e6::float8 AS mechanical_index_m3,
       r.pressure_pa / 1000 AS pressure_kpa, r.gauge_pressure_pa / 1000 AS gauge_pressure_kpa,
       r.temperature_k - 273.15 AS temperature_degc, r.flow_m3h, r.base_flow_m3h,
       r.arrival_correction_factor, r.arrival_base_flow_m3h, r.battery_v::float8 AS battery_v, r.flags
FROM grafana.installation AS i
JOIN device AS d ON d.device = i.device
JOIN reading AS r ON r.device_id = d.device_id AND r.measured_at >= i.valid_from
    AND r.measured_at < coalesce(i.valid_until, 'infinity');
COMMENT ON VIEW grafana.reading IS 'What devices said, by the meter each spoke for; ask for one meter and a span';
COMMENT ON COLUMN grafana.reading.meter IS 'The meter';
COMMENT ON COLUMN grafana.reading.device IS 'The device that spoke';
COMMENT ON COLUMN grafana.reading.measured_at IS 'Time of the reading';
COMMENT ON COLUMN grafana.reading.received_at IS 'When it arrived';
COMMENT ON COLUMN grafana.reading.index_m3 IS 'Register at metering conditions, m³';
COMMENT ON COLUMN grafana.reading.base_index_m3 IS 'Register of the device''s own corrector, m³ at base conditions';
COMMENT ON COLUMN grafana.reading.mechanical_index_m3 IS 'Mechanical register, m³';
COMMENT ON COLUMN grafana.reading.pressure_kpa IS 'Absolute pressure, kPa, where the device states it';
COMMENT ON COLUMN grafana.reading.gauge_pressure_kpa IS 'Gauge pressure, kPa, where the device states it';
COMMENT ON COLUMN grafana.reading.temperature_degc IS 'Gas temperature, °C';
COMMENT ON COLUMN grafana.reading.flow_m3h IS 'Displayed flow, m³/h at metering conditions: advisory';
COMMENT ON COLUMN grafana.reading.base_flow_m3h IS 'Displayed flow, m³/h at base conditions: advisory';
COMMENT ON COLUMN grafana.reading.arrival_correction_factor IS 'Correction factor as known on arrival: for screens, never billed';
COMMENT ON COLUMN grafana.reading.arrival_base_flow_m3h IS 'Our base flow as known on arrival, m³/h: for screens, never billed';
COMMENT ON COLUMN grafana.reading.battery_v IS 'Battery voltage, V';
COMMENT ON COLUMN grafana.reading.flags IS 'Bits of what is odd about it; 0 for nothing';

CREATE VIEW grafana.volume_hour AS
SELECT m.meter, v.interval_start, v.interval_start + INTERVAL '1 hour' AS interval_end,
       v.volume_um3 / 1e6::float8 AS volume_m3, v.base_volume_um3 / 1e6::float8 AS base_volume_m3,
       v.device_base_volume_um3 / 1e6::float8 AS device_base_volume_m3,
       v.pressure_pa / 1000 AS pressure_kpa, v.temperature_k - 273.15 AS temperature_degc,
       v.correction_factor, v.z_ratio, v.coverage::float8 AS coverage,
       (ARRAY['measured', 'interpolated', 'substituted', 'estimated', 'edited', 'missing'])[v.quality + 1] AS quality,
       v.quality::int AS quality_code, v.method, v.z_method, v.revision, v.computed_at
FROM meter AS m JOIN volume_hour AS v USING (meter_id);
COMMENT ON VIEW grafana.volume_hour IS 'Volumes by the hour, as they stand now; ask for one meter and a span';
COMMENT ON COLUMN grafana.volume_hour.meter IS 'The meter';
COMMENT ON COLUMN grafana.volume_hour.interval_start IS 'Where the hour starts';
COMMENT ON COLUMN grafana.volume_hour.interval_end IS 'Where it ends';
COMMENT ON COLUMN grafana.volume_hour.volume_m3 IS 'Volume at metering conditions, m³';
COMMENT ON COLUMN grafana.volume_hour.base_volume_m3 IS 'Volume at base conditions, m³';
COMMENT ON COLUMN grafana.volume_hour.device_base_volume_m3 IS 'Base volume by the device''s own corrector, m³';
COMMENT ON COLUMN grafana.volume_hour.pressure_kpa IS 'Absolute pressure weighted by volume, kPa';
COMMENT ON COLUMN grafana.volume_hour.temperature_degc IS 'Temperature weighted by volume, °C';
COMMENT ON COLUMN grafana.volume_hour.correction_factor IS 'Base volume by volume; null at zero volume';
COMMENT ON COLUMN grafana.volume_hour.z_ratio IS 'Zb/Z';
COMMENT ON COLUMN grafana.volume_hour.coverage IS 'Share of the hour between readings, 0 to 1';
COMMENT ON COLUMN grafana.volume_hour.quality IS 'measured, interpolated, substituted, estimated, edited or missing';
COMMENT ON COLUMN grafana.volume_hour.quality_code IS 'The same as a number, 0 best to 5 worst';
COMMENT ON COLUMN grafana.volume_hour.method IS 'How the base volume came about';
COMMENT ON COLUMN grafana.volume_hour.z_method IS 'How the compression factor came about';
COMMENT ON COLUMN grafana.volume_hour.revision IS 'How often it was recomputed to another figure';
COMMENT ON COLUMN grafana.volume_hour.computed_at IS 'When it was computed';

CREATE VIEW grafana.volume_gas_day AS
SELECT m.meter, i.site, ((v.interval_start AT TIME ZONE s.time_zone) - s.gas_day_start::interval)::date AS gas_day,
       min(v.interval_start) AS first_hour_start, count(*) AS hours,
       (sum(v.volume_um3) / 1e6)::float8 AS volume_m3, (sum(v.base_volume_um3) / 1e6)::float8 AS base_volume_m3,
       CASE WHEN count(*) = count(v.device_base_volume_um3)
           THEN (sum(v.device_base_volume_um3) / 1e6)::float8 END AS device_base_volume_m3,
       coalesce(
           coalesce(sum(v.base_volume_um3) FILTER (WHERE v.quality IN (3, 5)), 0) / nullif(sum(v.base_volume_um3), 0),
           count(*) FILTER (WHERE v.quality IN (3, 5)) / count(*)::numeric
       )::float8 AS estimated_share,
       avg(v.coverage)::float8 AS coverage,
       (ARRAY['measured', 'interpolated', 'substituted', 'estimated', 'edited', 'missing'])[max(v.quality) + 1] AS quality,
       max(v.quality)::int AS quality_code
FROM meter AS m
JOIN volume_hour AS v USING (meter_id)
JOIN installation AS i ON i.meter = m.meter
    AND v.interval_start >= date_trunc('hour', i.valid_from, 'UTC')
    AND v.interval_start < coalesce(
        (SELECT date_trunc('hour', min(n.valid_from), 'UTC') FROM installation AS n
         WHERE n.meter = i.meter AND n.valid_from > i.valid_from),
        'infinity')
JOIN grafana.site AS s ON s.site = i.site
GROUP BY m.meter, i.site, gas_day;
COMMENT ON VIEW grafana.volume_gas_day IS 'Volumes by the gas day of the site, in its time zone and from its gas day''s start: 23, 24 or 25 hours; ask for one meter';
COMMENT ON COLUMN grafana.volume_gas_day.meter IS 'The meter';
COMMENT ON COLUMN grafana.volume_gas_day.site IS 'The site it measured';
COMMENT ON COLUMN grafana.volume_gas_day.gas_day IS 'The local date on which the gas day starts';
COMMENT ON COLUMN grafana.volume_gas_day.first_hour_start IS 'Where its first computed hour starts';
COMMENT ON COLUMN grafana.volume_gas_day.hours IS 'How many of its hours are computed';
COMMENT ON COLUMN grafana.volume_gas_day.volume_m3 IS 'Volume at metering conditions, m³';
COMMENT ON COLUMN grafana.volume_gas_day.base_volume_m3 IS 'Volume at base conditions, m³';
COMMENT ON COLUMN grafana.volume_gas_day.device_base_volume_m3 IS 'Base volume by the device''s own corrector, m³; null where it lacks an hour';
COMMENT ON COLUMN grafana.volume_gas_day.estimated_share IS 'Share of the base volume, or without any of the hours, that is estimated or missing, 0 to 1';
COMMENT ON COLUMN grafana.volume_gas_day.coverage IS 'Share of the computed hours between readings, 0 to 1';
COMMENT ON COLUMN grafana.volume_gas_day.quality IS 'The worst of its hours';
COMMENT ON COLUMN grafana.volume_gas_day.quality_code IS 'The same as a number, 0 best to 5 worst';

CREATE VIEW grafana.alarm AS
SELECT a.alarm_id, a.rule, a.target_kind, a.target_id AS target,
       CASE a.target_kind
           WHEN 'station' THEN (SELECT s.zone FROM station AS s WHERE s.station = a.target_id)
           WHEN 'meter' THEN (SELECT m.zone FROM grafana.meter AS m WHERE m.meter = a.target_id)
           WHEN 'device' THEN (SELECT s.zone FROM installation AS i JOIN site AS s USING (site)
                               WHERE i.device = a.target_id ORDER BY i.valid_from DESC LIMIT 1)
           WHEN 'zone' THEN a.target_id
       END AS zone,
       a.priority, array_position(ARRAY['critical', 'high', 'medium', 'low'], a.priority) AS priority_rank,
       a.state, a.state <> 'normal' AS standing, a.cleared_at IS NULL AS present,
       array_to_string(ARRAY(SELECT jsonb_array_elements_text(a.muted_by)), ', ') AS muted_by,
       a.raised_at, a.acknowledged_at, a.cleared_at, a.value, a.limit_value, a.unit, a.message, a.response
FROM alarm AS a
WHERE a.raised_at IS NOT NULL AND a.state <> 'pending';
COMMENT ON VIEW grafana.alarm IS 'Alarms that were raised, as they stand; acknowledge them on the operator page';
COMMENT ON COLUMN grafana.alarm.alarm_id IS 'The alarm''s number';
COMMENT ON COLUMN grafana.alarm.rule IS 'The rule that raised it';
COMMENT ON COLUMN grafana.alarm.target_kind IS 'meter, station, zone, device or account';
COMMENT ON COLUMN grafana.alarm.target IS 'What it is about';
COMMENT ON COLUMN grafana.alarm.zone IS 'The zone of that, where it has one';
COMMENT ON COLUMN grafana.alarm.priority IS 'critical, high, medium or low';
COMMENT ON COLUMN grafana.alarm.priority_rank IS 'The same as a number, 1 critical to 4 low';
COMMENT ON COLUMN grafana.alarm.state IS 'active, acknowledged, returned or normal';
COMMENT ON COLUMN grafana.alarm.standing IS 'Whether it still asks for something';
COMMENT ON COLUMN grafana.alarm.present IS 'Whether its condition has not cleared';
COMMENT ON COLUMN grafana.alarm.muted_by IS 'Why it does not ring; empty when it does';
COMMENT ON COLUMN grafana.alarm.raised_at IS 'When it was raised';
COMMENT ON COLUMN grafana.alarm.acknowledged_at IS 'When somebody acknowledged it';
COMMENT ON COLUMN grafana.alarm.cleared_at IS 'When its condition cleared';
COMMENT ON COLUMN grafana.alarm.value IS 'The value that raised it, in unit';
COMMENT ON COLUMN grafana.alarm.limit_value IS 'The limit it passed, in unit';
COMMENT ON COLUMN grafana.alarm.unit IS 'Unit of value and limit';
COMMENT ON COLUMN grafana.alarm.message IS 'What happened, in a sentence';
COMMENT ON COLUMN grafana.alarm.response IS 'What to do';

CREATE VIEW grafana.alarm_event AS
SELECT e.event_id, e.alarm_id, e.at, e.signal, e.from_state, e.to_state, e.actor, e.comment, e.value,
       a.rule, a.target_kind, a.target_id AS target, a.priority, a.message
FROM alarm_event AS e JOIN alarm AS a USING (alarm_id);
COMMENT ON VIEW grafana.alarm_event IS 'What happened to each alarm';
COMMENT ON COLUMN grafana.alarm_event.event_id IS 'The event''s number';
COMMENT ON COLUMN grafana.alarm_event.alarm_id IS 'The alarm''s number';
COMMENT ON COLUMN grafana.alarm_event.at IS 'When it happened';
COMMENT ON COLUMN grafana.alarm_event.signal IS 'What moved the alarm';
COMMENT ON COLUMN grafana.alarm_event.from_state IS 'Its state before';
COMMENT ON COLUMN grafana.alarm_event.to_state IS 'Its state after';
COMMENT ON COLUMN grafana.alarm_event.actor IS 'Who did it, where somebody did';
COMMENT ON COLUMN grafana.alarm_event.comment IS 'What they said';
COMMENT ON COLUMN grafana.alarm_event.value IS 'The value then, in the alarm''s unit';
COMMENT ON COLUMN grafana.alarm_event.rule IS 'The alarm''s rule';
COMMENT ON COLUMN grafana.alarm_event.target_kind IS 'meter, station, zone, device or account';
COMMENT ON COLUMN grafana.alarm_event.target IS 'What the alarm is about';
COMMENT ON COLUMN grafana.alarm_event.priority IS 'critical, high, medium or low';
COMMENT ON COLUMN grafana.alarm_event.message IS 'What the alarm says';

CREATE VIEW grafana.ingest AS
SELECT source, received, committed, duplicate, refused, received - committed - duplicate - refused AS difference,
       in_flight, updated_at, extract(epoch FROM now() - updated_at)::float8 AS age_s
FROM ingest_counter;
COMMENT ON VIEW grafana.ingest IS 'Elements that came in by source, counted in the transaction that stored them';
COMMENT ON COLUMN grafana.ingest.source IS 'A collector, or how else it came';
COMMENT ON COLUMN grafana.ingest.received IS 'Elements received';
COMMENT ON COLUMN grafana.ingest.committed IS 'Elements stored';
COMMENT ON COLUMN grafana.ingest.duplicate IS 'Elements that were there already';
COMMENT ON COLUMN grafana.ingest.refused IS 'Elements kept as dead letters';
COMMENT ON COLUMN grafana.ingest.difference IS 'received - committed - duplicate - refused: 0, always';
COMMENT ON COLUMN grafana.ingest.in_flight IS 'Messages held beyond the last batch when it was committed';
COMMENT ON COLUMN grafana.ingest.updated_at IS 'When the last batch was committed';
COMMENT ON COLUMN grafana.ingest.age_s IS 'Seconds since';

CREATE VIEW grafana.dead_letter AS
SELECT dead_letter_id, received_at, topic, device, decoder, reason, detail, payload_size, replayed_at FROM dead_letter;
COMMENT ON VIEW grafana.dead_letter IS 'What was refused, and why; the payload is on the operator page';
COMMENT ON COLUMN grafana.dead_letter.dead_letter_id IS 'Its number';
COMMENT ON COLUMN grafana.dead_letter.received_at IS 'When it arrived';
COMMENT ON COLUMN grafana.dead_letter.topic IS 'Where it was published';
COMMENT ON COLUMN grafana.dead_letter.device IS 'The device it names, where it names one';
COMMENT ON COLUMN grafana.dead_letter.decoder IS 'The decoder that refused it';
COMMENT ON COLUMN grafana.dead_letter.reason IS 'One of the contract''s reasons';
COMMENT ON COLUMN grafana.dead_letter.detail IS 'What exactly was wrong';
COMMENT ON COLUMN grafana.dead_letter.payload_size IS 'Size of the payload, bytes';
COMMENT ON COLUMN grafana.dead_letter.replayed_at IS 'When it was replayed with success';
