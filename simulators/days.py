"""Local days of the city as whole numbers since 1970, cut into slots of five minutes, and what day it is."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import numpy as np
from numpy.typing import NDArray

UTC_OFFSET_S: Final = 8 * 3600
TIME_ZONE: Final = "Asia/Shanghai"
HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
SLOT_S: Final = 300
SLOTS: Final = DAY_S // SLOT_S
SLOT_HOURS: Final[NDArray[np.float64]] = (np.arange(SLOTS) + 0.5) * SLOT_S / HOUR_S

_EPOCH: Final = date(1970, 1, 1)
_SATURDAY: Final = 5
_LOCAL: Final = timezone(timedelta(seconds=UTC_OFFSET_S))
_SPRING_FESTIVAL: Final = {
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
}
_FIXED_HOLIDAYS: Final = frozenset(
    [(1, 1), (4, 4), (4, 5), (4, 6), *((5, d) for d in range(1, 6)), *((10, d) for d in range(1, 8))]
)


def local_day(at: float) -> int:
    """Return the local day that an instant (epoch seconds) falls in."""
    return int((at + UTC_OFFSET_S) // DAY_S)


def midnight(day: int) -> int:
    """Return the instant at which a local day begins."""
    return day * DAY_S - UTC_OFFSET_S


def date_of(day: int) -> date:
    """Return the calendar date of a local day."""
    return _EPOCH + timedelta(days=day)


def local_time(at: float) -> str:
    """Return an instant as RFC 3339 text in the city's time, to the second."""
    return datetime.fromtimestamp(int(at), UTC).astimezone(_LOCAL).isoformat()


def is_weekend(day: int) -> bool:
    """Return whether the day is a Saturday or a Sunday."""
    return date_of(day).weekday() >= _SATURDAY


def is_spring_festival(day: int) -> bool:
    """Return whether the day lies between New Year's Eve and the sixth day of the lunar year."""
    today = date_of(day)
    first = _SPRING_FESTIVAL.get(today.year)
    return first is not None and -1 <= (today - first).days <= 5  # noqa: PLR2004 (six days and the eve)


def is_holiday(day: int) -> bool:
    """Return whether the day is a public holiday (of those that move, only the Spring Festival)."""
    today = date_of(day)
    return is_spring_festival(day) or (today.month, today.day) in _FIXED_HOLIDAYS


def is_school_vacation(day: int) -> bool:
    """Return whether the schools are closed for summer or winter."""
    today = date_of(day)
    summer = (7, 6) <= (today.month, today.day) <= (8, 31)
    winter = (1, 20) <= (today.month, today.day) <= (2, 20)
    return summer or winter
