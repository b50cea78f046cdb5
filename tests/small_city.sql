-- A city of three stations and four meters, up to the present hour.

-- Registry: three stations, one with the company's own limits, one of two streams, one that never spoke; four meters, one exchanged.
INSERT INTO zone (zone, name, parent, gas_day_start, time_zone) VALUES
    ('city', '全市', NULL, '08:00', 'Asia/Shanghai'), ('east', '东区', 'city', NULL, NULL),
    ('west', 'West''s end', 'city', '06:00', NULL);
INSERT INTO account (account, name, sector, key_account) VALUES
    ('A1', '玻璃厂', 'industry', true), ('A2', 'Hotel "O''Brien"', 'commerce', NULL), ('A3', 'Old owner', NULL, false);
INSERT INTO site (site, zone, time_zone, account, name, latitude, longitude) VALUES
    ('S1', 'east', 'Asia/Shanghai', 'A1', '玻璃厂一号', 31.2, 121.5),
    ('S2', 'west', 'Asia/Shanghai', 'A3', 'Hotel', 31.1, 121.3),
    ('S3', 'west', 'Asia/Shanghai', NULL, NULL, NULL, NULL);
INSERT INTO contract (contract, account, site, valid_from) VALUES ('C1', 'A2', 'S2', '2020-01-01+08');
INSERT INTO station (station, zone, name, kind, latitude, longitude, low_low_kpa, low_kpa, high_kpa, high_high_kpa) VALUES
    ('G1', 'east', '东门站', 'gate', 31.21, 121.51, 300, 340, 440, 480),
    ('G2', 'west', 'West', 'district', 31.11, 121.31, NULL, NULL, NULL, NULL),
    ('G3', 'west', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO setpoint (station, stream, valid_from, set_kpa, role, accuracy_class_pct, lockup_class_pct, opso_kpa, upso_kpa) VALUES
    ('G1', 'A', '2020-01-01+08', 400, 'duty', 5, 10, 500, 250),
    ('G2', 'A', '2020-01-01+08', 2.4, 'duty', 10, 20, 4, 1.5),
    ('G2', 'B', '2020-01-01+08', 2.2, 'standby', 10, 20, 4.2, 1.4),
    ('G2', 'A', now() - INTERVAL '6 hours', 2.5, 'duty', NULL, NULL, 4, NULL);
INSERT INTO device (device, expected_interval_s) VALUES ('D1', 300), ('D2', 300), ('D3', NULL), ('D4', 300);
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction, role) VALUES
    ('M1', 'turbine', 'smart', 1000, 8, 'ptz', 'billing'), ('M2', 'rotary', 'ic_card', 160, 7, 'pt', NULL),
    ('M3', 'turbine', 'smart', 1000, 8, 'ptz', 'check'), ('M4', 'diaphragm', 'smart', 16, 6, 'none', 'billing');
INSERT INTO installation (meter, site, device, valid_from, index_m3, removed_at) VALUES
    ('M1', 'S1', 'D1', '2020-01-01+08', 0, NULL), ('M3', 'S1', 'D3', '2020-01-01+08', 0, NULL),
    ('M4', 'S2', 'D2', '2020-01-01+08', 0, now() - INTERVAL '30 hours'),
    ('M2', 'S2', 'D2', now() - INTERVAL '30 hours', 0, NULL);

-- Two days of readings, one of pressures, up to now; device D2 fell silent three hours ago, D3 never spoke.
INSERT INTO reading (device_id, measured_at, content_hash, received_at, message_id, index_um3, base_index_um3,
                     pressure_pa, gauge_pressure_pa, temperature_k, flow_m3h, battery_v, flags,
                     arrival_correction_factor, arrival_base_flow_m3h)
SELECT d.device_id, t, 1, t + INTERVAL '2 seconds', 1, 1000000 * n, CASE WHEN d.device = 'D1' THEN 5000000 * n END,
       CASE WHEN d.device = 'D1' THEN 500000 + 1000 * sin(n) END, CASE WHEN d.device = 'D2' THEN 100000 END,
       288.15 + sin(n / 50.0), 12, 3.6, 0, 5, 60
FROM device AS d,
     generate_series(date_trunc('minute', now()) - INTERVAL '2 days', now(), INTERVAL '5 minutes') WITH ORDINALITY AS g (t, n)
WHERE d.device IN ('D1', 'D2') AND (d.device <> 'D2' OR t < now() - INTERVAL '3 hours');
INSERT INTO pressure_sample (station_id, stream, measured_at, content_hash, received_at, message_id,
                             inlet_gauge_pressure_pa, outlet_gauge_pressure_pa, outlet_min_gauge_pressure_pa,
                             outlet_max_gauge_pressure_pa, temperature_k, filter_differential_pa, flow_m3h, slam_shut, flags)
SELECT s.station_id, CASE s.station WHEN 'G1' THEN 0 ELSE stream END, t, stream, t + INTERVAL '1 second', 1, 800000,
       CASE s.station WHEN 'G1' THEN 400000 + 60000 * sin(n / 30.0) ELSE 2450 + 10 * stream END,
       CASE s.station WHEN 'G1' THEN 399000 + 60000 * sin(n / 30.0) ELSE 2400 END,
       CASE s.station WHEN 'G1' THEN 401000 + 60000 * sin(n / 30.0) ELSE 2500 END,
       288, 5000, CASE WHEN n % 2 = 0 THEN 100 END, 0, 0
FROM station AS s, unnest(ARRAY[1, 2]) AS stream,
     generate_series(date_trunc('minute', now()) - INTERVAL '1 day', now(), INTERVAL '1 minute') WITH ORDINALITY AS g (t, n)
WHERE (s.station = 'G1' AND stream = 1) OR s.station = 'G2';

-- Four days of hourly volumes, some of them estimated or missing.
INSERT INTO volume_hour (meter_id, interval_start, revision, volume_um3, base_volume_um3, device_base_volume_um3,
                         pressure_pa, temperature_k, correction_factor, z_ratio, coverage, quality, method, flags,
                         registry_version, calculation, cause, computed_at)
SELECT m.meter_id, t, 0, 12000000 + n, 60000000 + n, CASE WHEN m.meter = 'M1' THEN 60000000 + n - n % 3 END,
       500000, 288.15, 5, 1, 1, CASE WHEN n % 24 = 0 THEN 3 WHEN n % 17 = 0 THEN 5 ELSE 0 END, 'steps', 0, 1, 1,
       'reading', now()
FROM meter AS m,
     generate_series(date_trunc('hour', now()) - INTERVAL '4 days', date_trunc('hour', now()) - INTERVAL '1 hour',
                     INTERVAL '1 hour') WITH ORDINALITY AS g (t, n)
WHERE m.meter <> 'M3';

-- Alarms in every state, the counters, one dead letter.
INSERT INTO alarm (rule, target_kind, target_id, priority, state, muted_by, raised_at, acknowledged_at, cleared_at,
                   value, limit_value, unit, message, response) VALUES
    ('outlet_pressure_high', 'station', 'G1', 'high', 'active', '[]', now() - INTERVAL '2 hours', NULL, NULL,
     451.5, 440, 'kPa', 'Outlet pressure 451.5 kPa is above 440 kPa', 'Look at the regulator.'),
    ('slam_shut_tripped', 'station', 'G2', 'critical', 'returned', '[{"kind": "shelved"}]', now() - INTERVAL '5 hours', NULL,
     now() - INTERVAL '4 hours', 1, NULL, NULL, 'Slam-shut tripped', 'Send a crew.'),
    ('register_regression', 'meter', 'M1', 'medium', 'acknowledged', '[]', now() - INTERVAL '9 hours',
     now() - INTERVAL '8 hours', NULL, -3, 0, 'm³', 'Register went back', 'Compare with the mechanical register.'),
    ('device_silent', 'device', 'D2', 'medium', 'active', '[]', now() - INTERVAL '1 hour', NULL, NULL, 7300, 7200, 's',
     'No message for 7300 s', 'Check battery and signal.'),
    ('device_silent', 'device', 'D3', 'low', 'normal', '[]', now() - INTERVAL '3 days', now() - INTERVAL '2 days',
     now() - INTERVAL '2 days', 7300, 7200, 's', 'No message for 7300 s', 'Check battery and signal.'),
    ('outlet_pressure_low', 'station', 'G2', 'high', 'pending', '[]', NULL, NULL, NULL, 2.0, 2.1, 'kPa', 'Low', 'Wait.');
INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, value)
SELECT alarm_id, raised_at, 'HELD', 'pending', 'active', value FROM alarm WHERE raised_at IS NOT NULL;
INSERT INTO ingest_counter (source, received, committed, duplicate, refused) VALUES
    ('collector-1', 5000, 4900, 60, 40), ('http', 10, 10, 0, 0);
INSERT INTO dead_letter (received_at, message_id, topic, reason, detail, payload_size, payload_sha256)
VALUES (now(), 1, 'citygas/v1/a/D9/reading', 'unknown_device', 'D9', 12, '');
