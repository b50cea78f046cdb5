"""Months of the plain profile that one session attaches while another reads which there are."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from psycopg import Connection
from psycopg.errors import CheckViolation

from telemetry.model import DAY, Instant, moment
from telemetry.store.partitions import Partitions
from telemetry.store.pool import connect
from tests.integration.ingesting import NOW, build_registry, one

MONTHS: Final = [NOW - 31 * DAY * age for age in range(1000)]
"""So many that every third time a session does not see one that the other attaches, unless it is told."""


_READING: Final = """
INSERT INTO reading (message_id, device_id, measured_at, received_at, content_hash, flags)
SELECT 0, 1, %s, now(), n, 0 FROM generate_series(1, 4) AS n ON CONFLICT DO NOTHING
"""


def store(connection: Connection, partitions: Partitions, at: Instant) -> None:
    partitions.cover("reading", np.array([at]))
    connection.execute(_READING, (moment(at),))


def test_months_that_another_session_attaches_are_found_when_looked_for_again(plain_database: str) -> None:
    build_registry(plain_database)
    meet = threading.Barrier(2)

    def write(name: str) -> None:
        with connect(plain_database, name, autocommit=True) as connection:
            partitions = Partitions(connection)
            meet.wait(10)
            for at in MONTHS:
                try:
                    store(connection, partitions, at)
                except CheckViolation as error:
                    partitions.look_again(error.diag.table_name)
                    store(connection, partitions, at)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, ["one", "other"]))
    assert one(plain_database, "SELECT count(*) FROM reading") == 4 * len(MONTHS)
