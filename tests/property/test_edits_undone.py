"""Whatever edits are entered, undoing them restores every bit; a dry run tells what entering one does."""

import json
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, Rollback

from telemetry.model import HOUR, MINUTE, moment
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.volumes.evidence import EditKind
from telemetry.work.derive import derive_pending
from telemetry.work.edit_checks import Proposal
from telemetry.work.edits import approve, create, rehearse, undo
from tests.effort import examples
from tests.integration.test_derive import REGISTRY, START, say

HOURS = 30
NOW = START + 48 * HOUR
_GAPS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 21)


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    kind = draw(st.sampled_from(EditKind))
    first = draw(st.integers(0, HOURS - 1))
    last = draw(st.integers(first + 1, HOURS + 2))
    values: dict[str, Any] = {}
    if kind == EditKind.SET_VOLUME:
        values["volume_m3"] = Decimal(draw(st.integers(0, 50_000_000))) / 1_000_000
        values["base_volume_m3"] = draw(st.none() | st.just(2 * values["volume_m3"]))
    elif kind == EditKind.SUBSTITUTE:
        values["pressure_kpa"] = draw(st.sampled_from([101.325, 250.0, 303.3]))
        values["temperature_degc"] = draw(st.none() | st.sampled_from([-5.0, 31.7]))
        values["gas_quality"] = draw(st.none() | st.just({"method": "fixed", "z_ratio": 1.02}))
    span = {"start": moment(START + first * HOUR), "end": moment(START + last * HOUR)}
    return Proposal(meter="M1", kind=kind, reason="drawn", **span, **values)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        kept = np.array([hour for hour in range(HOURS) if hour not in _GAPS])
        say(opened, 1, START + kept * HOUR + 20 * MINUTE, 100 + 1.7 * kept + (kept % 5) / 7)
        derive_pending(opened)
        yield opened


@pytest.fixture
def untouched(connection: Connection) -> dict[str, dict[str, Any]]:
    """What stands before anybody has entered anything."""
    return standing(connection)


def undo_what_was_left(connection: Connection) -> None:
    """Clear away what an example entered that hypothesis broke off in its middle."""
    for (number,) in connection.execute("SELECT edit_id FROM edit WHERE undone_at IS NULL").fetchall():
        undo(connection, number, by="eve")


def standing(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return every hour with all its columns but those that say when and why it was worked out."""
    rows = connection.execute(
        "SELECT to_jsonb(volume_hour) - '{revision,cause,computed_at,registry_version}'::text[]"
        " FROM volume_hour WHERE method <> 'withdrawn'"
    ).fetchall()
    return {row["interval_start"]: row for (row,) in rows}


def figures(connection: Connection) -> dict[str, tuple[int, int, int]]:
    return {
        at: (row["volume_um3"], row["base_volume_um3"], row["quality"])
        for at, row in standing(connection).items()
    }


_EXAMPLES = settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])


@_EXAMPLES
@given(st.lists(proposals(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_undoing_restores_every_bit(
    connection: Connection, untouched: dict[str, dict[str, Any]], wanted: list[Proposal], chance: Random
) -> None:
    undo_what_was_left(connection)
    entered = []
    for proposal in wanted:
        needed = chance.random() < 0.5
        row = create(connection, proposal, author="ann", approval_needed=needed, now=NOW)
        if chance.random() < 0.7:
            approve(connection, row.edit_id, by="bob")
        if chance.random() < 0.7:
            derive_pending(connection)
        entered.append(row.edit_id)
    derive_pending(connection)
    chance.shuffle(entered)
    for number in entered:
        undo(connection, number, by="eve")
        if chance.random() < 0.5:
            derive_pending(connection)
    derive_pending(connection)
    assert json.dumps(standing(connection), sort_keys=True) == json.dumps(untouched, sort_keys=True)


@_EXAMPLES
@given(st.lists(proposals(), min_size=1, max_size=2))
def test_a_dry_run_tells_what_entering_it_does(connection: Connection, wanted: list[Proposal]) -> None:
    with connection.transaction() as attempt:
        for proposal in wanted:
            before = figures(connection)
            deltas = rehearse(connection, proposal, author="ann", now=NOW)
            assert figures(connection) == before
            create(connection, proposal, author="ann", approval_needed=False, now=NOW)
            derive_pending(connection)
            after = figures(connection)
            changed = {at for at in after | before if after.get(at) != before.get(at)}
            assert {one.interval_start.isoformat() for one in deltas} == changed
            for one in deltas:
                at = one.interval_start.isoformat()
                if at in after:
                    assert after[at][:2] == (one.volume_um3, one.base_volume_um3)
                if at in before:
                    assert before[at][:2] == (one.stored_volume_um3, one.stored_base_volume_um3)
        raise Rollback(attempt)


@pytest.mark.parametrize("kind", EditKind)
def test_each_kind_of_edit_counts_and_is_undone(connection: Connection, kind: EditKind) -> None:
    before = standing(connection)
    values: dict[EditKind, dict[str, Any]] = {
        EditKind.EXCLUDE_READINGS: {},
        EditKind.SET_VOLUME: {"volume_m3": Decimal("12.345678")},
        EditKind.SUBSTITUTE: {"pressure_kpa": 250.0},
    }
    span = {"start": moment(START + 3 * HOUR), "end": moment(START + 6 * HOUR)}
    proposal = Proposal(meter="M1", kind=kind, reason="r", **span, **values[kind])
    number = create(connection, proposal, author="ann", approval_needed=False, now=NOW).edit_id
    derive_pending(connection)
    changed = [at for at, row in standing(connection).items() if row != before.get(at)]
    within = [moment(START + hour * HOUR).isoformat() for hour in range(3, 6)]
    assert set(within) <= set(changed)
    causes = connection.execute(
        "SELECT DISTINCT cause FROM volume_hour WHERE interval_start = ANY(%s)", (within,)
    ).fetchall()
    assert causes == [("edit",)]
    if kind == EditKind.SET_VOLUME:
        assert sum(standing(connection)[at]["volume_um3"] for at in within) == 12_345_678
    undo(connection, number, by="bob")
    derive_pending(connection)
    assert standing(connection) == before
