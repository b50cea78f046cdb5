"""Later changes of closed statements become adjustments, each once, on both profiles."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from psycopg import Connection, Rollback

from telemetry.billing.settlement import Cycle
from telemetry.errors import EntryError
from telemetry.model import DAY, HOUR, MINUTE, instant, moment
from telemetry.store.adjustments import AdjustmentRow, adjustments_after
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.volumes.evidence import EditKind
from telemetry.work import adjust, hand_reads
from telemetry.work.derive import derive_pending, derive_span
from telemetry.work.edit_checks import Proposal
from telemetry.work.edits import approve, create, rehearse, undo
from telemetry.work.exchange_checks import SaidExchange
from telemetry.work.exchanges import record
from telemetry.work.settle import close, draw
from telemetry.work.settle_plan import Wanted
from telemetry.work.verify_statement import verify_statement
from tests.integration.settling import HOURS, JULY, START, copies_of, populate, stood
from tests.integration.test_derive import say
from tests.servers import drop_database

NOW = instant(datetime(2024, 8, 20, tzinfo=UTC))
EDIT = Proposal(
    meter="M1",
    kind=EditKind.SET_VOLUME,
    start=moment(START + 2 * HOUR),
    end=moment(START + 5 * HOUR),
    reason="counted by hand",
    volume_m3=Decimal(6),
)


def close_july(connection: Connection) -> None:
    populate(connection)
    close(connection, JULY, by="office")


@pytest.fixture(scope="module")
def copy(postgres_dsn: str) -> Iterator[Callable[[], str]]:
    with copies_of(postgres_dsn, close_july) as copy:
        yield copy


@pytest.fixture
def connection(copy: Callable[[], str]) -> Iterator[Connection]:
    dsn = copy()
    with connect(dsn, "test", autocommit=True) as opened:
        yield opened
    drop_database(dsn)


@pytest.fixture
def of_each_profile(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        close_july(opened)
        yield opened


def booked(connection: Connection) -> list[AdjustmentRow]:
    adjust.book(connection)
    return adjustments_after(connection, 0, 10**6)


def present(connection: Connection, meter: str = "M1") -> int:
    row = connection.execute(
        "SELECT sum(base_volume_um3)::bigint FROM volume_hour JOIN meter USING (meter_id)"
        " WHERE meter = %s AND interval_start >= %s AND interval_start < %s",
        (meter, moment(START), moment(START + 31 * DAY)),
    ).fetchone()
    assert row is not None
    return int(row[0] or 0)


def late_reading(connection: Connection, hour: float, above_m3: float) -> None:
    at = START + round(hour * HOUR)
    index = 100 + (hour + 2 - 5 / 60) * 1.234567 + above_m3
    say(connection, 1, np.array([at]), np.round(np.array([index]), 6))
    derive_pending(connection)


def test_nothing_is_booked_while_nothing_changes(connection: Connection) -> None:
    say(connection, 2, START + np.array([30]) * MINUTE, np.array([51.1]))
    derive_pending(connection)
    assert booked(connection) == [], "M2's ten days are not closed"
    derive_span(connection, ["M1"], START, START + DAY)
    assert booked(connection) == []
    assert verify_statement(connection, 1).agrees


def test_a_late_reading_is_booked_once_by_hour(of_each_profile: Connection) -> None:
    connection = of_each_profile
    (statement,) = stood(connection)
    late_reading(connection, 10.5, 0.05)
    first = booked(connection)
    assert [one.interval_start for one in first] == [moment(START + hour * HOUR) for hour in (10, 11)]
    late_reading(connection, 10.25, 0.02)
    found = booked(connection)
    assert booked(connection) == found == adjustments_after(connection, 0, 10**6)
    assert found[: len(first)] == first
    assert [one.adjustment_id for one in found] == list(range(1, len(found) + 1))
    assert {(one.statement_id, one.meter, one.cause) for one in found} == {(1, "M1", "reading")}
    assert {one.effective_period for one in found} == {"2024-07"}
    local = ZoneInfo("Asia/Shanghai")
    assert all(one.booking_period == f"{one.known_at.astimezone(local):%Y-%m}" for one in found)
    by_hour: dict[datetime, list[AdjustmentRow]] = {}
    for one in found:
        by_hour.setdefault(one.interval_start, []).append(one)
    for rows in by_hour.values():
        assert len({one.original_um3 for one in rows}) == 1, "what was closed stays what was closed"
        assert rows[0].delta_um3 == rows[0].revised_um3 - rows[0].original_um3
        assert all(later.delta_um3 == later.revised_um3 - one.revised_um3 for one, later in pairwise(rows))
    assert sum(one.delta_um3 for one in found) == present(connection) - statement.base_volume_um3
    assert stood(connection) == [statement]
    assert verify_statement(connection, 1).agrees
    assert adjustments_after(connection, 1, 1) == found[1:2]


def test_a_gas_quality_that_comes_late_is_booked_in_full(connection: Connection) -> None:
    (statement,) = stood(connection)
    connection.execute(
        "INSERT INTO gas_quality (zone, valid_from, method, z_ratio)"
        " VALUES ('Z', '2024-07-11+08', 'fixed', 1.006)"
    )
    connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    connection.execute(
        "INSERT INTO dirty_span (meter_id, span_start, span_end, cause)"
        " VALUES (1, '2024-07-11+08', '2024-08-02', 'registry')"
    )
    derive_pending(connection)
    found = booked(connection)
    assert len(found) == 21 * 24 + 1, "the hour before holds five minutes of it"
    assert {one.cause for one in found} == {"registry"}
    assert sum(one.delta_um3 for one in found) == present(connection) - statement.base_volume_um3


def test_an_edit_over_a_closed_period_is_refused_by_its_field(connection: Connection) -> None:
    before = connection.execute("SELECT count(*) FROM edit").fetchone()
    cases = (
        (START + 2 * HOUR, START + 5 * HOUR, "from"),
        (START - DAY, START + HOUR, "to"),
        (START + 30 * DAY, START + 32 * DAY, "from"),
        (START - DAY, START + 32 * DAY, "to"),
    )
    for start, end, field in cases:
        wrong = Proposal(
            meter="M1", kind=EditKind.EXCLUDE_READINGS, reason="test", start=moment(start), end=moment(end)
        )
        for enter in (
            lambda wrong=wrong: create(connection, wrong, author="a", approval_needed=True, now=NOW),
            lambda wrong=wrong: rehearse(connection, wrong, author="a", now=NOW),
        ):
            with pytest.raises(EntryError, match=r"reaches into 2024-07 of site S1, closed") as refused:
                enter()
            assert refused.value.field == field
    assert connection.execute("SELECT count(*) FROM edit").fetchone() == before
    for start, end in ((START - DAY, START), (START + 31 * DAY, START + 32 * DAY)):
        beside = Proposal(
            meter="M1", kind=EditKind.EXCLUDE_READINGS, reason="test", start=moment(start), end=moment(end)
        )
        create(connection, beside, author="a", approval_needed=True, now=NOW)


def test_an_edit_that_says_so_becomes_adjustments_and_its_undoing_too(connection: Connection) -> None:
    (statement,) = stood(connection)
    deltas = rehearse(connection, _deliberate(), author="a", now=NOW)
    number = create(connection, _deliberate(), author="a", approval_needed=False, now=NOW).edit_id
    derive_pending(connection)
    found = booked(connection)
    assert len(found) == len(deltas) > 2
    assert {one.cause for one in found} == {"edit"}
    assert verify_statement(connection, 1).agrees
    with pytest.raises(EntryError, match="from: reaches into"):
        undo(connection, number, by="a")
    undo(connection, number, by="a", adjust_closed=True)
    derive_pending(connection)
    assert sum(one.delta_um3 for one in booked(connection)) == 0
    assert present(connection) == statement.base_volume_um3
    assert verify_statement(connection, 1).agrees


def _deliberate() -> Proposal:
    return Proposal(
        **{name: getattr(EDIT, name) for name in EDIT.__struct_fields__} | {"adjust_closed": True}
    )


def test_an_edit_proposed_before_the_closing_is_not_approved_after_it(connection: Connection) -> None:
    wanted = Wanted(Cycle.TEN_DAY, "2024-07-D1")
    edit = Proposal(
        meter="M2", kind=EditKind.EXCLUDE_READINGS, start=EDIT.start, end=EDIT.end, reason="wrong"
    )
    number = create(connection, edit, author="a", approval_needed=True, now=NOW).edit_id
    close(connection, wanted, by="office")
    with pytest.raises(EntryError, match="from: reaches into 2024-07-D1"):
        approve(connection, number, by="b")
    assert approve(connection, number, by="b", adjust_closed=True).state == "in_force"
    assert undo(connection, number, by="a", adjust_closed=True).state == "undone"


def test_an_exchange_entered_late_is_booked_for_both_meters(of_each_profile: Connection) -> None:
    """M1's hours after it lose their gas, and M3, which the statement has no line of, takes it over."""
    connection = of_each_profile
    (statement,) = stood(connection)
    at = START + 20 * DAY + 20 * MINUTE
    say(connection, 3, at + np.arange(1, 400) * HOUR, np.arange(1, 400) * 1.0)
    said = SaidExchange(
        meter="M1",
        new_meter="M3",
        device="D3",
        exchanged_at=moment(at),
        final_index_m3=Decimal(696),
        index_m3=Decimal(0),
        reason="calibration due",
        done_by="Li",
    )
    record(connection, said, by="office", now=NOW)
    derive_pending(connection)
    found = booked(connection)
    assert {one.meter for one in found} == {"M1", "M3"}
    now = present(connection) + present(connection, "M3")
    assert sum(one.delta_um3 for one in found) == now - statement.base_volume_um3
    assert all(one.original_um3 == 0 for one in found if one.meter == "M3")
    assert verify_statement(connection, 1).agrees
    assert draw(connection, JULY) == [], "what is closed is not billed again for the new meter"


def test_a_hand_read_in_a_closed_period_is_recorded(connection: Connection) -> None:
    registry = load_registry(connection)
    read = hand_reads.said_read(
        {"meter": "M1", "measured_at": moment(START + 30 * MINUTE), "index_m3": Decimal("103.1")}
    )
    assert list(hand_reads.wrong(registry, read, NOW)) == []
    assert hand_reads.record(connection, read, by="office", now=NOW).index_m3 == Decimal("103.1")


def test_what_changed_before_the_closing_is_none_of_it(connection: Connection) -> None:
    say(connection, 2, START + np.array([30]) * MINUTE, np.array([51.1]))
    derive_pending(connection)
    close(connection, Wanted(Cycle.TEN_DAY, "2024-07-D1"), by="office")
    assert booked(connection) == []
    assert all(verify_statement(connection, row.statement_id).agrees for row in stood(connection))


def test_a_closed_booking_period_is_passed_over(connection: Connection) -> None:
    """A change that became known in July itself is booked in August where July is closed already."""
    late_reading(connection, 10.5, 0.05)
    connection.execute("UPDATE volume_hour SET computed_at = '2024-07-20' WHERE revision = 2")
    connection.execute("UPDATE volume_change SET known_at = '2024-07-20' WHERE first_sequence > 1400")
    assert [one.booking_period for one in booked(connection)] == ["2024-08"] * 2


def test_whoever_is_stopped_between_books_nothing_twice(connection: Connection) -> None:
    for hour in (10.5, 20.5, 30.5):
        late_reading(connection, hour, 0.05)
    with connection.transaction() as killed:
        adjust.take_turn(connection)
        assert adjust.book_some(connection, load_registry, 2) == (2, True)
        raise Rollback(killed)
    assert adjustments_after(connection, 0, 9) == []
    with connection.transaction():
        adjust.take_turn(connection)
        assert adjust.book_some(connection, load_registry, 2)[0] == 2
    found = booked(connection)
    assert len(found) == len({one.interval_start for one in found}) == 6


def test_hours_stay_with_the_statement_they_were_closed_in(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO contract (contract, account, site, valid_from, settlement_cycle) VALUES"
        " ('K1', 'B', 'S1', '2024-06-01+08', 'ten_day')"
    )
    assert draw(connection, Wanted(Cycle.TEN_DAY, "2024-07-D1", "A")) == []
    drafts = draw(connection, Wanted(Cycle.TEN_DAY, "2024-07-D1"))
    assert {row.site for row in stood(connection) if row.statement_id in drafts} == {"S2"}
    assert stood(connection)[0].hour_count == HOURS
