-- TimescaleDB: hypertables with compression by who spoke; raw readings are never dropped by default.

CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;

SELECT public.create_hypertable('message', public.by_range('received_at', INTERVAL '7 days'), create_default_indexes => false);
SELECT public.create_hypertable('reading', public.by_range('measured_at', INTERVAL '1 month'), create_default_indexes => false);
SELECT public.create_hypertable('pressure_sample', public.by_range('measured_at', INTERVAL '7 days'), create_default_indexes => false);

ALTER TABLE message SET (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'message_id');
ALTER TABLE reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at, content_hash');
ALTER TABLE pressure_sample SET (timescaledb.compress, timescaledb.compress_segmentby = 'station_id, stream', timescaledb.compress_orderby = 'measured_at, content_hash');

SELECT public.add_compression_policy('message', INTERVAL '14 days');
SELECT public.add_compression_policy('reading', INTERVAL '3 months');
SELECT public.add_compression_policy('pressure_sample', INTERVAL '14 days');
SELECT public.add_retention_policy('pressure_sample', INTERVAL '30 days');
