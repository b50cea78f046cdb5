#!/bin/sh
# Run once, when the database's volume is new: the role that dashboards read with, before `citygas migrate` gives it
# its rights. The password comes from the environment and is never part of a command line.
set -eu

psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password GRAFANA_DB_PASSWORD
CREATE ROLE citygas_grafana LOGIN CONNECTION LIMIT 20 PASSWORD :'password';
SQL
