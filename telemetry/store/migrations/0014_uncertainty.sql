-- How far a base volume may be off, at k = 2; null where nobody can say.

ALTER TABLE volume_hour ADD COLUMN uncertainty_m3 float8;
ALTER TABLE volume_hour_superseded ADD COLUMN uncertainty_m3 float8;
