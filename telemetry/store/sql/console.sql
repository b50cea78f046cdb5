-- name: time_zone
-- The zone of time that most sites live in.
SELECT time_zone FROM site GROUP BY time_zone ORDER BY count(*) DESC, time_zone LIMIT 1;

-- name: target_names
-- What people call the things that alarms are about, and which page shows each.
SELECT 'station' AS kind, station AS id, name, 'station' AS page_kind, station AS page_id
FROM station WHERE station = ANY (%(ids)s)
UNION ALL
SELECT 'meter', i.meter, coalesce(a.name, s.name), 'meter', i.meter
FROM (SELECT DISTINCT ON (meter) meter, site FROM installation WHERE meter = ANY (%(ids)s)
      ORDER BY meter, valid_from DESC) i
JOIN site s USING (site)
LEFT JOIN account a ON a.account = s.account
UNION ALL
SELECT 'device', i.device, coalesce(a.name, s.name), 'meter', i.meter
FROM (SELECT DISTINCT ON (device) device, meter, site FROM installation WHERE device = ANY (%(ids)s)
      ORDER BY device, valid_from DESC) i
JOIN site s USING (site)
LEFT JOIN account a ON a.account = s.account
UNION ALL
SELECT 'device', station, name, 'station', station
FROM station WHERE station = ANY (%(ids)s)
UNION ALL
SELECT 'zone', zone, name, NULL, NULL FROM zone WHERE zone = ANY (%(ids)s)
UNION ALL
SELECT 'account', account, name, NULL, NULL FROM account WHERE account = ANY (%(ids)s);

-- name: hours
-- A meter's hours for a chart.
SELECT interval_start, base_volume_um3, volume_um3, pressure_pa, temperature_k, correction_factor, z_ratio,
       quality, coverage
FROM volume_hour v
JOIN meter m USING (meter_id)
WHERE m.meter = %(meter)s AND interval_start >= %(start)s AND interval_start < %(end)s
ORDER BY interval_start;

-- name: latest_z_ratio
-- The compression factor ratio of a meter's latest hour that has one.
SELECT z_ratio
FROM volume_hour v
JOIN meter m USING (meter_id)
WHERE m.meter = %s AND interval_start > now() - interval '40 days' AND z_ratio IS NOT NULL
ORDER BY interval_start DESC
LIMIT 1;

-- name: alarm_counts
-- How many alarms stand of each priority, and how many nobody acknowledged and nothing mutes.
SELECT priority, count(*), count(*) FILTER (WHERE state <> 'acknowledged' AND muted_by = '[]')
FROM alarm
WHERE state IN ('active', 'acknowledged', 'returned') AND raised_at IS NOT NULL
GROUP BY priority;
