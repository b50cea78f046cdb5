"""Days at a site: hour of the day, type of day and public holidays; how far back habits are looked for."""

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from telemetry.model import HOUR, SECOND, Instant, Integers

SUNDAY: Final = 2
HOLIDAY: Final = 3
"""Types of days; 0 is Monday to Friday, 1 Saturday."""

WEEKS: Final = 6
"""How many weeks of ordinary days habits are learned from."""

MOST_WEEKS: Final = 9
"""How far back that can lie: after the Spring Festival, with New Year before it."""

_WEEK: Final = 7
_SPRING_FESTIVAL: Final = {
    2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10),
    2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
}  # fmt: skip
_FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))})
_BEFORE, _AFTER = 4, 15
_OTHERS: Final = {  # Qingming, Dragon Boat and Mid-Autumn
    2018: ((4, 5), (6, 18), (9, 24)), 2019: ((4, 5), (6, 7), (9, 13)), 2020: ((4, 4), (6, 25), (10, 1)),
    2021: ((4, 4), (6, 14), (9, 21)), 2022: ((4, 5), (6, 3), (9, 10)), 2023: ((4, 5), (6, 22), (9, 29)),
    2024: ((4, 4), (6, 10), (9, 17)), 2025: ((4, 4), (5, 31), (10, 6)), 2026: ((4, 5), (6, 19), (9, 25)),
    2027: ((4, 5), (6, 9), (9, 15)), 2028: ((4, 4), (5, 28), (10, 3)), 2029: ((4, 4), (6, 16), (9, 22)),
    2030: ((4, 5), (6, 5), (9, 12)),
}  # fmt: skip


def is_holiday(day: date) -> bool:
    """Tell whether much is shut in China: around Spring Festival, and on the other public holidays.

    From memory of the calendar, unverified against each year's decree, which moves days as well; what is
    learned from a meter itself counts more.
    """
    if (day.month, day.day) in _FIXED.union(_OTHERS.get(day.year, ())):
        return True
    month, first = _SPRING_FESTIVAL.get(day.year, (0, 0))
    if not month:
        return False
    apart = day.toordinal() - date(day.year, month, first).toordinal()
    return -_BEFORE <= apart <= _AFTER


def weeks_back(at: Instant) -> int:
    """Return how many weeks habits are looked for in: one more than six for each seven public holidays.

    Else in March nothing would be known of what was usual before the Spring Festival.
    """
    return _weeks_back(datetime.fromtimestamp(at // SECOND, UTC).toordinal())


@lru_cache(maxsize=1 << 12)
def _weeks_back(today: int) -> int:
    weeks = WEEKS
    while weeks < (wanted := WEEKS + _holidays(today, weeks * _WEEK) // _WEEK):
        weeks = wanted
    return weeks


def _holidays(today: int, days: int) -> int:
    return sum(is_holiday(date.fromordinal(today - back)) for back in range(days))


@lru_cache(maxsize=512)
def local_calendar(zone: str, newest: Instant, hours: int) -> Integers:
    """Return local hour, number and type of the day of so many hours up to one: (3, h)."""
    days = [_local(zone, newest - back * HOUR) for back in range(hours - 1, -1, -1)]
    return np.array(days, dtype=np.int64).T


@lru_cache(maxsize=1 << 17)
def _local(zone: str, start: Instant) -> tuple[int, int, int]:
    when = datetime.fromtimestamp(start // SECOND, UTC).astimezone(_zone(zone))
    number = when.toordinal()
    return when.hour, number, _day_type(number)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1 << 14)
def _day_type(number: int) -> int:
    day = date.fromordinal(number)
    if is_holiday(day):
        return HOLIDAY
    return max(day.weekday() - 4, 0)
