-- A job's history tells what of its plan became what.

-- A list of {"field", "before", "after"}, times in UTC; empty where nothing of it changed, and of what happened before.
ALTER TABLE job_event ADD COLUMN changes jsonb NOT NULL DEFAULT '[]';
