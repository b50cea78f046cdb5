"""Derive with what people add, end to end on both profiles: exchanges, hand reads, edits, contracts."""

from collections.abc import Iterator

import numpy as np
import pytest
from psycopg import Connection

from telemetry.model import DAY, HOUR, moment
from telemetry.quality import Flag
from telemetry.store.derive_queue import mark
from telemetry.store.edits import insert_edit, undo_edit
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.work.derive import derive_pending
from tests.integration.test_derive import REGISTRY, START, say, say_day, standing


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        yield opened


def test_exchange_entered_late_adds_what_no_device_told(connection: Connection) -> None:
    # M1 is heard up to 124 at 24:00; it was taken down at 26:00 with 127: 1.5 m³ in each of two hours more.
    # M2 takes its place at 26:00 with 7 and is first heard at 28:00 with 11: 2 m³ an hour.
    say_day(connection)
    say(connection, 2, np.array([START + 28 * HOUR]), np.array([11.0]))
    derive_pending(connection)
    assert (len(standing(connection)), len(standing(connection, "M2"))) == (24, 0)
    exchanged = moment(START + 26 * HOUR)
    connection.execute(
        "UPDATE installation SET removed_at = %s, final_index_m3 = 127 WHERE meter = 'M1'", (exchanged,)
    )
    connection.execute(
        "UPDATE installation SET site = 'S1', valid_from = %s, index_m3 = 7 WHERE meter = 'M2'", (exchanged,)
    )
    connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    mark(connection, [1, 2], (START + 26 * HOUR, START + 60 * DAY), "registry")
    derive_pending(connection)
    old, new = standing(connection), standing(connection, "M2")
    assert [hour.volume_m3 for hour in old[23:]] == [1.0, 1.5, 1.5]
    assert [(hour.volume_m3, hour.quality) for hour in new] == [(2.0, "interpolated")] * 2


def test_hand_read_entered_late_divides_the_gap_it_lies_in(connection: Connection) -> None:
    say(connection, 1, START + np.array([0, 10]) * HOUR, np.array([100.0, 200.0]))
    derive_pending(connection)
    assert [hour.volume_m3 for hour in standing(connection)] == [10.0] * 10
    at = START + 2 * HOUR
    connection.execute(
        "INSERT INTO hand_read (meter, measured_at, index_m3, recorded_by) VALUES ('M1', %s, 190, 'test')",
        (moment(at),),
    )
    mark(connection, [1], (at, at + 1), "hand_read")
    derive_pending(connection)
    assert [hour.volume_m3 for hour in standing(connection)] == [45.0] * 2 + [1.25] * 8
    causes = connection.execute("SELECT DISTINCT cause FROM volume_hour").fetchall()
    assert causes == [("hand_read",)]


def test_excluded_readings_do_not_count_until_that_is_undone(connection: Connection) -> None:
    say_day(connection)
    derive_pending(connection)
    before = standing(connection)
    edit = Edit(
        edit_id=0,
        meter_id=1,
        kind=EditKind.EXCLUDE_READINGS,
        start=START + 5 * HOUR,
        end=START + 8 * HOUR,
    )
    number = insert_edit(connection, edit, reason="test", author="test", approval_needed=False)
    mark(connection, [1], (edit.start, edit.end), "edit")
    derive_pending(connection)
    edited = standing(connection)
    assert [hour.quality for hour in edited] == ["measured"] * 4 + ["edited"] * 4 + ["measured"] * 16
    assert sum(hour.volume_m3 for hour in edited) == 24.0
    undo_edit(connection, number, "test")
    mark(connection, [1], (edit.start, edit.end), "edit")
    derive_pending(connection)
    undone = standing(connection)
    assert [hour.revision for hour in undone] == [1] * 4 + [3] * 4 + [1] * 16
    figures = (
        "volume_m3",
        "base_volume_m3",
        "pressure_kpa",
        "correction_factor",
        "quality",
        "uncertainty_m3",
    )
    for one, other in zip(undone, before, strict=True):
        assert [getattr(one, name) for name in figures] == [getattr(other, name) for name in figures]


def test_contract_has_its_fixed_values_stand_in_for_a_corrector_on_defaults(connection: Connection) -> None:
    # Twice 101.325 kPa at 20 degrees is 2; Zb/Z is 1.005: C 2.01, whatever the device says.
    connection.execute(
        """
        UPDATE site SET atmospheric_pressure_kpa = 101.325;
        INSERT INTO contract (contract, account, site, valid_from, corrector_failure_rule,
                              fixed_gauge_pressure_kpa, fixed_temperature_degc)
        VALUES ('C', 'A', 'S1', '2026-01-01Z', 'fixed', 101.325, 20);
        INSERT INTO registry_import (changed) VALUES ('{}')
        """
    )
    wrong = {"flags": int(Flag.ON_DEFAULT_VALUES), "pressure_pa": 9e5}
    say(connection, 1, START + np.arange(4) * HOUR, 100 + np.arange(4.0), **wrong)
    derive_pending(connection)
    hours = standing(connection)
    assert [hour.base_volume_m3 for hour in hours] == [2.01] * 3
    assert [(hour.method, hour.quality) for hour in hours] == [("fixed", "substituted")] * 3
