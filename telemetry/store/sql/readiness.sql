-- name: has_migrations
-- Was this database ever migrated?
SELECT to_regclass('migration') IS NOT NULL;
