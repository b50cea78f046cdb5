-- name: views
-- The views of schema grafana and their columns, with what each means.
SELECT c.relname::text, obj_description(c.oid, 'pg_class'), a.attname::text,
       format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'grafana'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum;
