"""Statements drawn up and closed, on both profiles."""

import json
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import sha256

import psycopg
import pytest
from psycopg import Connection

from telemetry.billing.agreements import agreements
from telemetry.billing.gas_day import Granularity
from telemetry.billing.settlement import Cycle
from telemetry.billing.statement import How, Line
from telemetry.errors import ConflictError, EntryError
from telemetry.model import DAY, HOUR, instant, moment
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.store.settlements import StatementRow, lines_of
from telemetry.store.volumes import volumes
from telemetry.volumes.method import CALCULATION
from telemetry.work.settle import close, draw
from telemetry.work.settle_plan import Wanted
from tests.integration.settling import HOURS, JULY, START, copies_of, populate, stood
from tests.servers import drop_database


@pytest.fixture(scope="module")
def copy(postgres_dsn: str) -> Iterator[Callable[[], str]]:
    with copies_of(postgres_dsn, populate) as copy:
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
        populate(opened)
        yield opened


def lines(connection: Connection, row: StatementRow) -> list[Line]:
    return lines_of(connection, [row.statement_id])[row.statement_id]


def test_a_draft_says_what_its_hours_do(connection: Connection) -> None:
    (number,) = draw(connection, JULY)
    (row,) = stood(connection)
    assert (row.statement_id, row.status, row.account, row.site, row.contract) == (
        number,
        "draft",
        "A",
        "S1",
        None,
    )
    assert (row.start, row.end) == (START, START + 31 * DAY)
    (month,) = volumes(connection, ["M1"], row.start, row.end, Granularity.MONTH, as_of=row.as_of)
    assert (row.volume_um3, row.base_volume_um3) == (
        round(month.volume_m3 * 1e6), round(month.base_volume_m3 * 1e6),
    )  # fmt: skip
    (line,) = lines(connection, row)
    found = line.figures
    assert (found.hours, found.missing_hours, found.days, found.days_estimated) == (HOURS, 0, 31, 0)
    assert (line.opening.how, line.closing.how) == (How.INTERPOLATED, How.INTERPOLATED)
    assert line.opening.index_um3 is not None
    assert line.closing.index_um3 is not None
    assert abs(line.closing.index_um3 - line.opening.index_um3 - row.volume_um3) <= 1
    assert [(part.quality, part.hours) for part in found.qualities] == [("measured", HOURS)]
    assert (found.estimated_share, found.calculations) == (Decimal("0.000000"), (CALCULATION,))
    assert found.mean_correction_factor == (Decimal(row.base_volume_um3) / row.volume_um3).quantize(
        Decimal("1e-9")
    )
    assert found.peak_hour is not None
    assert found.gas_quality_from


def test_what_is_drawn_again_keeps_its_number_and_its_figures(connection: Connection) -> None:
    first = draw(connection, JULY)
    (before,) = stood(connection)
    assert draw(connection, JULY) == first
    (again,) = stood(connection)
    assert again.totals == before.totals


def test_every_ten_days_the_register_is_read_and_billed(connection: Connection) -> None:
    for third, days in (("D1", 10), ("D2", 10), ("D3", 11)):
        draw(connection, Wanted(Cycle.TEN_DAY, f"2024-07-{third}"))
        row = stood(connection)[-1]
        assert (row.account, row.contract, row.hour_count, row.volume_um3) == (
            "B",
            "K2",
            days * 24,
            days * 12_000_000,
        )
        (line,) = lines(connection, row)
        assert (line.opening.how, line.closing.how) == (How.READ, How.READ)
    assert [row.start for row in stood(connection)] == [START, START + 10 * DAY, START + 20 * DAY]
    assert draw(connection, Wanted(Cycle.TEN_DAY_MONTHLY, "2024-07")) == []


def test_read_every_ten_days_and_billed_by_the_month_has_a_line_for_each_reading(
    of_each_profile: Connection,
) -> None:
    connection = of_each_profile
    connection.execute("UPDATE contract SET settlement_cycle = 'ten_day_monthly'")
    draw(connection, Wanted(Cycle.TEN_DAY_MONTHLY, "2024-07"))
    (row,) = stood(connection)
    found = lines(connection, row)
    assert [line.start for line in found] == [START, START + 10 * DAY, START + 20 * DAY]
    assert [line.closing.index_um3 for line in found[:-1]] == [line.opening.index_um3 for line in found[1:]]
    assert sum(line.figures.base_volume_um3 for line in found) == row.base_volume_um3


def test_what_is_closed_is_closed_once_and_for_all(of_each_profile: Connection) -> None:
    connection = of_each_profile
    first = close(connection, JULY, by="office")
    assert (first.statements, first.rows, first.missing_hours) == (1, HOURS, 0)
    assert close(connection, JULY, by="somebody else") == first
    (row,) = stood(connection)
    assert (row.status, row.closed_by, row.base_volume_um3) == ("closed", "office", first.base_volume_um3)
    assert draw(connection, JULY) == []
    for statement in (
        "UPDATE statement SET base_volume_um3 = 0",
        "DELETE FROM statement",
        "UPDATE statement_line SET told = '{}'",
        "DELETE FROM statement_line",
        "INSERT INTO statement_line SELECT statement_id, 9, 1, now(), now(), '{}' FROM statement",
    ):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute(statement)  # type: ignore[call-overload]


def test_only_one_account_is_closed_where_one_is_named(connection: Connection) -> None:
    assert close(connection, Wanted(Cycle.MONTHLY, "2024-07", "B"), by="office").statements == 0
    assert close(connection, Wanted(Cycle.MONTHLY, "2024-07", "A"), by="office").statements == 1


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(Cycle.MONTHLY, "2024-07-D1"), "period"),
        (Wanted(Cycle.TEN_DAY, "2024-07"), "period"),
        (Wanted(Cycle.MONTHLY, "July"), "period"),
        (Wanted(Cycle.MONTHLY, "2024-07", "nobody"), "account"),
        (Wanted(Cycle.MONTHLY, "2099-07"), "period"),
    ],
)
def test_a_wrong_period_is_refused_by_its_field(connection: Connection, wanted: Wanted, field: str) -> None:
    with pytest.raises(EntryError) as refused:
        close(connection, wanted, by="office")
    assert refused.value.field == field


def test_a_period_that_is_not_over_is_drawn_and_not_closed(connection: Connection) -> None:
    """S1 is read on a day about two weeks ago and two weeks ahead."""
    row = connection.execute("SELECT now(), extract(day FROM now() - INTERVAL '15 days')::int").fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO contract (contract, account, site, valid_from, read_days) VALUES"
        f" ('K1', 'A', 'S1', '2024-01-01Z', '{min(row[1], 28)}')".encode()
    )
    (agreed,) = [one for one in agreements(load_registry(connection), "S1") if one.contract]
    wanted = Wanted(Cycle.MONTHLY, agreed.schedule.period_at(instant(row[0])))
    draw(connection, wanted)
    with pytest.raises(EntryError, match="expected a period that is over") as refused:
        close(connection, wanted, by="office", with_missing=True)
    assert refused.value.field == "period"
    (draft,) = stood(connection)
    assert draft.status == "draft"
    (line,) = lines(connection, draft)
    assert draft.start == line.start < line.end <= instant(row[0]) + HOUR, "only hours that are over"


def test_missing_hours_are_closed_only_where_somebody_says_so(connection: Connection) -> None:
    august = Wanted(Cycle.MONTHLY, "2024-08")
    with pytest.raises(EntryError, match=r"741 hours of meter M1 are missing") as refused:
        close(connection, august, by="office")
    assert refused.value.field == "with_missing"
    assert stood(connection) == []
    found = close(connection, august, by="office", with_missing=True)
    assert (found.statements, found.rows, found.missing_hours) == (1, 3, 741)


def test_nothing_is_closed_while_its_volumes_are_being_worked_out(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO dirty_span (meter_id, span_start, span_end, cause) VALUES (1, %s, %s, 'reading')",
        (moment(START + HOUR), moment(START + 2 * HOUR)),
    )
    with pytest.raises(ConflictError, match="volumes of meter M1"):
        close(connection, JULY, by="office")
    assert stood(connection) == []


def test_anybody_can_work_out_the_hash(connection: Connection) -> None:
    """By docs/billing.md alone, from the tables."""
    close(connection, JULY, by="office")
    row = connection.execute(
        "SELECT to_jsonb(head) - '{span_start,span_end}'::text[] || jsonb_build_object("
        " 'start', extract(epoch FROM span_start) * 1000000, 'end', extract(epoch FROM span_end) * 1000000,"
        " 'as_of', extract(epoch FROM as_of) * 1000000, 'drawn_at', extract(epoch FROM drawn_at) * 1000000)"
        " FROM (SELECT cycle, period, account, contract, site, span_start, span_end, time_zone, day_start,"
        " as_of, sequence, drawn_at, registry_version FROM statement) AS head"
    ).fetchone()
    assert row is not None
    head = row[0] | {name: int(row[0][name]) for name in ("start", "end", "as_of", "drawn_at")}
    told = [one for (one,) in connection.execute("SELECT told FROM statement_line ORDER BY line")]
    hours = connection.execute(
        "SELECT 0, (extract(epoch FROM interval_start) * 1000000)::bigint, revision, volume_um3,"
        " base_volume_um3, device_base_volume_um3, quality, flags, calculation, registry_version,"
        " (extract(epoch FROM gas_quality_from) * 1000000)::bigint, round(uncertainty_m3 * 1000000)::bigint"
        " FROM volume_hour WHERE meter_id = 1 AND interval_start >= %s AND interval_start < %s ORDER BY 2",
        (moment(START), moment(START + 31 * DAY)),
    ).fetchall()
    packed = b"".join(
        struct.pack("<12q", *(-(2**63) if one is None else one for one in hour)) for hour in hours
    )
    dumped = (
        json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for one in (head, *told)
    )
    text = "".join(one + "\n" for one in dumped)
    whole = b"citygas statement 1\n" + text.encode() + sha256(packed).digest()
    assert stood(connection)[0].sha256 == sha256(whole).digest()
