-- The mean outlet pressure of each stream's hours: what the pipe behind a station loses is learned from weeks of it.

ALTER TABLE stream_hour ADD COLUMN outlet_pa float8;             -- mean, gauge; null where it was not said
ALTER TABLE stream_hour ADD COLUMN outlet_samples int NOT NULL DEFAULT 0;
