"""Gas days, ten-day periods and months against the clock on the wall."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.billing.gas_day import GasCalendar, Granularity, first_day, intervals, period_name
from telemetry.errors import ConfigurationError
from telemetry.model import DAY, HOUR, instant

SHANGHAI = GasCalendar("Asia/Shanghai")
BERLIN = GasCalendar("Europe/Berlin", time(6))


def at(zone: str, *when: int) -> int:
    return instant(datetime(*when, tzinfo=ZoneInfo(zone)))  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 3, 29), 24), (date(2026, 10, 24), 25), (date(2026, 7, 1), 24)],
)
def test_gas_day_of_six_in_the_morning_over_the_clock_changes(day: date, hours: int) -> None:
    # The clocks change at 2 in the night of Sunday the 29th and 25th: in the gas day that began on Saturday.
    span = BERLIN.day(day)
    assert (span.end - span.start) // HOUR == hours
    assert BERLIN.day_of(span.start) == BERLIN.day_of(span.end - 1) == day


def test_day_that_begins_at_midnight_where_midnight_is_leapt_over() -> None:
    # Beirut leaps from 0 to 1 o'clock on 27 March 2022: the day begins at the leap and has 23 hours.
    beirut = GasCalendar("Asia/Beirut")
    span = beirut.day(date(2022, 3, 27))
    assert (span.end - span.start) // HOUR == 23
    assert span.start == at("UTC", 2022, 3, 26, 22)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2026-07", (2026, 7, 1), (2026, 8, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026-07-D1", (2026, 7, 1), (2026, 7, 11)),
        ("2026-07-D2", (2026, 7, 11), (2026, 7, 21)),
        ("2026-07-D3", (2026, 7, 21), (2026, 8, 1)),
        ("2024-02-D3", (2024, 2, 21), (2024, 3, 1)),
        ("2026-12-D3", (2026, 12, 21), (2027, 1, 1)),
    ],
)
def test_periods(period: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    span = SHANGHAI.period(period)
    assert (span.start, span.end) == (at("Asia/Shanghai", *first), at("Asia/Shanghai", *after))
    granularity = Granularity.TEN_DAY if "D" in period else Granularity.MONTH
    assert period_name(first_day(period), granularity) == period


def test_period_begins_with_the_gas_day() -> None:
    assert GasCalendar("Asia/Shanghai", time(8)).period("2026-07").start == at("UTC", 2026, 7, 1)


@pytest.mark.parametrize(
    "wrong", ["2026-7", "2026-13", "2026-07-D4", "2026-07-D0", "2026", "", "2026-07-D1x"]
)
def test_wrong_period_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"'{wrong}'"):
        first_day(wrong)


def test_unknown_zone_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Asia/Peking"):
        GasCalendar("Asia/Peking").begin(date(2026, 1, 1))


def test_intervals_are_those_that_start_in_the_span() -> None:
    start, end = at("Asia/Shanghai", 2026, 7, 1, 0, 1), at("Asia/Shanghai", 2026, 7, 4)
    edges = intervals(SHANGHAI, Granularity.DAY, start, end)
    assert edges.tolist() == [at("Asia/Shanghai", 2026, 7, day) for day in (2, 3, 4)]


def test_hours_are_whole_hours() -> None:
    assert intervals(SHANGHAI, Granularity.HOUR, 1, 2 * HOUR + 1).tolist() == [HOUR, 2 * HOUR, 3 * HOUR]


def test_span_in_which_nothing_starts_has_no_interval() -> None:
    start = at("Asia/Shanghai", 2026, 7, 1, 5)
    for granularity in Granularity:
        assert len(intervals(SHANGHAI, granularity, start + 1, start + 2)) == 1


@given(
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe", "UTC"]),
    hour=st.integers(0, 23),
    granularity=st.sampled_from([Granularity.DAY, Granularity.TEN_DAY, Granularity.MONTH]),
    start=st.integers(0, 80 * 365 * DAY),
    length=st.integers(0, 100 * DAY),
)
def test_intervals_follow_each_other_without_gap(
    zone: str, hour: int, granularity: Granularity, start: int, length: int
) -> None:
    calendar = GasCalendar(zone, time(hour))
    edges = intervals(calendar, granularity, start, start + length)
    assert (np.diff(edges) >= 22 * HOUR).all()
    assert ((start <= edges[:-1]) & (edges[:-1] < start + length)).all()
    assert edges[-1] >= start + length
    # Cutting the span anywhere gives the same intervals.
    middle = start + length // 3
    parts = [
        intervals(calendar, granularity, *span)[:-1] for span in ((start, middle), (middle, start + length))
    ]
    assert np.concatenate(parts).tolist() == edges[:-1].tolist()
