"""Two customers and a month of their readings, long enough ago to be over by any clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from telemetry.billing.settlement import Cycle
from telemetry.model import HOUR, MINUTE, instant
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.settlements import StatementFilter, StatementRow, list_statements
from telemetry.work.derive import derive_pending
from telemetry.work.settle_plan import Wanted
from tests.integration.test_derive import say
from tests.servers import create_database, drop_database

START = instant(datetime(2024, 6, 30, 16, tzinfo=UTC))
"""Midnight of 1 July in Shanghai."""

HOURS = 31 * 24
JULY = Wanted(Cycle.MONTHLY, "2024-07")

REGISTRY = """
INSERT INTO account (account, name) VALUES ('A', 'noodles'), ('B', 'dumplings');
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone, account) VALUES
  ('S1', 'Z', 'Asia/Shanghai', 'A'), ('S2', 'Z', 'Asia/Shanghai', NULL);
INSERT INTO contract (contract, account, site, valid_from, settlement_cycle, read_days) VALUES
  ('K2', 'B', 'S2', '2024-01-01+08', 'ten_day', '10|20|end');
INSERT INTO device (device) VALUES ('D1'), ('D2'), ('D3');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction) VALUES
  ('M1', 'turbine', 'smart', 100, 8, 'ptz'), ('M2', 'diaphragm', 'smart', 10, 6, 'none'),
  ('M3', 'turbine', 'smart', 100, 8, 'ptz');
INSERT INTO installation (meter, site, device, valid_from, index_m3) VALUES
  ('M1', 'S1', 'D1', '2024-01-01Z', 0), ('M2', 'S2', 'D2', '2024-01-01Z', 0);
INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES ('Z', '2024-01-01Z', 'fixed', 1.005);
INSERT INTO registry_import (changed) VALUES ('{}');
"""


def populate(connection: Connection) -> None:
    """Let M1 stand at S1 for A, by the month, M2 at S2 for B, every ten days, and M3 in store."""
    migrate(connection)
    connection.execute(REGISTRY)
    at = np.arange(-2, HOURS + 3)
    say(connection, 1, START + at * HOUR + 5 * MINUTE, 100 + np.round((at + 2) * 1.234567, 6))
    say(connection, 2, START + at * HOUR, 50 + (at + 2) * 0.5)
    derive_pending(connection)


def stood(connection: Connection, wanted: StatementFilter | None = None) -> list[StatementRow]:
    """Return the statements there are, the first first."""
    return list_statements(connection, wanted or StatementFilter(), 10**9, 100)[::-1]


@contextmanager
def copies_of(server_dsn: str, prepare: Callable[[Connection], object]) -> Iterator[Callable[[], str]]:
    """Prepare a database once; yield what makes a fresh copy of it."""
    template = create_database(server_dsn)
    with connect(template, "test", autocommit=True) as connection:
        prepare(connection)
    name = str(conninfo_to_dict(template)["dbname"])
    yield lambda: create_database(server_dsn, template=name)
    drop_database(template)
