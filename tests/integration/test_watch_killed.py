"""Watches that are killed, and watches that wait: every alarm once."""

import contextlib
import itertools
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.model import SECOND, PressureSample, SlamShut
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city, events, leads, states, until, watching

ROOT = Path(__file__).parents[2]
WATCH = "import sys, threading; from alerts.watch import run; run(sys.argv[1], threading.Event(), 0.05)"


@pytest.fixture
def field(database: str) -> Iterator[Field]:
    build_city(database)
    field = Field(database)
    yield field
    field.connection.close()


@contextlib.contextmanager
def watch_process(dsn: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", WATCH, dsn], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


TRIPS = 18


def trip_and_reset(field: Field, number: int) -> None:
    """Say that a slam-shut tripped and, after it, that it was reset."""
    tripped = field.now() - (540 - 20 * number) * SECOND
    said = ((0, SlamShut.TRIPPED), (1, SlamShut.OPEN), (12, SlamShut.OPEN))
    field.pressures(
        *(
            PressureSample(station="ST-1", measured_at=tripped + after * SECOND, slam_shut=position)
            for after, position in said
        )
    )


def test_killed_at_random_moments_nothing_is_lost_or_doubled(field: Field) -> None:
    chance = random.Random(20)
    numbers = iter(range(TRIPS))
    for _ in range(TRIPS // 3):
        with watch_process(field.dsn) as process:
            until(field.connection, lambda: leads(field.connection), 20)
            for number in itertools.islice(numbers, 3):
                trip_and_reset(field, number)
                time.sleep(chance.uniform(0, 0.01))  # where in its work it is killed is up to chance
            process.send_signal(signal.SIGKILL)
    with watching(field.dsn):
        until(field.connection, lambda: _left(field) == 0)
    (found,) = alarms(field.connection)
    assert (found["rule"], found["state"]) == ("slam_shut_tripped", "returned")
    told = events(field.connection, found["alarm_id"])
    happened = [(before, after) for _, before, after in told if before != after]
    again = [("returned", "active"), ("active", "returned")]
    assert happened == [("normal", "active"), ("active", "returned"), *again * (TRIPS - 1)]


def test_killed_between_taking_and_storing_nothing_is_lost(field: Field) -> None:
    """A lock on the alarms holds the watch where it has taken word of a batch and stores nothing yet."""
    with connect(field.dsn, "locker") as locker, watch_process(field.dsn) as process:
        until(field.connection, lambda: leads(field.connection), 20)
        locker.execute("LOCK TABLE alarm IN ACCESS EXCLUSIVE MODE")
        field.say("ST-1", 338.0)
        until(field.connection, lambda: _waiting(field), 10)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _left(field) == 1, "what was taken came back"
    with watching(field.dsn):
        until(field.connection, lambda: "active" in states(field.connection), 10)
    assert len(alarms(field.connection, "outlet_pressure_high_high")) == 1
    assert _left(field) == 0


def test_two_watches_raise_an_alarm_once_and_the_second_takes_over(field: Field) -> None:
    with watch_process(field.dsn) as first:
        until(field.connection, lambda: leads(field.connection), 20)
        with watching(field.dsn):
            field.say("ST-1", 338.0)
            until(field.connection, lambda: "active" in states(field.connection))
            first.send_signal(signal.SIGKILL)
            first.wait()
            field.say("ST-2", 150.0)
            until(
                field.connection,
                lambda: states(field.connection, "outlet_pressure_low_low") == ["active"],
                10,
            )
    assert len(alarms(field.connection, "outlet_pressure_high_high")) == 1


def _left(field: Field) -> int:
    row = field.connection.execute("SELECT count(*) FROM arrival WHERE consumer = 'watch'").fetchone()
    assert row
    return int(row[0])


def _waiting(field: Field) -> bool:
    row = field.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'citygas-watch'"
        " AND datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row is not None and row[0] == 1
