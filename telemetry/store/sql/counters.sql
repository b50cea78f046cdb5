-- name: ingest
-- What became of everything that came, over all sources.
SELECT coalesce(sum(received), 0)::bigint AS stored, coalesce(sum(committed), 0)::bigint AS committed,
       coalesce(sum(duplicate), 0)::bigint AS duplicate, coalesce(sum(refused), 0)::bigint AS refused,
       coalesce(sum(in_flight), 0)::bigint AS in_flight,
       coalesce(sum(retained_ignored), 0)::bigint AS retained_ignored, max(updated_at) AS updated_at
FROM ingest_counter;

-- name: dirty_spans
-- How much derive has before it.
SELECT count(*) FROM dirty_span;

-- name: arrivals
-- How many batches each consumer has not taken yet.
SELECT consumer, count(*) FROM arrival GROUP BY consumer;
