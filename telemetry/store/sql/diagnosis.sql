-- name: server
-- Version of the server, and of TimescaleDB where it is there.
SELECT current_setting('server_version'),
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb');

-- name: shards
-- Who last took each topic shard, and whether a session holds it now.
SELECT s.shard, s.holder, s.taken_at, EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted
      AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('citygas.shard.' || s.shard, 0)
)
FROM shard_lease s ORDER BY s.shard;

-- name: sources
-- The counters of each source.
SELECT source, received, committed, duplicate, refused, retained_ignored, in_flight, updated_at
FROM ingest_counter ORDER BY source;

-- name: refused
-- What was refused in the last day and not mended since, the commonest first.
SELECT reason, count(*), count(DISTINCT device), max(received_at), min(detail)
FROM dead_letter
WHERE received_at > now() - INTERVAL '1 day' AND replayed_at IS NULL
GROUP BY reason ORDER BY count(*) DESC;

-- name: unknown_keys
-- Keys that no decoder knows, with how many devices send them.
SELECT decoder, key, count(*), min(device), min(first_seen_at)
FROM unknown_key GROUP BY decoder, key ORDER BY count(*) DESC, key LIMIT 20;

-- name: suspect_clocks
-- Devices most of whose readings of the last day came off by whole hours, or by a year, and by how many seconds.
SELECT d.device, count(*) FILTER (WHERE r.flags & %(suspect)s <> 0),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.received_at - r.measured_at)::float8)
           FILTER (WHERE r.flags & %(suspect)s <> 0)
FROM reading r JOIN device d USING (device_id)
WHERE r.received_at > now() - INTERVAL '1 day'
  AND (r.measured_at > now() - INTERVAL '38 hours 2 minutes'
       OR r.measured_at BETWEEN now() - INTERVAL '368 days' AND now() - INTERVAL '364 days')
GROUP BY d.device
HAVING count(*) FILTER (WHERE r.flags & %(suspect)s <> 0) >= greatest(3, count(*) / 2 + 1)
ORDER BY d.device LIMIT 50;

-- name: backlog
-- What the consumers have not worked off.
SELECT consumer, count(*), min(stored_at) FROM arrival GROUP BY consumer
UNION ALL
SELECT 'dirty spans', count(*), min(marked_at) FROM dirty_span HAVING count(*) > 0
ORDER BY 1;

-- name: silent
-- Devices and stations that are silent now.
SELECT target_kind, target_id, raised_at FROM alarm
WHERE rule = 'device_silent' AND state IN ('active', 'acknowledged') ORDER BY raised_at LIMIT 50;

-- name: notices
-- What each channel has not delivered: waiting, given up in the last week, and why the last one was not taken.
SELECT channel, count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at > now() - INTERVAL '7 days'),
       (array_agg(error ORDER BY notice_id DESC) FILTER (WHERE error IS NOT NULL))[1]
FROM notice
WHERE sent_at IS NULL AND (dead_at IS NULL OR dead_at > now() - INTERVAL '7 days')
GROUP BY channel ORDER BY channel;
