"""The feed of changes and what was known when, while several derive at once, on both profiles."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime

import msgspec
import numpy as np
import pytest
from psycopg import Connection, IsolationLevel

from telemetry.model import DAY, HOUR, instant
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.volume_changes import VolumeChange, changes_after, settled_now
from telemetry.store.volumes import volumes
from telemetry.work.derive import derive_pending, derive_span
from telemetry.work.deriver import Deriver
from tests.integration.test_derive import START, say

METERS = 8
WORKERS = 3
ROUNDS = 12

REGISTRY = f"""
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone) VALUES ('S', 'Z', 'Asia/Shanghai');
INSERT INTO device (device) SELECT 'D' || n FROM generate_series(1, {METERS}) AS n;
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
SELECT 'M' || n, 'turbine', 'smart', 100, 8, 'pt' FROM generate_series(1, {METERS}) AS n;
INSERT INTO installation (meter, site, device, valid_from, index_m3)
SELECT 'M' || n, 'S', 'D' || n, '2026-01-01Z', 0 FROM generate_series(1, {METERS}) AS n;
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""
REVISIONS = """
SELECT meter, interval_start, revision, base_volume_um3 FROM (
    SELECT meter_id, interval_start, revision, base_volume_um3 FROM volume_hour
    UNION ALL SELECT meter_id, interval_start, revision, base_volume_um3 FROM volume_hour_superseded
) AS stored JOIN meter USING (meter_id)
"""


@pytest.fixture
def city(database: str) -> Iterator[tuple[str, Connection]]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        yield database, opened


def say_something(connection: Connection, generator: np.random.Generator) -> None:
    """Let a meter report an hour late or again, so that what stands is revised over and over."""
    device = int(generator.integers(1, METERS + 1))
    hour = generator.integers(0, 48, 3)
    say(connection, device, START + np.sort(hour) * HOUR, 100 + np.sort(hour) + generator.random())


def told(connection: Connection) -> list[VolumeChange]:
    found: list[VolumeChange] = []
    while some := changes_after(connection, len(found), 7):
        found += some
    return found


def seen(connection: Connection, as_of: datetime | None) -> bytes:
    """Return what is answered, in its own snapshot, letter by letter."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        at = None if as_of is None else instant(as_of)
        rows = volumes(connection, None, START - DAY, START + 9 * DAY, as_of=at)
        return b"\n".join(msgspec.json.encode(row) for row in rows)


def work(dsn: str, stop: threading.Event) -> None:
    with connect(dsn, "worker", autocommit=True) as connection:
        deriver = Deriver(connection)
        while not stop.is_set():
            deriver.pending(stop)


def read_feed(dsn: str, stop: threading.Event, found: list[VolumeChange]) -> None:
    with connect(dsn, "feed", autocommit=True) as connection:
        while not stop.is_set():
            found += changes_after(connection, found[-1].sequence if found else 0, 50)


def ask(dsn: str, stop: threading.Event, answers: list[tuple[datetime, bytes]]) -> None:
    with connect(dsn, "ask", autocommit=True) as connection:
        while not stop.is_set():
            moment = settled_now(connection)
            answers.append((moment, seen(connection, moment)))
            time.sleep(0.02)


def test_nobody_misses_a_change_and_every_answer_can_be_given_again(city: tuple[str, Connection]) -> None:
    dsn, connection = city
    stop, found, answers = threading.Event(), list[VolumeChange](), list[tuple[datetime, bytes]]()
    threads = [threading.Thread(target=work, args=(dsn, stop)) for _ in range(WORKERS)]
    threads += [threading.Thread(target=read_feed, args=(dsn, stop, found))]
    threads += [threading.Thread(target=ask, args=(dsn, stop, answers))]
    for thread in threads:
        thread.start()
    generator = np.random.default_rng(7)
    for _ in range(ROUNDS):
        for _ in range(6):
            say_something(connection, generator)
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join(60)
    derive_pending(connection)
    found += changes_after(connection, found[-1].sequence if found else 0, 10_000)
    assert [change.sequence for change in found] == list(range(1, len(found) + 1))
    assert found == told(connection)
    revisions = {(row[0], row[1], row[2]): row[3] for row in connection.execute(REVISIONS).fetchall()}
    assert {
        (one.meter, one.interval_start, one.new_revision): one.base_volume_um3 for one in found
    } == revisions
    assert len(found) == len(revisions) > METERS
    assert max(one.new_revision for one in found) > 2
    for one in found:
        before = revisions.get((one.meter, one.interval_start, one.new_revision - 1))
        assert (one.old_base_volume_um3, one.delta_um3) == (before, one.base_volume_um3 - (before or 0))
    assert len({answer for _, answer in answers}) > 3
    for moment, answer in answers:
        assert seen(connection, moment) == answer


def test_a_writer_that_commits_late_is_waited_for(city: tuple[str, Connection]) -> None:
    dsn, connection = city
    say(connection, 1, START + np.arange(3) * HOUR, np.arange(3.0))
    with connect(dsn, "slow") as slow:
        slow.autocommit = True
        deriver = Deriver(slow)
        with slow.transaction():
            assert deriver.pending().added == 2  # written, and not committed before the block ends
            say(connection, 2, START + np.arange(3) * HOUR, np.arange(3.0))
            asked: list[datetime] = []
            reader = threading.Thread(target=lambda: asked.append(_settled(dsn)))
            reader.start()
            reader.join(0.3)
            assert not asked, "a moment was told while someone was writing"
            assert changes_after(connection, 0, 10) == []
        reader.join(30)
    answer = seen(connection, asked[0])
    assert answer == seen(connection, None) != b""
    derive_pending(connection)
    assert seen(connection, asked[0]) == answer != seen(connection, None)
    assert [one.meter for one in told(connection)] == ["M1", "M1", "M2", "M2"]


def _settled(dsn: str) -> datetime:
    with connect(dsn, "reader", autocommit=True) as connection:
        return settled_now(connection)


def test_what_stood_before_the_feed_is_in_it(city: tuple[str, Connection]) -> None:
    _, connection = city
    say(connection, 1, START + np.arange(4) * HOUR, np.array([0, 1, 2, 4.0]))
    derive_pending(connection)
    say(connection, 1, START + np.array([90]) * HOUR // 60, np.array([1.2]))
    derive_pending(connection)
    before = [msgspec.structs.replace(one, sequence=0) for one in told(connection)]
    connection.execute("DROP TABLE volume_clock, volume_change")
    connection.execute("DELETE FROM migration WHERE number IN (17, 38)")
    migrate(connection)
    again = told(connection)
    assert [one.sequence for one in again] == list(range(1, len(before) + 1))
    assert [msgspec.structs.replace(one, sequence=0) for one in again] == before


def test_nothing_new_is_no_change(city: tuple[str, Connection]) -> None:
    _, connection = city
    say(connection, 1, START + np.arange(4) * HOUR, np.arange(4.0))
    derive_pending(connection)
    derive_span(connection, None, START, START + DAY)
    assert len(told(connection)) == 3
