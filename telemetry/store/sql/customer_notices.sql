-- name: begin
-- Since when customers are told: since now, unless they are already.
INSERT INTO customer_notices (since) VALUES (%(now)s) ON CONFLICT DO NOTHING;

-- name: statements
-- Statements that were closed lately and nobody was told of, with what they sum up and who is to be told.
SELECT 'statement_ready/' || s.statement_id AS key, s.statement_id, s.period, s.site, s.span_start, s.span_end,
       s.time_zone, s.base_volume_um3, a.account, a.name, a.contacts
FROM statement AS s JOIN account AS a USING (account), customer_notices AS told
WHERE s.closed_at >= greatest(told.since, %(after)s) AND a.contacts IS NOT NULL AND NOT EXISTS (
    SELECT FROM notice AS n WHERE n.route = %(route)s AND n.group_key = 'statement_ready/' || s.statement_id
)
ORDER BY s.statement_id;

-- name: outages
-- Planned work during which gas may fail, agreed on and not over, that nobody was told of as it is planned now.
SELECT * FROM (
    SELECT concat_ws('/', 'planned_outage', job_id, extract(epoch FROM starts_at), extract(epoch FROM ends_at)) AS key,
           job_id, target_kind, target_id, starts_at, ends_at
    FROM job
    WHERE kind = 'planned' AND state IN ('assigned', 'on_site') AND permits && ARRAY['pressure', 'silence']
      AND ends_at > %(now)s
) AS work
WHERE NOT EXISTS (SELECT FROM notice AS n WHERE n.route = %(route)s AND n.group_key = work.key)
ORDER BY job_id;
