-- name: note
-- Remember devices that sent a base register alone.
INSERT INTO base_alone (device_id) SELECT unnest(%(devices)s::int[]) ON CONFLICT DO NOTHING;

-- name: among
-- Which of some devices have ever sent a base register alone?
SELECT device_id FROM base_alone WHERE device_id = ANY(%(devices)s::int[]);
