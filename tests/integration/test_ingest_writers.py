"""Writers of one plain database: months are made when a row first needs them, and two writers meet."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from telemetry.model import DAY, HOUR, moment
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.ingesting import NOW, build_registry, message, one, pipeline, said, until

READINGS = "SELECT count(*) FROM reading"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def plain_city(plain_database: str) -> str:
    """The same in the plain profile alone."""
    build_registry(plain_database)
    return plain_database


def test_months_are_made_when_a_row_first_needs_them(plain_city: str) -> None:
    ages = [DAY * age for age in range(0, 5800, 29)]
    readings = [{"measured_at": (NOW - age) / 1e6, "index_m3": 1} for age in ages]
    pressures = [{"measured_at": (NOW - age) / 1e6, "outlet_gauge_pressure_kpa": 1} for age in ages[::20]]
    with pipeline(plain_city) as into:
        into.process([message("north/D-00/reading", readings), message("north/S-1/pressure", pressures)])
    with pipeline(plain_city) as into:
        assert into.process([message("north/D-01/reading", readings)]).committed == len(ages)
    partition = "SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass"
    assert one(plain_city, partition, ("reading",)) == len(
        {moment(NOW - age).strftime("%Y%m") for age in ages}
    )
    constraints = "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conname LIKE '%%_span'"
    assert one(plain_city, constraints) == 0


def test_a_month_that_was_dropped_is_made_again(plain_city: str) -> None:
    with pipeline(plain_city) as into:
        assert into.process([said("D-00", 1, ago_s=HOUR / 1e6)]).committed == 1
        with connect(plain_city, "test") as connection:
            connection.execute("DROP TABLE reading_2026_02")
        assert into.process([said("D-00", 1, ago_s=HOUR / 1e6)]) == Counts(1, committed=1)


def test_two_writers_meet_the_same_new_months(plain_city: str) -> None:
    months = [NOW - DAY * age for age in range(0, 3000, 30)]
    meet = threading.Barrier(2)

    def write(source: str) -> Counts:
        with pipeline(plain_city, source) as into:
            meet.wait(10)
            total = Counts()
            for at in months:
                element = {"measured_at": at / 1e6, "index_m3": 1}
                total += into.process([message("north/D-00/reading", element)])
            return total

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(write, ["one", "other"])
    total = first + second
    assert (total.committed, total.duplicate) == (len(months), len(months))
    assert one(plain_city, READINGS) == len(months)


def test_two_writers_of_the_same_rows_in_opposite_orders(plain_city: str) -> None:
    """Each waits for a row of the other: PostgreSQL ends the batch, which begins again.

    PostgreSQL ends the one who looks for a circle when there is one. A gate holds the batch between
    its rows, so that the circle closes by the batch's own wait, and the other never looks.
    """
    batch = [said("D-00", 1), said("D-01", 1), said("D-02", 1)]
    with pipeline(plain_city) as into:
        into.process(batch)
    again = "INSERT INTO reading SELECT kept.* FROM kept JOIN device USING (device_id) WHERE device = %s"
    keep = "CREATE TEMP TABLE kept AS SELECT * FROM reading"
    with (
        connect(plain_city, "gate") as gate,
        connect(plain_city, "other") as other,
        ThreadPoolExecutor(2) as threads,
        pipeline(plain_city) as into,
    ):
        gate.execute(keep)
        other.execute(keep)
        other.execute("SET deadlock_timeout = '10min'")
        other.execute("DELETE FROM reading")
        other.commit()
        gate.execute(again, ("D-01",))
        other.execute(again, ("D-02",))
        writing = threads.submit(into.process, batch)
        until(lambda: one(plain_city, WAITING) == 1)
        following = threads.submit(other.execute, again, ("D-00",))
        until(lambda: one(plain_city, WAITING) == 2)
        gate.rollback()
        following.result(30)
        other.commit()
        assert writing.result(30) == Counts(3, committed=1, duplicate=2)


def test_more_messages_than_a_block_numbers_are_stored_in_parts(plain_city: str) -> None:
    messages = [said("D-00", 1, ago_s=60 + number / 1e3) for number in range(16_385)]
    with pipeline(plain_city) as into:
        assert into.process(messages) == Counts(len(messages), committed=len(messages))
    assert one(plain_city, "SELECT count(DISTINCT message_id) FROM reading") == len(messages)
