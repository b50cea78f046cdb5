-- The highest filter differential of each stream's hours: where no flow is said, it is all that tells of a filter.

ALTER TABLE stream_hour ADD COLUMN filter_peak_pa float8; -- the second highest, since one sample may be a spike
