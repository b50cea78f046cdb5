-- Why alarms do not ring: shelved by an operator, out of service; and what people said of them afterwards.

-- Why nobody was called, at each event; old events say nothing of it.
ALTER TABLE alarm_event ADD COLUMN muted_by jsonb NOT NULL DEFAULT '[]';
-- Was it a true alarm, and what was behind it: cause, true, comment, by, at.
ALTER TABLE alarm ADD COLUMN verdict jsonb;
CREATE INDEX alarm_by_target ON alarm (target_id, rule);

-- A rule's alarm about a target, put aside for a time.
CREATE TABLE alarm_shelving (
    shelving_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    target_kind text NOT NULL,
    target_id text NOT NULL,
    priority text NOT NULL,     -- when it was shelved: shelving ends when it rises
    shelved_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL,
    shelved_by text NOT NULL,
    ended_at timestamptz,
    ended_why text,             -- expired, unshelved, priority rose
    ended_by text
);
CREATE UNIQUE INDEX alarm_shelving_live ON alarm_shelving (rule, target_kind, target_id) WHERE ended_at IS NULL;
CREATE INDEX alarm_shelving_by_time ON alarm_shelving (shelved_at);

-- A station, meter, zone or device that does not serve: none of its alarms rings.
CREATE TABLE out_of_service (
    out_of_service_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_kind text NOT NULL,
    target_id text NOT NULL,
    since timestamptz NOT NULL,
    reason text NOT NULL,
    taken_by text NOT NULL,
    returned_at timestamptz,
    returned_by text
);
CREATE UNIQUE INDEX out_of_service_now ON out_of_service (target_kind, target_id) WHERE returned_at IS NULL;

-- A reason used to be its kind alone.
UPDATE alarm SET muted_by = (
    SELECT jsonb_agg(CASE jsonb_typeof(reason) WHEN 'string' THEN jsonb_build_object('kind', reason) ELSE reason END)
    FROM jsonb_array_elements(muted_by) AS reason
) WHERE muted_by <> '[]';

CREATE OR REPLACE VIEW grafana.alarm AS
SELECT a.alarm_id, a.rule, a.target_kind, a.target_id AS target,
       CASE a.target_kind
           WHEN 'station' THEN (SELECT s.zone FROM station AS s WHERE s.station = a.target_id)
           WHEN 'meter' THEN (SELECT m.zone FROM grafana.meter AS m WHERE m.meter = a.target_id)
           WHEN 'device' THEN (SELECT s.zone FROM installation AS i JOIN site AS s USING (site)
                               WHERE i.device = a.target_id ORDER BY i.valid_from DESC LIMIT 1)
           WHEN 'zone' THEN a.target_id
       END AS zone,
       a.priority, array_position(ARRAY['critical', 'high', 'medium', 'low'], a.priority) AS priority_rank,
       a.state, a.state <> 'normal' AS standing, a.cleared_at IS NULL AS present,
       array_to_string(ARRAY(SELECT reason ->> 'kind' FROM jsonb_array_elements(a.muted_by) AS reason), ', ') AS muted_by,
       a.raised_at, a.acknowledged_at, a.cleared_at, a.value, a.limit_value, a.unit, a.message, a.response
FROM alarm AS a
WHERE a.raised_at IS NOT NULL AND a.state <> 'pending';
