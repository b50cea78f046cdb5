"""Settlement periods and agreements: nothing twice, nothing left out, whatever was agreed when."""

from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.billing.agreements import agreements, spans_in
from telemetry.billing.gas_day import GasCalendar, Span
from telemetry.billing.segments import cut, hours_of_meter, segments
from telemetry.billing.settlement import Cycle, Schedule, schedule_of
from telemetry.model import DAY, HOUR, MINUTE, instant
from telemetry.registry import Account, Contract, Installation, Meter, Registry, RegistryRows, Site, Zone

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC")


def at(zone: str, *when: int) -> int:
    return instant(datetime(*when, tzinfo=ZoneInfo(zone)))  # type: ignore[misc, arg-type]


def registry(
    contracts: list[Contract], *, account: str | None = "A", zone: str = "Asia/Shanghai"
) -> Registry:
    return Registry(
        RegistryRows(
            accounts=[Account(account=name, name=name) for name in ("A", "B")],
            zones=[Zone(zone="Z", name="Z", gas_day_start_hour=8)],
            sites=[Site(site="S", zone="Z", time_zone=zone, account=account)],
            contracts=contracts,
        )
    )


def contract(valid_from: int = 0, **agreed: str) -> Contract:
    return Contract(
        contract=agreed.pop("contract", "K"),
        account=agreed.pop("account", "B"),
        site="S",
        valid_from=valid_from,
        **agreed,  # type: ignore[arg-type]
    )


def edges(period: str, **agreed: str) -> list[str]:
    """Return the edges of a period by the contract, as its site's clocks show them."""
    known = registry([contract(**agreed)])
    schedule = schedule_of(known, "S", known.contracts_of_site("S")[0])
    zone = ZoneInfo("Asia/Shanghai")
    return [f"{datetime.fromtimestamp(one / 1e6, zone):%m-%d %H:%M}" for one in schedule.edges(period)]


def test_without_a_contract_by_the_month_of_gas_days() -> None:
    schedule = schedule_of(registry([]), "S", None)
    assert (schedule.cycle, schedule.calendar.gas_day_start) == (Cycle.MONTHLY, time(8))
    zone = "Asia/Shanghai"
    assert schedule.edges("2026-07") == (at(zone, 2026, 7, 1, 8), at(zone, 2026, 8, 1, 8))


@pytest.mark.parametrize(
    ("period", "agreed", "expected"),
    [
        ("2026-07", {}, ["07-01 08:00", "08-01 08:00"]),
        ("2026-07", {"read_days": "25"}, ["06-26 08:00", "07-26 08:00"]),
        ("2026-07", {"read_days": "10|20|end"}, ["07-01 08:00", "08-01 08:00"]),
        # The cut-off takes the place of the gas day's start: in the morning after the read day, or on it.
        ("2026-07", {"cutoff_time": "06:30"}, ["07-01 06:30", "08-01 06:30"]),
        ("2026-07", {"read_days": "25", "cutoff_time": "18:00"}, ["06-25 18:00", "07-25 18:00"]),
        ("2026-07", {"cutoff_time": "00:00"}, ["07-01 00:00", "08-01 00:00"]),
        ("2026-02-D3", {"settlement_cycle": "ten_day"}, ["02-21 08:00", "03-01 08:00"]),
        ("2024-02-D3", {"settlement_cycle": "ten_day"}, ["02-21 08:00", "03-01 08:00"]),
        ("2026-07-D1", {"settlement_cycle": "ten_day", "read_days": "end"}, ["07-01 08:00", "07-11 08:00"]),
        (
            "2026-07-D1",
            {"settlement_cycle": "ten_day", "read_days": "8|18|28"},
            ["06-29 08:00", "07-09 08:00"],
        ),
        (
            "2026-02-D3",
            {"settlement_cycle": "ten_day", "read_days": "10|20|30"},
            ["02-21 08:00", "03-01 08:00"],
        ),
        (
            "2026-07",
            {"settlement_cycle": "ten_day_monthly"},
            ["07-01 08:00", "07-11 08:00", "07-21 08:00", "08-01 08:00"],
        ),
    ],
)
def test_a_period_is_as_agreed(period: str, agreed: dict[str, str], expected: list[str]) -> None:
    assert edges(period, **agreed) == expected


def test_a_month_over_the_clock_change_is_an_hour_off() -> None:
    schedule = Schedule(Cycle.MONTHLY, (31,), GasCalendar("Europe/Berlin", time(6)))
    lengths = {
        month: (schedule.edges(month)[1] - schedule.edges(month)[0]) // HOUR
        for month in ("2026-03", "2026-10", "2026-07")
    }
    assert lengths == {"2026-03": 31 * 24 - 1, "2026-10": 31 * 24 + 1, "2026-07": 31 * 24}


@pytest.mark.parametrize("cycle", Cycle)
def test_only_its_own_periods_are_expected(cycle: Cycle) -> None:
    assert cycle.expects("2026-07") == (cycle is not Cycle.TEN_DAY)
    assert cycle.expects("2026-07-D2") == (cycle is Cycle.TEN_DAY)
    assert not any(
        cycle.expects(wrong) for wrong in ("2026-7", "2026-07-D4", "2026-07-d1", "", "2026-07-D1 ")
    )


def test_a_contract_that_changes_within_a_period_splits_it() -> None:
    change = at("Asia/Shanghai", 2026, 7, 15, 9)
    amended = at("Asia/Shanghai", 2026, 7, 25)
    known = registry(
        [
            contract(change, settlement_cycle="ten_day"),
            contract(amended, settlement_cycle="ten_day", correction="ptz"),
        ]
    )
    before, after = agreements(known, "S")
    assert (before.account, before.contract, after.account, after.contract) == ("A", None, "B", "K")
    assert after.end > amended, "an amendment that changes neither payer nor periods is the same agreement"
    assert spans_in(before, "2026-07") == Span(at("Asia/Shanghai", 2026, 7, 1, 8), change)
    assert spans_in(after, "2026-07-D1") is None
    assert spans_in(after, "2026-07-D2") == Span(change, at("Asia/Shanghai", 2026, 7, 21, 8))


def test_nobody_pays_where_no_account_is_known() -> None:
    assert agreements(registry([], account=None), "S") == []


cycles = st.sampled_from([None, *(str(cycle) for cycle in Cycle)])
read_days = st.none() | st.lists(
    st.sampled_from([*map(str, range(1, 32)), "end"]), min_size=1, max_size=4
).map("|".join)
cutoffs = st.none() | st.times().map(lambda one: f"{one:%H:%M}")


@given(
    zone=st.sampled_from(ZONES),
    account=st.sampled_from(["A", None]),
    changes=st.lists(
        st.tuples(st.integers(0, 400 * 24 * 60), cycles, read_days, cutoffs, st.sampled_from("KL")),
        max_size=4,
        unique_by=lambda one: one[0],
    ),
)
@settings(deadline=None)
def test_periods_follow_each_other_whatever_is_agreed(
    zone: str, account: str | None, changes: list[tuple[int, str | None, str | None, str | None, str]]
) -> None:
    """Every instant of two years in which somebody pays lies in one period of one agreement."""
    start = at("UTC", 2025, 1, 1)
    contracts = [
        Contract(
            contract=name, account="B", site="S", valid_from=start + minute * MINUTE,
            settlement_cycle=cycle, read_days=days, cutoff_time=cutoff,  # type: ignore[arg-type]
        )
        for minute, cycle, days, cutoff, name in sorted(changes)
    ]  # fmt: skip
    found = agreements(registry(contracts, account=account, zone=zone), "S")
    for one, after in pairwise(found):
        assert one.end == after.start
    spans: list[Span] = []
    for agreement in found:
        schedule = agreement.schedule
        period = schedule.period_at(max(agreement.start, start))
        last = min(agreement.end, start + 730 * DAY)
        while schedule.edges(period)[0] < last:
            if span := spans_in(agreement, period):
                spans.append(span)
            period = schedule.after(period)
    assert all(one.end == after.start for one, after in pairwise(spans))
    if found:
        assert spans[0].start <= max(start, found[0].start)
        assert spans[-1].end >= start + 730 * DAY


def installed(meter: str, valid_from: int, removed_at: int | None = None, site: str = "S") -> Installation:
    return Installation(
        meter=meter, site=site, device=f"D{meter}", valid_from=valid_from, removed_at=removed_at, index_um3=0
    )


def metered(*rows: Installation, role: str | None = None) -> Registry:
    meters = [
        Meter(
            meter_id=place, meter=name, type="turbine", kind="smart", qmax_m3h=1, digits=8,
            correction="none", role=role,  # type: ignore[arg-type]
        )
        for place, name in enumerate(sorted({row.meter for row in rows}))
    ]  # fmt: skip
    sites = [Site(site=name, zone="Z", time_zone="UTC", account="A") for name in ("S", "T")]
    return Registry(
        RegistryRows(
            accounts=[Account(account="A", name="A")],
            zones=[Zone(zone="Z", name="Z")],
            sites=sites,
            meters=meters,
            installations=list(rows),
        )
    )


def test_an_hour_is_of_one_installation() -> None:
    exchange = 5 * HOUR + 20 * MINUTE
    known = metered(
        installed("M", 0, exchange), installed("M", exchange + MINUTE, site="T"), installed("N", exchange)
    )
    found = [(one.installation.site, one.start, one.end) for one in hours_of_meter(known, "M")]
    assert [(site, start // HOUR) for site, start, _ in found] == [("S", 0), ("T", 6)]
    (other,) = hours_of_meter(known, "N")
    assert other.start == 5 * HOUR, "its first hour is the one it began in"
    here = list(segments(known, "S", Span(2 * HOUR, 9 * HOUR)))
    assert [(one.installation.meter, one.start // HOUR, one.end // HOUR) for one in here] == [
        ("M", 2, 6),
        ("N", 5, 9),
    ]
    parts = [(one.start // HOUR, one.end // HOUR) for one in cut(here[0], (0, 3 * HOUR - 1, 4 * HOUR))]
    assert parts == [(2, 3), (3, 4), (4, 6)]


@pytest.mark.parametrize(
    ("role", "billed"),
    [
        (None, True),
        ("billing", True),
        ("bypass", True),
        ("check", False),
        ("zone_inlet", False),
        ("own_use", False),
    ],
)
def test_only_what_the_customer_pays_for_is_billed(role: str | None, billed: bool) -> None:
    known = metered(installed("M", 0), role=role)
    assert bool(list(segments(known, "S", Span(0, DAY)))) == billed
