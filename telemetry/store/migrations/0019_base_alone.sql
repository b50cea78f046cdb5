-- Devices that have sent a base register without one at metering conditions: derive looks twice at these alone.

CREATE TABLE base_alone (
    device_id int PRIMARY KEY,
    noted_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO base_alone (device_id)
SELECT DISTINCT device_id FROM reading WHERE index_um3 IS NULL AND base_index_um3 IS NOT NULL;
