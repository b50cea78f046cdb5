"""Exchanges of meters and of devices alone, entered late, on both profiles."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import psycopg
import pytest
from psycopg import Connection

from telemetry.errors import ConflictError, EntryError, NotFoundError, OwnEntryError
from telemetry.model import HOUR, moment
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.volumes.evidence import EditKind
from telemetry.work.derive import derive_pending
from telemetry.work.edit_checks import Proposal
from telemetry.work.edits import create
from telemetry.work.exchange_checks import SaidExchange
from telemetry.work.exchanges import record, verify
from tests.integration.test_derive import REGISTRY, START, say, say_day

NOW = START + 48 * HOUR
MORE = """
INSERT INTO device (device) VALUES ('D3');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction) VALUES
  ('M3', 'turbine', 'smart', 100, 6, 'ptz'), ('M4', 'turbine', 'smart', 100, 6, 't');
"""
AT = moment(START + 12 * HOUR)
METER = SaidExchange(
    meter="M1",
    new_meter="M3",
    device="D3",
    exchanged_at=AT,
    final_index_m3=Decimal(112),
    final_base_index_m3=Decimal("400.5"),
    index_m3=Decimal(7),
    base_index_m3=Decimal(0),
    reason="calibration due",
    seal_no_old="S1",
    seal_no_new="S2",
    credit_carried_m3=Decimal("3.5"),
    gas_used_meanwhile="bypass",
    done_by="Li",
)
CORRECTOR = SaidExchange(
    meter="M1",
    device="D3",
    exchanged_at=AT,
    final_index_m3=Decimal(112),
    base_index_m3=Decimal(0),
    reason="corrector broken",
    done_by="Li",
)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        opened.execute(MORE)
        say_day(opened)  # 100 m³ at START, one m³ an hour: 111 an hour before the exchange
        derive_pending(opened)
        yield opened


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("installation", "exchange", "dirty_span", "registry_import", "edit")
    return {
        table: connection.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall() for table in tables
    }


def hours(connection: Connection, meter: str) -> dict[int, int]:
    """Return the volumes of a meter in 10⁻⁶ m³ by hours after the start, those that hold something."""
    rows = connection.execute(
        "SELECT interval_start, volume_um3 FROM volume_hour JOIN meter USING (meter_id)"
        " WHERE meter = %s AND volume_um3 <> 0 ORDER BY 1",
        (meter,),
    ).fetchall()
    return {(at - moment(START)) // timedelta(hours=1): volume for at, volume in rows}


def test_a_meter_entered_late_ends_and_another_begins(connection: Connection) -> None:
    version = registry_version(connection)
    row = record(connection, METER, by="office", now=NOW)
    assert (row.state, row.recorded_by, row.site, row.old_device) == ("recorded", "office", "S1", "D1")
    assert row.registry_version == registry_version(connection) == version + 1
    registry = load_registry(connection)
    (old,) = registry.installations_of_meter("M1")
    (new,) = registry.installations_of_meter("M3")
    assert (old.removed_at, old.final_index_um3, old.final_base_index_um3) == (
        START + 12 * HOUR,
        112_000_000,
        400_500_000,
    )
    assert (new.site, new.device, new.valid_from, new.sign) == ("S1", "D3", START + 12 * HOUR, 1)
    assert (new.index_um3, new.base_index_um3, new.gas_used_meanwhile) == (7_000_000, 0, "bypass")
    told = connection.execute(
        "SELECT reason, seal_no_old, seal_no_new, credit_carried_m3, done_by, verified_by FROM installation"
        " WHERE meter = 'M3'"
    ).fetchone()
    assert told == ("calibration due", "S1", "S2", Decimal("3.5"), "Li", None)
    spans = connection.execute("SELECT meter_id, span_start, cause FROM dirty_span ORDER BY 1").fetchall()
    assert spans == [(1, AT, "registry"), (registry.meter_ids["M3"], AT, "registry")]


def test_its_volumes_meet_at_the_exchange_to_the_last_digit(connection: Connection) -> None:
    """What the old device said after the exchange counts no more; both meters' registers count in full.

    M1 from 100 to its final 112: 12 m³ in hours 0 to 11. M3 from 7 at the exchange to 10.5 three hours
    later, one reading at the end: 3.5 m³, laid on hours 12 to 14.
    """
    say(connection, 3, np.array([START + 15 * HOUR]), np.array([10.5]))
    record(connection, METER, by="office", now=NOW)
    derive_pending(connection)
    old, new = hours(connection, "M1"), hours(connection, "M3")
    assert old == dict.fromkeys(range(12), 1_000_000)
    assert sorted(new) == [12, 13, 14]
    assert sum(new.values()) == 3_500_000


def test_a_corrector_alone_continues_the_index(connection: Connection) -> None:
    row = record(connection, CORRECTOR, by="office", now=NOW)
    assert (row.meter, row.new_meter, row.index_m3) == ("M1", "M1", Decimal(112))
    before, after = load_registry(connection).installations_of_meter("M1")
    assert (before.device, before.until, before.final_index_um3) == ("D1", START + 12 * HOUR, 112_000_000)
    assert (after.device, after.index_um3, after.base_index_um3) == ("D3", 112_000_000, 0)
    say(connection, 3, np.array([START + 13 * HOUR, START + 14 * HOUR]), np.array([113.25, 114]))
    derive_pending(connection)
    assert sum(hours(connection, "M1").values()) == 14_000_000


def test_another_verifies_once(connection: Connection) -> None:
    number = record(connection, METER, by="office", now=NOW).exchange_id
    before = everything(connection)
    for own in ("Li", "office"):
        with pytest.raises(OwnEntryError, match=f"verified_by: {own} did or recorded it"):
            verify(connection, number, by=own)
    assert everything(connection) == before
    row = verify(connection, number, by="Wang")
    assert (row.state, row.verified_by) == ("verified", "Wang")
    assert connection.execute("SELECT verified_by FROM installation WHERE meter = 'M3'").fetchone() == (
        "Wang",
    )
    with pytest.raises(ConflictError):
        verify(connection, number, by="Zhao")
    with pytest.raises(NotFoundError):
        verify(connection, 77, by="Zhao")
    for change in (b"UPDATE exchange SET done_by = 'x'", b"DELETE FROM exchange"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute(change)


def at(hour: float) -> datetime:
    return moment(START + round(hour * HOUR))


@pytest.mark.parametrize(
    ("said", "change", "field"),
    [
        (METER, {"meter": "nobody"}, "meter"),
        (METER, {"new_meter": "nobody"}, "new_meter"),
        (METER, {"device": "nobody"}, "device"),
        (METER, {"site": "nobody"}, "site"),
        (METER, {"site": "S2"}, "site"),
        (METER, {"new_meter": "M2"}, "new_meter"),
        (METER, {"new_meter": "M4"}, "new_meter"),
        (METER, {"device": "D2"}, "device"),
        (METER, {"meter": "M3", "new_meter": "M4"}, "exchanged_at"),
        (METER, {"exchanged_at": at(-24 * 400)}, "exchanged_at"),
        (METER, {"exchanged_at": at(72)}, "exchanged_at"),
        (METER, {"installed_at": at(11)}, "installed_at"),
        (METER, {"installed_at": at(72)}, "installed_at"),
        (METER, {"index_m3": None}, "index_m3"),
        (METER, {"index_m3": Decimal(10**6)}, "index_m3"),
        (METER, {"base_index_m3": Decimal(10**6)}, "base_index_m3"),
        (METER, {"final_index_m3": Decimal(10**8)}, "final_index_m3"),
        (METER, {"final_index_m3": Decimal("110.98")}, "final_index_m3"),
        (METER, {"final_index_m3": Decimal(0)}, "final_index_m3"),
        (METER, {"final_index_m3": Decimal(9_000)}, "final_index_m3"),
        (CORRECTOR, {"device": None}, "device"),
        (CORRECTOR, {"device": "D1"}, "device"),
        (CORRECTOR, {"index_m3": Decimal(0)}, "index_m3"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_changes_nothing(
    connection: Connection, said: SaidExchange, change: dict[str, Any], field: str
) -> None:
    before = everything(connection)
    with pytest.raises(EntryError) as refused:
        record(connection, msgspec.structs.replace(said, **change), by="office", now=NOW)
    assert refused.value.field == field, str(refused.value)
    assert everything(connection) == before


@pytest.mark.parametrize("said", [METER, CORRECTOR])
def test_the_same_exchange_again_is_refused(connection: Connection, said: SaidExchange) -> None:
    record(connection, said, by="office", now=NOW)
    before = everything(connection)
    with pytest.raises(EntryError, match="exchanged_at"):
        record(connection, said, by="office", now=NOW)
    assert everything(connection) == before


def test_readings_that_an_edit_excludes_do_not_bind_the_final_index(connection: Connection) -> None:
    said = msgspec.structs.replace(METER, final_index_m3=Decimal(105))
    with pytest.raises(EntryError, match=r"at least 111\.000000"):
        record(connection, said, by="office", now=NOW)
    exclude = Proposal(meter="M1", kind=EditKind.EXCLUDE_READINGS, start=at(5), end=at(24), reason="gone mad")
    create(connection, exclude, author="ann", approval_needed=False, now=NOW)
    assert record(connection, said, by="office", now=NOW).final_index_m3 == 105


def test_a_register_may_turn_around_before_the_exchange(connection: Connection) -> None:
    say(connection, 2, START + np.arange(2) * HOUR, np.array([999_998.0, 999_999.5]))
    said = SaidExchange(
        meter="M2",
        device="D3",
        exchanged_at=moment(START + 2 * HOUR),
        final_index_m3=Decimal("1.25"),
        reason="corrector",
        done_by="Li",
    )
    assert record(connection, said, by="office", now=NOW).index_m3 == Decimal("1.25")
