-- Maintenance: what is to be done, by whom, until when, and what was found.

CREATE TABLE job (
    job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,        -- fault, planned, inspection, calibration, exchange, isolation
    target_kind text NOT NULL,
    target_id text NOT NULL,
    state text NOT NULL,       -- new, assigned, on_site, done, verified
    fault_class text,          -- of a fault: what kind of one it is
    check_key text UNIQUE,     -- of a recurring check: which one, and when it is due
    assignee text,
    starts_at timestamptz,
    ends_at timestamptz,
    due_at timestamptz,
    permits text[] NOT NULL DEFAULT '{}', -- bypass_open, pressure, silence
    cause text,
    comment text,
    external_id text,
    reopened int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    created_by text,           -- NULL: the platform
    done_at timestamptz,
    done_by text,
    verified_at timestamptz,
    verified_by text
);
CREATE UNIQUE INDEX job_open_fault ON job (target_kind, target_id, fault_class)
    WHERE kind = 'fault' AND state IN ('new', 'assigned', 'on_site');
CREATE INDEX job_by_target ON job (target_id, fault_class);

CREATE TABLE job_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES job,
    at timestamptz NOT NULL,
    from_state text,
    to_state text NOT NULL,
    actor text,
    comment text
);
CREATE INDEX job_event_by_job ON job_event (job_id, event_id);
CREATE INDEX job_event_by_time ON job_event (at);

-- The fault job that an alarm opened or joined.
ALTER TABLE alarm ADD COLUMN job_id bigint REFERENCES job;
CREATE INDEX alarm_by_job ON alarm (job_id) WHERE job_id IS NOT NULL;
