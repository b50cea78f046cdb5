"""Whatever is said when, a closed statement is its hours, and its adjustments lead to what stands."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from telemetry.billing.settlement import Cycle
from telemetry.model import HOUR, MINUTE, moment
from telemetry.store.adjustments import adjustments_after
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.settlements import StatementRow
from telemetry.volumes.evidence import EditKind
from telemetry.work import adjust
from telemetry.work.derive import derive_pending
from telemetry.work.edit_checks import Proposal
from telemetry.work.edits import create, undo
from telemetry.work.settle import close
from telemetry.work.settle_plan import Wanted
from tests.integration.settling import REGISTRY, START, stood
from tests.integration.test_derive import say
from tests.servers import create_database, drop_database

NOW = START + 40 * 24 * HOUR
MINUTES = 20 * 24 * 60
"""The first twenty days, of which two thirds are closed."""

SUM = """
SELECT COALESCE(sum(base_volume_um3), 0)::bigint FROM volume_hour JOIN meter USING (meter_id)
WHERE meter = 'M2' AND interval_start >= %s AND interval_start < %s
"""
STOOD = """
SELECT COALESCE(sum(base_volume_um3), 0)::bigint FROM (
    SELECT meter_id, interval_start, base_volume_um3 FROM volume_hour WHERE computed_at <= %(as_of)s
    UNION ALL
    SELECT meter_id, interval_start, base_volume_um3 FROM volume_hour_superseded
    WHERE computed_at <= %(as_of)s AND superseded_at > %(as_of)s
) AS hour JOIN meter USING (meter_id)
WHERE meter = 'M2' AND interval_start >= %(start)s AND interval_start < %(end)s
"""

readings = st.tuples(st.just("reading"), st.integers(0, MINUTES), st.integers(-2_000, 2_000))
edits = st.tuples(st.just("edit"), st.integers(0, 20 * 24 - 1), st.integers(1, 30))
undoings = st.tuples(st.just("undo"), st.just(0), st.just(0))
closings = st.tuples(st.just("close"), st.integers(1, 2), st.just(0))
steps = st.lists(st.one_of(readings, readings, edits, undoings, closings), min_size=2, max_size=8)


BEGIN = """
TRUNCATE reading, message, volume_hour, volume_hour_superseded, volume_change, dirty_span, arrival, edit,
         statement, statement_line, adjustment;
UPDATE settlement_clock SET sequence = volume_clock.sequence FROM volume_clock
"""


@pytest.fixture(scope="module")
def dsn(postgres_dsn: str) -> Iterator[str]:
    dsn = create_database(postgres_dsn)
    with connect(dsn, "test", autocommit=True) as connection:
        migrate(connection)
        connection.execute(REGISTRY)
    yield dsn
    drop_database(dsn)


@given(said=steps, booked_at=st.sets(st.integers(0, 7)))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_closed_and_what_is_booked_lead_to_what_stands(
    dsn: str, said: list[tuple[str, int, int]], booked_at: set[int]
) -> None:
    with connect(dsn, "test", autocommit=True) as connection:
        connection.execute(BEGIN)
        hours = np.arange(-2, 20 * 24 + 3)
        say(connection, 2, START + hours * HOUR, 50 + (hours + 2) * 0.5)
        derive_pending(connection)
        for place, one in enumerate(said):
            do(connection, *one)
            derive_pending(connection)
            if place in booked_at:
                adjust.book(connection)
        do(connection, "close", 1, 0)
        adjust.book(connection)
        assert_accounted(connection)


def do(connection: Connection, what: str, first: int, second: int) -> None:
    """Say, decide, take back or close something."""
    if what == "reading":
        at = START + first * MINUTE
        index = 50 + (first / 60 + 2) * 0.5 + second / 1000
        say(connection, 2, np.array([at]), np.round(np.array([index]), 6))
    elif what == "edit":
        proposal = Proposal(
            meter="M2",
            kind=EditKind.SET_VOLUME,
            start=moment(START + first * HOUR),
            end=moment(START + (first + second) * HOUR),
            reason="drawn",
            volume_m3=Decimal(second),
            adjust_closed=True,
        )
        create(connection, proposal, author="ann", approval_needed=False, now=NOW)
    elif what == "undo":
        row = connection.execute("SELECT max(edit_id) FROM edit WHERE undone_at IS NULL").fetchone()
        if row and row[0]:
            undo(connection, row[0], by="ann", adjust_closed=True)
    else:
        close(connection, Wanted(Cycle.TEN_DAY, f"2024-07-D{first}"), by="office", with_missing=True)


def assert_accounted(connection: Connection) -> None:
    """Hold statements against the hours they were drawn of, and with their adjustments against today's."""
    deltas: defaultdict[int, int] = defaultdict(int)
    last: dict[tuple[int, object], int] = {}
    found = adjustments_after(connection, 0, 10**6)
    assert [one.adjustment_id for one in found] == list(range(1, len(found) + 1))
    for one in found:
        before = last.get((one.statement_id, one.interval_start), one.original_um3)
        assert one.delta_um3 == one.revised_um3 - before
        last[one.statement_id, one.interval_start] = one.revised_um3
        deltas[one.statement_id] += one.delta_um3
    for row in stood(connection):
        assert row.base_volume_um3 == asked(connection, STOOD, row)
        assert row.base_volume_um3 + deltas[row.statement_id] == asked(connection, SUM, row)


def asked(connection: Connection, query: str, row: StatementRow) -> int:
    span = moment(row.start), moment(row.end)
    named = {"as_of": moment(row.as_of), "start": span[0], "end": span[1]}
    answer = connection.execute(query.encode(), named if query is STOOD else span).fetchone()
    assert answer is not None
    return int(answer[0])
