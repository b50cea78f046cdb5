-- name: positions
-- Where a meter's bypass valve stood by readings and events of a span, and by the last word before it.
WITH said AS (
    SELECT r.measured_at, r.meter_bypass_valve AS position
    FROM meter
    JOIN installation USING (meter)
    JOIN device USING (device)
    JOIN reading r USING (device_id)
    WHERE meter_id = %(meter)s AND r.measured_at >= %(before)s AND r.measured_at <= %(end)s
      AND r.measured_at >= valid_from AND meter_bypass_valve IS NOT NULL
    UNION ALL
    SELECT e.measured_at, least(e.state, 1::smallint)
    FROM meter
    JOIN installation USING (meter)
    JOIN device_event e USING (device)
    WHERE meter_id = %(meter)s AND e.measured_at >= %(before)s AND e.measured_at <= %(end)s
      AND e.measured_at >= valid_from AND e.code = 'bypass_valve'
)
(SELECT measured_at, position::int FROM said WHERE measured_at < %(begin)s ORDER BY measured_at DESC LIMIT 1)
UNION ALL
(SELECT measured_at, position::int FROM said WHERE measured_at >= %(begin)s)
ORDER BY measured_at;
