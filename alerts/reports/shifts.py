"""The shifts of a control room: when the present one began, and when it ends."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHIFTS: Final = (time(0), time(8), time(16))
"""When shifts begin by the city's clock, where the configuration does not say."""

_DAY: Final = timedelta(days=1)


def shift_at(at: datetime, begins: Sequence[time], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the shift that a time lies in began, and when it ends.

    >>> from datetime import UTC
    >>> begin, end = shift_at(datetime(2026, 7, 1, 3, tzinfo=UTC), SHIFTS, ZoneInfo("Asia/Shanghai"))
    >>> f"{begin:%H:%M} {end:%H:%M}"
    '08:00 16:00'
    """
    today = at.astimezone(zone).date()
    days = (today - _DAY, today, today + _DAY)
    found = sorted(datetime.combine(day, begin, zone) for day in days for begin in begins)
    return max(one for one in found if one <= at), min(one for one in found if one > at)
