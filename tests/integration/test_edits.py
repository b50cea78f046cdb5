"""Edits kept, in force, tried and undone, on both profiles."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from psycopg import Connection

from telemetry.errors import ConflictError, EntryError, NotFoundError, OwnEntryError
from telemetry.model import HOUR, moment
from telemetry.store.edits import edits_in_force
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.work.derive import derive_pending
from telemetry.work.edit_checks import Proposal
from telemetry.work.edits import approve, create, rehearse, undo
from tests.integration.test_derive import REGISTRY, START, say_day

NOW = START + 48 * HOUR
FROM, TO = moment(START + 2 * HOUR), moment(START + 5 * HOUR)
SET = Proposal(
    meter="M1",
    kind=EditKind.SET_VOLUME,
    start=FROM,
    end=TO,
    reason="counted by hand",
    volume_m3=Decimal("6.000001"),
    base_volume_m3=Decimal("12.5"),
)
SUBSTITUTE = Proposal(
    meter="M1",
    kind=EditKind.SUBSTITUTE,
    start=FROM,
    end=TO,
    reason="transducer frozen",
    pressure_kpa=303.975,
    temperature_degc=20,
    gas_quality={"method": "fixed", "z_ratio": 1.01, "nitrogen": 0.01},
)
EXCLUDE = Proposal(meter="M1", kind=EditKind.EXCLUDE_READINGS, start=FROM, end=TO, reason="wrong meter read")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        say_day(opened)
        derive_pending(opened)
        yield opened


def enter(connection: Connection, proposal: Proposal, *, approval_needed: bool = False) -> int:
    row = create(connection, proposal, author="ann", approval_needed=approval_needed, now=NOW)
    return row.edit_id


def in_force(connection: Connection) -> list[int]:
    return [edit.edit_id for edit in edits_in_force(connection, [1, 2], START, NOW)]


def marks(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT meter_id, span_start, span_end, cause FROM dirty_span").fetchall()


def stored(connection: Connection) -> list[tuple[object, ...]]:
    """Return every hour with all that a bill may depend on, and nothing of when it came to be."""
    return connection.execute(
        "SELECT meter_id, interval_start, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,"
        " temperature_k, correction_factor, z_ratio, coverage, quality, method, z_method, flags,"
        " gas_quality_from, calculation FROM volume_hour ORDER BY 1, 2"
    ).fetchall()


def test_an_edit_comes_back_as_derive_takes_it(connection: Connection) -> None:
    numbers = [enter(connection, one) for one in (SET, SUBSTITUTE, EXCLUDE)]
    volume, state, exclusion = edits_in_force(connection, [1], START, NOW)
    assert [one.edit_id for one in (volume, state, exclusion)] == numbers
    assert volume == Edit(
        edit_id=numbers[0],
        meter_id=1,
        kind=EditKind.SET_VOLUME,
        start=START + 2 * HOUR,
        end=START + 5 * HOUR,
        volume_um3=6_000_001,
        base_volume_um3=12_500_000,
    )
    assert (state.pressure_pa, state.temperature_k) == (303_975.0, 293.15)
    assert state.gas is not None
    assert (state.gas.method, state.gas.z_ratio, state.gas.fraction("nitrogen")) == ("fixed", 1.01, 0.01)
    assert exclusion.kind == EditKind.EXCLUDE_READINGS
    assert edits_in_force(connection, [2], START, NOW) == []
    assert edits_in_force(connection, [1], START, START + 2 * HOUR) == []
    assert edits_in_force(connection, [1], START + 5 * HOUR, NOW) == []
    assert len(edits_in_force(connection, [1], START + 4 * HOUR, NOW)) == 3


def test_where_approval_is_needed_an_edit_waits_for_another(connection: Connection) -> None:
    number = enter(connection, SET, approval_needed=True)
    assert (in_force(connection), marks(connection)) == ([], [])
    with pytest.raises(OwnEntryError, match="approved_by: ann entered") as refused:
        approve(connection, number, by="ann")
    assert refused.value.field == "approved_by"
    assert (in_force(connection), marks(connection)) == ([], [])
    row = approve(connection, number, by="bob")
    assert (row.state, row.approved_by) == ("in_force", "bob")
    assert marks(connection) == [(1, FROM, TO, "edit")]
    assert in_force(connection) == [number]
    with pytest.raises(ConflictError, match="approved already"):
        approve(connection, number, by="eve")
    assert undo(connection, number, by="ann").state == "undone"
    assert in_force(connection) == []
    assert len(marks(connection)) == 2


def test_one_that_never_held_is_withdrawn_without_a_mark(connection: Connection) -> None:
    number = enter(connection, SET, approval_needed=True)
    assert undo(connection, number, by="bob").undone_by == "bob"
    assert marks(connection) == []
    for again in (approve, undo):
        with pytest.raises(ConflictError, match="undone already"):
            again(connection, number, by="eve")
        with pytest.raises(NotFoundError):
            again(connection, 77, by="eve")


def test_the_log_says_what_happened_for_good(connection: Connection) -> None:
    number = enter(connection, SET)
    approve(connection, number, by="bob")
    undo(connection, number, by="bob")
    for change in (
        b"UPDATE edit SET volume_um3 = 0",
        b"UPDATE edit SET undone_by = NULL, undone_at = NULL",
        b"UPDATE edit SET approved_by = 'eve'",
        b"DELETE FROM edit",
    ):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute(change)


def test_a_rehearsal_keeps_nothing(connection: Connection) -> None:
    before = stored(connection)
    rehearse(connection, SET, author="ann", now=NOW)
    assert (in_force(connection), marks(connection)) == ([], [])
    assert connection.execute("SELECT count(*) FROM edit").fetchone() == (0,)
    assert stored(connection) == before


def test_what_cannot_be_is_refused_and_nothing_kept(connection: Connection) -> None:
    shifted = Proposal(
        meter="M1", kind=EditKind.EXCLUDE_READINGS, start=FROM + timedelta(minutes=30), end=TO, reason="r"
    )
    for act in (enter, lambda *asked: rehearse(*asked, author="ann", now=NOW)):
        with pytest.raises(EntryError, match="from: expected a whole hour") as refused:
            act(connection, shifted)
        assert refused.value.field == "from"
    assert connection.execute("SELECT count(*) FROM edit").fetchone() == (0,)
    assert marks(connection) == []
