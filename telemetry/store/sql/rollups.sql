-- name: unsafe
-- Roll-ups whose refresh reaches back to where raw samples are dropped: it would empty them.
SELECT c.view_name::text, r.config ->> 'start_offset', d.config ->> 'drop_after'
FROM timescaledb_information.continuous_aggregates AS c
JOIN timescaledb_information.jobs AS r ON r.proc_name = 'policy_refresh_continuous_aggregate'
    AND (r.hypertable_schema, r.hypertable_name) IN (
        (c.view_schema, c.view_name), (c.materialization_hypertable_schema, c.materialization_hypertable_name)
    )
JOIN timescaledb_information.jobs AS d ON d.proc_name = 'policy_retention'
    AND d.hypertable_schema = c.hypertable_schema AND d.hypertable_name = c.hypertable_name
WHERE (r.config ->> 'start_offset') IS NULL
   OR (r.config ->> 'start_offset')::interval >= (d.config ->> 'drop_after')::interval
ORDER BY 1;
