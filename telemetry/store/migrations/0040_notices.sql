-- Who is told of alarms: an outbox of what happened, what is to be said of it, and the notices themselves.

-- What happened to an alarm and has not been looked at for notices yet; written with the event, whoever writes it.
CREATE TABLE untold_event (
    event_id bigint PRIMARY KEY
);
CREATE FUNCTION queue_untold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_event (event_id) SELECT event_id FROM made;
    RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON alarm_event REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION queue_untold();

-- A reason to tell somebody of an alarm, until a notice says it or it has become pointless.
CREATE TABLE occasion (
    occasion_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    route text NOT NULL,
    event_id bigint NOT NULL,
    again int NOT NULL DEFAULT 0,   -- which repetition
    alarm_id bigint NOT NULL REFERENCES alarm,
    reason text NOT NULL,           -- first, worsened, returned, repeat
    priority text NOT NULL,
    zone text,
    group_key text NOT NULL,        -- what is told together
    created_at timestamptz NOT NULL,
    ready_at timestamptz NOT NULL,  -- not before: held in quiet hours, or until nobody acknowledged for long enough
    due_at timestamptz NOT NULL,    -- when its group is told at the latest, unless it was told of just before
    settled_at timestamptz,
    dropped text,                   -- why nobody was told: muted, over, never told
    UNIQUE (route, event_id, again)
);
CREATE INDEX occasion_waiting ON occasion (route, group_key) WHERE settled_at IS NULL;
CREATE INDEX occasion_by_alarm ON occasion (alarm_id, route);

-- One message to one channel, as it was when it was made: each attempt says the same under the same key.
CREATE TABLE notice (
    notice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key uuid NOT NULL DEFAULT gen_random_uuid(),
    route text NOT NULL,
    channel text NOT NULL,
    group_key text NOT NULL,
    content jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    sent_at timestamptz,
    dead_at timestamptz,
    error text
);
CREATE INDEX notice_waiting ON notice (channel, notice_id) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX notice_by_group ON notice (route, group_key, created_at);

-- When each channel was last used, so that its limit holds across restarts; and whether its receiver wants no more.
CREATE TABLE notice_channel (
    channel text PRIMARY KEY,
    destination text NOT NULL,      -- a digest of where it leads: another one begins anew
    used_at timestamptz[] NOT NULL DEFAULT '{}',
    disabled_at timestamptz,
    disabled_why text
);
