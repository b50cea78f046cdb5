-- name: begin
-- Since when customers are told: since now, unless they are already.
INSERT INTO customer_notices (since) VALUES (%(now)s) ON CONFLICT DO NOTHING;

-- name: statements
-- Statements that were closed lately, with what they sum up and who is to be told.
SELECT s.statement_id, s.period, s.site, s.span_start, s.span_end, s.time_zone, s.base_volume_um3,
       a.account, a.name, a.contacts
FROM statement AS s JOIN account AS a USING (account), customer_notices AS told
WHERE s.closed_at >= greatest(told.since, %(after)s) AND a.contacts IS NOT NULL
ORDER BY s.statement_id;

-- name: outages
-- Planned work that was agreed on and has not ended, during which pressure or flow may fail.
SELECT j.job_id, j.target_kind, j.target_id, j.starts_at, j.ends_at
FROM job AS j
WHERE j.kind = 'planned' AND j.state IN ('assigned', 'on_site') AND j.permits && ARRAY['pressure', 'silence']
  AND j.ends_at > %(now)s
ORDER BY j.job_id;
