-- A job keeps what is to be done: what is said of a change takes the place of its comment alone.

ALTER TABLE job ADD COLUMN task text; -- what was said when it was made, unless its plan was changed since
UPDATE job SET task = entered.comment
FROM (SELECT DISTINCT ON (job_id) job_id, comment FROM job_event ORDER BY job_id, event_id) AS entered
WHERE entered.job_id = job.job_id;

-- Entering a job again under its idempotency key is answered as it was: with every field of a job.
UPDATE answered_request SET answer = answer || jsonb_build_object('task', answer -> 'comment')
WHERE answer ?& ARRAY['permits', 'reopened', 'comment'];
