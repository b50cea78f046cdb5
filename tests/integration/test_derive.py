"""Derive against a real database, on both profiles."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from psycopg import Connection

from telemetry.batch import READING, UM3_PER_M3, Batch, Columns, content_hash
from telemetry.billing.gas_day import Granularity
from telemetry.errors import NotFoundError
from telemetry.model import DAY, HOUR, MINUTE, Floats, Instant, Integers, RawMessage, instant, moment
from telemetry.store.batches import BatchWriter
from telemetry.store.derive_queue import mark
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.volumes import Volume, volumes
from telemetry.volumes.method import CALCULATION
from telemetry.work.derive import deltas, derive_pending, derive_span, run
from telemetry.work.deriver import Derived, Deriver

START = instant(datetime(2026, 6, 30, 16, tzinfo=UTC))
"""Midnight of 1 July in Shanghai."""

REGISTRY = """
INSERT INTO account (account, name) VALUES ('A', 'noodles'), ('B', 'dumplings');
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone, account) VALUES
  ('S1', 'Z', 'Asia/Shanghai', 'A'), ('S2', 'Z', 'Asia/Shanghai', NULL);
INSERT INTO device (device) VALUES ('D1'), ('D2');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction) VALUES
  ('M1', 'turbine', 'smart', 100, 8, 'ptz'), ('M2', 'diaphragm', 'smart', 10, 6, 'none');
INSERT INTO installation (meter, site, device, valid_from, index_m3) VALUES
  ('M1', 'S1', 'D1', '2026-01-01Z', 0), ('M2', 'S2', 'D2', '2026-01-01Z', 0);
INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES ('Z', '2026-01-01Z', 'fixed', 1.005);
INSERT INTO registry_import (changed) VALUES ('{}');
"""


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        yield opened


def say(
    connection: Connection,
    device_id: int,
    at: Integers,
    index_m3: Floats,
    **others: float,
) -> None:
    """Store readings as a collector does."""
    rows = len(at)
    columns: Columns = {
        name: np.full(
            rows, np.nan if name.endswith(("pa", "_k", "m3h", "_v", "pct")) else np.iinfo(np.int64).min
        )
        for name in READING
    }
    columns |= {
        "measured_at": at,
        "index_um3": np.rint(index_m3 * UM3_PER_M3).astype(np.int64),
        "pressure_pa": np.full(rows, 2 * 101_325.0),
        "temperature_k": np.full(rows, 293.15),
        "flags": np.zeros(rows, np.int64),
    }
    columns |= {name: np.full(rows, value) for name, value in others.items()}
    columns |= {
        "content_hash": content_hash(columns),
        "device_id": np.full(rows, device_id),
        "message": np.zeros(rows, np.int64),
        "arrival_correction_factor": np.full(rows, np.nan),
        "arrival_base_flow_m3h": np.full(rows, np.nan),
    }
    message = RawMessage("citygas/v1/a/d/reading", b"", START)
    BatchWriter(connection, "test").write(Batch([message], ["native"], rows, readings=columns))


def say_day(connection: Connection, device_id: int = 1, first: Instant = START, hours: int = 24) -> None:
    say(connection, device_id, first + np.arange(hours + 1) * HOUR, 100 + np.arange(hours + 1.0))


def standing(connection: Connection, meter: str = "M1") -> list[Volume]:
    return list(volumes(connection, [meter], START - DAY, START + 60 * DAY))


def test_readings_become_hours_with_provenance(connection: Connection) -> None:
    say_day(connection)
    assert derive_pending(connection) == Derived(spans=1, hours=24, added=24, revised=0)
    hours = standing(connection)
    assert [hour.volume_m3 for hour in hours] == [1.0] * 24
    assert [hour.base_volume_m3 for hour in hours] == [2.01] * 24
    first = hours[0]
    assert (first.meter, first.account, first.quality) == ("M1", "A", "measured")
    assert (first.method, first.z_method, first.revision) == ("ptz", "fixed", 1)
    assert (first.pressure_kpa, first.temperature_degc, first.coverage) == (202.65, 20.0, 1.0)
    assert first.correction_factor == pytest.approx(2.01)
    assert first.z_ratio == pytest.approx(1.005)
    row = connection.execute(
        "SELECT DISTINCT registry_version, calculation, cause, gas_quality_from FROM volume_hour"
    ).fetchall()
    assert row == [(1, CALCULATION, "reading", datetime(2026, 1, 1, tzinfo=UTC))]


def test_uncorrected_meter_needs_no_state_and_names_no_gas(connection: Connection) -> None:
    say(connection, 2, START + np.arange(3) * HOUR, np.arange(3.0), pressure_pa=np.nan, temperature_k=np.nan)
    derive_pending(connection)
    hours = standing(connection, "M2")
    assert [(hour.base_volume_m3, hour.quality, hour.method) for hour in hours] == [
        (1.0, "measured", "none")
    ] * 2
    assert (hours[0].account, hours[0].z_method, hours[0].pressure_kpa) == (None, None, None)


def test_nothing_waits_twice(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    assert derive_pending(connection) == Derived()
    say_day(connection)  # redelivered: the arrival is announced again, the readings are not stored again
    assert derive_pending(connection) == Derived(spans=1, hours=24)


def test_late_reading_revises_only_the_hours_of_its_steps(connection: Connection) -> None:
    at = START + np.arange(25) * HOUR
    kept = np.arange(25) != 12
    say(connection, 1, at[kept], 100.0 + np.arange(25)[kept])
    derive_pending(connection)
    say(connection, 1, at[[12]], np.array([111.4]))
    assert derive_pending(connection).revised == 2
    hours = standing(connection)
    assert [hour.revision for hour in hours] == [1] * 11 + [2] * 2 + [1] * 11
    assert [hour.volume_m3 for hour in hours[11:13]] == [0.4, 1.6]
    assert {hour.quality for hour in hours} == {"measured"}
    earlier = connection.execute(
        "SELECT interval_start, revision, volume_um3, quality, superseded_at >= computed_at"
        " FROM volume_hour_superseded ORDER BY interval_start"
    ).fetchall()
    assert earlier == [(moment(START + hour * HOUR), 1, 1_000_000, 1, True) for hour in (11, 12)]


def test_reading_from_before_the_installation_counts_once_one_covers_it(connection: Connection) -> None:
    early = instant(datetime(2025, 12, 31, 22, tzinfo=UTC))
    say(connection, 1, early + np.arange(5) * HOUR, np.arange(5.0))
    derive_pending(connection)
    found = list(volumes(connection, None, early, early + DAY))
    assert [hour.interval_start for hour in found] == [moment(early + hour * HOUR) for hour in (2, 3)]
    connection.execute("UPDATE installation SET valid_from = '2025-01-01Z' WHERE meter = 'M1'")
    changed(connection, early)
    derive_pending(connection)
    assert len(list(volumes(connection, None, early, early + DAY))) == 4


def changed(connection: Connection, start: Instant) -> None:
    """Leave word of a registry change, as an import does."""
    connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    mark(connection, [1], (start, START + 90 * DAY), "registry")


def test_gas_quality_a_month_late_revises_what_it_touches(connection: Connection) -> None:
    say_day(connection, hours=48)
    derive_pending(connection)
    new_gas = START + 12 * HOUR + 30 * MINUTE
    connection.execute(
        "INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES ('Z', %s, 'fixed', 1.0)",
        (moment(new_gas),),
    )
    changed(connection, new_gas)
    assert derive_pending(connection) == Derived(spans=1, hours=36, added=0, revised=36)
    hours = standing(connection)
    assert [hour.base_volume_m3 for hour in hours] == [2.01] * 12 + [2.005] + [2.0] * 35
    causes = connection.execute(
        "SELECT cause, count(*) FROM volume_hour GROUP BY cause ORDER BY 2"
    ).fetchall()
    assert causes == [("reading", 12), ("registry", 36)]


def test_import_that_changes_nothing_of_a_meter_revises_nothing(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    changed(connection, START)
    assert derive_pending(connection).revised == 0
    assert {hour.revision for hour in standing(connection)} == {1}


def test_hours_that_nothing_speaks_of_any_more_are_withdrawn_and_may_return(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    moved = START + 20 * HOUR
    connection.execute("UPDATE installation SET removed_at = %s WHERE meter = 'M1'", (moment(moved),))
    changed(connection, moved)
    derive_pending(connection)
    # The reading at the very moment of removal is of the next installation: none tells what flowed before it.
    gone = standing(connection)[19:]
    assert [(hour.volume_m3, hour.quality, hour.method, hour.coverage, hour.revision) for hour in gone] == [
        (0.0, "missing", "unmetered", 1.0, 2)
    ] + [(0.0, "missing", "withdrawn", 0.0, 2)] * 4
    changed(connection, moved)
    assert derive_pending(connection).revised == 0
    connection.execute("UPDATE installation SET removed_at = NULL WHERE meter = 'M1'")
    changed(connection, moved)
    derive_pending(connection)
    assert [(hour.volume_m3, hour.revision) for hour in standing(connection)[19:]] == [(1.0, 3)] * 5


def test_dry_run_tells_deltas_and_changes_nothing(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    connection.execute("UPDATE gas_quality SET z_ratio = 1.0")
    connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    found = list(deltas(connection, ["M1"], START, START + 3 * HOUR))
    assert [(delta.meter, delta.stored_base_volume_um3, delta.base_volume_um3) for delta in found][:1] == [
        ("M1", 2_010_000, 2_000_000)
    ]
    assert {delta.revision for delta in found} == {1}
    assert {hour.base_volume_m3 for hour in standing(connection)} == {2.01}
    assert derive_span(connection, None, START, START + DAY).revised == 24
    assert list(deltas(connection, None, START, START + DAY)) == []


def test_unknown_meter_is_named(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="M9"):
        derive_span(connection, ["M9"], START, START + DAY)


def test_meter_that_makes_no_sense_does_not_hold_up_its_neighbour(connection: Connection) -> None:
    connection.execute("UPDATE meter SET correction = 't' WHERE meter = 'M2'")
    say_day(connection)
    say_day(connection, device_id=2)
    assert derive_pending(connection).added == 24
    assert standing(connection, "M2") == []


def test_two_workers_never_hold_one_meter(database: str, connection: Connection) -> None:
    say_day(connection)
    say_day(connection, device_id=2)
    with connect(database, "other", autocommit=True) as other:
        Deriver(other)._expand()
        with other.transaction():
            other.execute("SELECT FROM meter WHERE meter = 'M1' FOR NO KEY UPDATE")
            assert derive_pending(connection) == Derived(spans=1, hours=24, added=24)
        assert standing(connection) == []
        assert derive_pending(other).added == 24


def test_many_workers_work_the_queue_off_together(database: str, connection: Connection) -> None:
    for hour in range(12):
        say_day(connection, first=START + hour * HOUR, hours=1)
        say_day(connection, device_id=2, first=START + hour * HOUR, hours=1)
    done: list[Derived] = []

    def work() -> None:
        with connect(database, "worker", autocommit=True) as own:
            done.append(derive_pending(own))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    derive_pending(connection)
    assert connection.execute("SELECT count(*) FROM dirty_span").fetchone() == (0,)
    again = derive_span(connection, None, START, START + DAY)
    assert (again.added, again.revised) == (0, 0)


def test_role_derives_on_word_of_an_arrival_and_stops(database: str, connection: Connection) -> None:
    stop = threading.Event()
    role = threading.Thread(target=run, args=(database, stop), kwargs={"pause_s": 0.01, "poll_s": 60.0})
    connection.execute("LISTEN citygas_volume")
    role.start()
    try:
        say_day(connection)
        told = next(connection.notifies(timeout=20), None)
        assert told is not None
        assert told.channel == "citygas_volume"
        assert len(standing(connection)) == 24
    finally:
        stop.set()
        role.join(timeout=10)
    assert not role.is_alive()


def test_longer_intervals_sum_exactly_and_tell_their_quality(connection: Connection) -> None:
    # Three days, then a gap of a day, then another three: the hours of the gap are estimated.
    at = START + np.concatenate([np.arange(73), 96 + np.arange(73)]) * HOUR
    index: Floats = np.concatenate([np.arange(73.0), 96 + np.arange(73.0)]) / 3
    say(connection, 1, at, index)
    derive_pending(connection)
    span = (START, START + 31 * DAY)
    hours = list(volumes(connection, ["M1"], *span))
    days = list(volumes(connection, ["M1"], *span, Granularity.DAY))
    months = list(volumes(connection, ["M1"], *span, Granularity.MONTH))
    tens = list(volumes(connection, ["M1"], *span, Granularity.TEN_DAY))
    total = round(sum(round(hour.base_volume_m3 * 1e6) for hour in hours))
    for longer in (days, tens, months):
        assert sum(round(one.base_volume_m3 * 1e6) for one in longer) == total
        assert sum(round(one.volume_m3 * 1e6) for one in longer) == 56_000_000
    assert [day.quality for day in days] == ["measured"] * 3 + ["estimated"] + ["measured"] * 3
    assert [day.coverage for day in days] == [1.0] * 7
    assert days[3].estimated_share == 1.0
    (month,) = months
    assert month.interval_end == moment(START + 31 * DAY)
    assert month.coverage == pytest.approx(7 / 31, abs=1e-6)
    assert month.quality == "estimated"
    assert month.estimated_share == pytest.approx(1 / 7, abs=1e-5)
    assert [(part.quality, part.hours) for part in month.quality_breakdown or ()] == [
        ("measured", 144),
        ("estimated", 24),
    ]
    assert month.correction_factor == pytest.approx(2.01)


def test_spans_are_half_open_and_select_intervals_that_start_in_them(connection: Connection) -> None:
    say_day(connection, hours=72)
    derive_pending(connection)
    two = list(volumes(connection, None, START + HOUR, START + 3 * HOUR))
    assert [hour.interval_start for hour in two] == [moment(START + HOUR), moment(START + 2 * HOUR)]
    days = list(volumes(connection, None, START + 1, START + DAY + 1, Granularity.DAY))
    assert [day.interval_start for day in days] == [moment(START + DAY)]
    assert days[0].volume_m3 == 24.0
    assert list(volumes(connection, ["M9"], START, START + DAY)) == []


def test_a_stream_that_nobody_reads_to_its_end_leaves_the_connection_usable(connection: Connection) -> None:
    say_day(connection, hours=24 * 60)
    say(connection, 2, START + np.arange(24 * 400) * HOUR, np.arange(24.0 * 400))
    derive_pending(connection)
    stream = volumes(connection, None, START, START + 500 * DAY)
    assert next(stream).meter == "M1"
    stream.close()  # type: ignore[attr-defined] # it is a generator
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_hours_as_they_stood(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    (between,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    assert between is not None
    say(connection, 1, np.array([START + HOUR // 2]), np.array([100.75]), pressure_pa=250_000.0)
    derive_pending(connection)
    now = list(volumes(connection, ["M1"], START, START + HOUR))
    then = list(volumes(connection, ["M1"], START, START + HOUR, as_of=instant(between)))
    assert [(hour.revision, hour.quality) for hour in (*then, *now)] == [(1, "measured"), (2, "measured")]


def test_working_out_a_span_waits_for_the_worker_that_holds_a_meter(
    database: str, connection: Connection
) -> None:
    say_day(connection)
    derive_pending(connection)
    done: list[Derived] = []
    with (
        connect(database, "other", autocommit=True) as other,
        connect(database, "own", autocommit=True) as own,
    ):
        asking = threading.Thread(target=lambda: done.append(derive_span(own, ["M1"], START, START + DAY)))
        with other.transaction():
            other.execute("SELECT FROM meter WHERE meter = 'M1' FOR NO KEY UPDATE")
            asking.start()
            asking.join(timeout=1)
            assert asking.is_alive()
        asking.join(timeout=20)
    assert done == [Derived(spans=1, hours=24)]
