"""A city of three stations and four meters, written by SQL alone, up to the present hour."""

from pathlib import Path

import numpy as np
import psycopg
from psycopg import Connection

from telemetry.store.migrate import migrate
from telemetry.store.partitions import Partitions
from telemetry.store.pool import connect

CITY = Path(__file__).with_suffix(".sql")


def migrated(database: str) -> Connection:
    """Bring a database to this version and return a connection to it."""
    connection = connect(database, "test")
    migrate(connection)
    return connection


def populate(connection: Connection) -> None:
    """Write the city: two days of readings, one of pressures, four of volumes, some alarms."""
    row = connection.execute("SELECT (extract(epoch FROM now()) * 1000000)::bigint").fetchone()
    assert row is not None
    days = np.array([row[0] - day * 86_400_000_000 for day in range(5)], dtype=np.int64)
    partitions = Partitions(connection)
    for table in ("reading", "pressure_sample"):
        partitions.cover(table, days)
    connection.execute(CITY.read_bytes())
    connection.commit()


def as_reader(database: str) -> psycopg.Connection:
    """Connect as the role that Grafana uses."""
    return psycopg.connect(database, user="citygas_grafana", autocommit=True)
