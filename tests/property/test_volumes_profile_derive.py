"""Gaps laid along a meter's usual week: whatever arrives when, the same stands, and sums stay exact."""

from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from telemetry.batch import NULL, Columns, content_hash
from telemetry.model import DAY, HOUR, MINUTE, Integers, moment
from telemetry.store.batches import BatchWriter
from telemetry.store.pool import connect
from telemetry.work.deriver import Deriver
from tests.effort import examples
from tests.property.test_volumes import RANGE_UM3, register_difference
from tests.property.test_volumes_derive import STANDING, afresh, assert_nothing_waits, readings, write
from tests.property.test_volumes_people_derive import EXCHANGE, begin

FROM = EXCHANGE + 3 * HOUR
TAKEN_DOWN, NEXT = FROM + 20 * DAY + 1234567, FROM + 23 * DAY
NOBODY_STATED_IT = f"""
UPDATE installation SET valid_from = '{moment(FROM - DAY)}', removed_at = '{moment(TAKEN_DOWN)}',
                        final_index_m3 = NULL WHERE meter = 'M1';
UPDATE installation SET valid_from = '{moment(NEXT)}', gas_used_meanwhile = 'bypass' WHERE meter = 'M2';
INSERT INTO equipment (site, kind, rated_m3h, valid_from)
VALUES ('S', 'oven', 7, '{moment(FROM + 10 * DAY)}');
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""


class Run(NamedTuple):
    """Some readings an hour apart, and how long nothing comes after them."""

    hours: int
    silent_minutes: int


runs = st.lists(
    st.builds(Run, st.integers(1, 400), st.one_of(st.integers(300, 500), st.integers(360, 60 * 24 * 12))),
    min_size=2,
    max_size=4,
)


def weeks(runs: list[Run], seed: int) -> Columns:
    """Return what a device says in some runs: much by day, little at night, nothing on one weekday."""
    minutes = [0]
    for run in runs:
        minutes += [minutes[-1] + 60 * (hour + 1) for hour in range(run.hours)]
        minutes.append(minutes[-1] + run.silent_minutes)
    at = np.array(minutes, np.int64)
    chance = np.random.default_rng(seed)
    hour = at // 60
    busy = (hour % 24 < 14) & (hour // 24 % 7 != seed % 7)
    flowed = np.where(busy, chance.integers(0, 20_000_000, len(at)), chance.integers(0, 3, len(at)))
    rows = len(at)
    columns = {
        "measured_at": FROM + at * MINUTE,
        "index_um3": np.cumsum(flowed * np.diff(at, prepend=-60) // 60) % RANGE_UM3,
        "base_index_um3": np.full(rows, NULL),
        "pressure_pa": np.full(rows, 3e5),
        "gauge_pressure_pa": np.full(rows, np.nan),
        "temperature_k": np.full(rows, 285.0),
        "flags": np.zeros(rows, np.int64),
        "seq": np.full(rows, NULL),
    }
    return columns | {"content_hash": content_hash(columns)}


def shuffled(said: Columns, seed: int, *, mostly_in_order: bool) -> Integers:
    """Return an order for readings to arrive in."""
    order: Integers = np.random.default_rng(seed).permutation(len(said["measured_at"]))
    return np.lexsort((order, order % 7 == 0)) if mostly_in_order else order


def arrive(connection: Connection, arrivals: Columns, batches: list[Integers]) -> None:
    """Write readings batch by batch, deriving after each."""
    writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
    for batch in batches:
        if len(batch):
            write(writer, {name: column[batch] for name, column in arrivals.items()})
            deriver.pending()
    assert_nothing_waits(connection)


def nothing() -> Columns:
    return {name: column[:0] for name, column in weeks([Run(1, 1)], 0).items()}


def cuts(order: Integers) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(1, len(order)), max_size=4)


@given(data=st.data(), runs=runs, seed=st.integers(0, 10**6))
@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_readings_come_gaps_are_laid_the_same(
    database: str, data: st.DataObject, runs: list[Run], seed: int
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        said = weeks(runs, seed)
        arrivals = readings((nothing(), said))
        order = shuffled(said, seed, mostly_in_order=data.draw(st.booleans(), label="mostly in order"))
        arrive(connection, arrivals, np.split(order, sorted(data.draw(cuts(order), label="cuts"))))
        standing = connection.execute(STANDING).fetchall()
        summed = connection.execute("SELECT sum(volume_um3) FROM volume_hour WHERE meter_id = 2").fetchone()
        assert summed == (register_difference(said),)
        afresh(connection)
        assert connection.execute(STANDING).fetchall() == standing


@given(data=st.data(), runs=runs, seed=st.integers(0, 10**6))
@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_no_register_tells_is_estimated_the_same(
    database: str, data: st.DataObject, runs: list[Run], seed: int
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        connection.execute("TRUNCATE equipment")
        connection.execute(NOBODY_STATED_IT)
        said = weeks(runs, seed)
        order = shuffled(said, seed, mostly_in_order=data.draw(st.booleans(), label="mostly in order"))
        batches = np.split(order, sorted(data.draw(cuts(order), label="cuts")))
        arrive(connection, readings((said, nothing())), batches)
        standing = connection.execute(STANDING).fetchall()
        afresh(connection)
        assert connection.execute(STANDING).fetchall() == standing
        last = connection.execute("SELECT max(interval_start) FROM volume_hour WHERE meter_id = 1").fetchone()
        assert last == (moment((NEXT - 1) // HOUR * HOUR),)
