"""Gas days, ten-day periods and months of a site: explicit UTC spans, half open."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import HOUR, Instant, Integers, instant, moment

_PERIOD: Final = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(?:-D(?P<third>[123]))?")
_TEN_DAYS_BEGIN: Final = (1, 11, 21)
_ONE_DAY: Final = timedelta(days=1)


class Granularity(StrEnum):
    """How long the intervals are that volumes are asked for in."""

    HOUR = "hour"
    DAY = "day"
    TEN_DAY = "ten_day"
    MONTH = "month"


class Span(msgspec.Struct, frozen=True, order=True):
    """From an instant on, until another that no longer belongs to it."""

    start: Instant
    end: Instant


class GasCalendar(msgspec.Struct, frozen=True):
    """Where gas days begin: a time zone and a local time.

    A local time that the clocks leap over is the instant it would have been without the leap; of
    one that comes twice the first counts.
    """

    time_zone: str
    gas_day_start: time = time()

    def begin(self, day: date) -> Instant:
        """Return where a gas day begins.

        >>> moment(GasCalendar("Asia/Shanghai", time(8)).begin(date(2026, 7, 1))).isoformat()
        '2026-07-01T00:00:00+00:00'
        """
        local = datetime.combine(day, self.gas_day_start, tzinfo=zone_of(self.time_zone))
        return instant(local.astimezone(UTC))

    def day_of(self, at: Instant) -> date:
        """Return the gas day that an instant belongs to."""
        day = moment(at).astimezone(zone_of(self.time_zone)).date()
        while self.begin(day) > at:
            day -= _ONE_DAY
        while self.begin(day + _ONE_DAY) <= at:
            day += _ONE_DAY
        return day

    def span(self, first: date, after: date) -> Span:
        """Return the span from a gas day to another that no longer belongs to it."""
        return Span(self.begin(first), self.begin(after))

    def day(self, day: date) -> Span:
        """Return one gas day: 23, 24 or 25 hours."""
        return self.span(day, day + _ONE_DAY)

    def period(self, period: str) -> Span:
        """Return a settlement period, ``2026-07`` or a third of it, ``2026-07-D1`` to ``D3``.

        >>> span = GasCalendar("Asia/Shanghai").period("2024-02-D3")
        >>> (span.end - span.start) // HOUR
        216
        """
        first = first_day(period)
        step = _next_month if len(period) == len("2026-07") else _next_ten_days
        return self.span(first, step(first))


def first_day(period: str) -> date:
    """Return the first gas day of a settlement period."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"period {period!r}: expected a month like 2026-07 or a third of it like 2026-07-D1")
    return date(int(match["year"]), int(match["month"]), _TEN_DAYS_BEGIN[int(match["third"] or 1) - 1])


def period_name(day: date, granularity: Granularity) -> str:
    """Return the settlement period, ten days or a month, that a gas day belongs to.

    >>> period_name(date(2026, 7, 31), Granularity.TEN_DAY)
    '2026-07-D3'
    """
    month = f"{day:%Y-%m}"
    third = sum(day.day >= begin for begin in _TEN_DAYS_BEGIN)
    return f"{month}-D{third}" if granularity == Granularity.TEN_DAY else month


def intervals(calendar: GasCalendar, granularity: Granularity, start: Instant, end: Instant) -> Integers:
    """Return the edges of all intervals that start in a span: each edge but the last starts one.

    >>> calendar = GasCalendar("Europe/Berlin", time(6))
    >>> autumn = calendar.day(date(2026, 10, 24))
    >>> (np.diff(intervals(calendar, Granularity.DAY, autumn.start, autumn.end)) // HOUR).tolist()
    [25]
    """
    if granularity == Granularity.HOUR:
        return np.arange(-(-start // HOUR), -(-end // HOUR) + 1, dtype=np.int64) * HOUR
    edges = _edges(calendar, granularity, start, end)
    return np.fromiter(edges, np.int64)


def _edges(
    calendar: GasCalendar, granularity: Granularity, start: Instant, end: Instant
) -> Iterator[Instant]:
    step = _NEXT[granularity]
    day = _begin_of(calendar.day_of(start), granularity)
    while (edge := calendar.begin(day)) < start:
        day = step(day)
    while edge < end:
        yield edge
        day = step(day)
        edge = calendar.begin(day)
    yield edge


def _begin_of(day: date, granularity: Granularity) -> date:
    """Return the first day of the interval that a day belongs to."""
    if granularity == Granularity.DAY:
        return day
    return first_day(period_name(day, granularity))


def _next_day(day: date) -> date:
    return day + _ONE_DAY


def _next_ten_days(day: date) -> date:
    later = [begin for begin in _TEN_DAYS_BEGIN if begin > day.day]
    return day.replace(day=later[0]) if later else _next_month(day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


_NEXT: Final[dict[Granularity, Callable[[date], date]]] = {
    Granularity.DAY: _next_day,
    Granularity.TEN_DAY: _next_ten_days,
    Granularity.MONTH: _next_month,
}


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"time zone {name!r} is not known") from error
