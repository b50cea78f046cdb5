-- Flags of volumes have outgrown 32 bits; both tables are written anew, see docs/operations.md.

ALTER TABLE volume_hour ALTER COLUMN flags TYPE bigint;
ALTER TABLE volume_hour_superseded ALTER COLUMN flags TYPE bigint;
