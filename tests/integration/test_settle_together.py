"""Closing while volumes are being written: what is closed is one moment, and all after it is booked."""

import threading
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from psycopg import Connection

from telemetry.billing.settlement import Cycle
from telemetry.errors import ConflictError
from telemetry.model import HOUR, MINUTE, moment
from telemetry.store.adjustments import adjustments_after
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work import adjust
from telemetry.work.derive import derive_pending
from telemetry.work.deriver import Deriver
from telemetry.work.settle import close
from telemetry.work.settle_plan import Wanted
from telemetry.work.verify_statement import verify_statement
from tests.integration.settling import REGISTRY, START, stood
from tests.integration.test_derive import say

HOURS = 10 * 24
ROUNDS = 12


@pytest.fixture
def city(plain_database: str) -> Iterator[tuple[str, Connection]]:
    with connect(plain_database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        at = np.arange(-12 * 24, HOURS + 3)
        say(opened, 2, START + at * HOUR, 500 + at * 0.5)
        derive_pending(opened)
        yield plain_database, opened


def revise(dsn: str, stop: threading.Event) -> None:
    """Let late readings revise the two periods over and over."""
    generator = np.random.default_rng(7)
    with connect(dsn, "worker", autocommit=True) as connection:
        deriver = Deriver(connection)
        while not stop.is_set():
            minute = int(generator.integers(-10 * 24 * 60, HOURS * 60))
            index = 500 + minute / 120 + generator.integers(-1000, 1000) / 1e4
            say(connection, 2, START + np.array([minute]) * MINUTE, np.array([index]))
            deriver.pending(stop)


def book(dsn: str, stop: threading.Event) -> None:
    with connect(dsn, "book", autocommit=True) as connection:
        while not stop.is_set():
            adjust.book(connection)


def close_in_the_end(connection: Connection, period: str) -> None:
    """Close a period whose hours are hardly ever not being worked out."""
    for _ in range(1000):
        try:
            close(connection, Wanted(Cycle.TEN_DAY, period), by="office", with_missing=True)
        except ConflictError:
            continue
        return
    raise AssertionError("never a moment to close in")


def test_nothing_is_lost_between_closing_and_what_comes_after(city: tuple[str, Connection]) -> None:
    dsn, connection = city
    stop = threading.Event()
    threads = [threading.Thread(target=one, args=(dsn, stop)) for one in (revise, book, book)]
    for thread in threads:
        thread.start()
    try:
        close_in_the_end(connection, "2024-06-D3")
        close_in_the_end(connection, "2024-07-D1")
        while len(adjustments_after(connection, 0, ROUNDS)) < ROUNDS:
            stop.wait(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    derive_pending(connection)
    adjust.book(connection)
    found = adjustments_after(connection, 0, 10**6)
    assert [one.adjustment_id for one in found] == list(range(1, len(found) + 1))
    deltas: defaultdict[int, int] = defaultdict(int)
    for one in found:
        deltas[one.statement_id] += one.delta_um3
    rows = stood(connection)
    assert [row.period for row in rows] == ["2024-06-D3", "2024-07-D1"]
    for row in rows:
        present = connection.execute(
            "SELECT sum(base_volume_um3)::bigint FROM volume_hour"
            " WHERE interval_start >= %s AND interval_start < %s",
            (moment(row.start), moment(row.end)),
        ).fetchone()
        assert present == (row.base_volume_um3 + deltas[row.statement_id],)
        differing = {one.what for one in verify_statement(connection, row.statement_id).differences}
        assert not differing & {"sha256", "adjustments"}
