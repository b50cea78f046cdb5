"""For how long an alarm may be put aside: what the form offers, and until when a choice holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.reports.shifts import shift_at
from api.console.entries import zoned

_HOURS: Final[Mapping[str, timedelta]] = {f"{hours}h": timedelta(hours=hours) for hours in (1, 4, 8)}
SHIFT: Final = "shift"
TIME: Final = "time"


@dataclass(frozen=True)
class Holding:
    """What bounds a shelving now: the clock, the end of the shift, the longest time."""

    now: datetime
    zone: ZoneInfo
    shifts: Sequence[time]
    longest: timedelta

    @property
    def shift_ends(self) -> datetime:
        """When the present shift ends."""
        return shift_at(self.now, self.shifts, self.zone)[1]

    @property
    def choices(self) -> list[str]:
        """What may be chosen, the shortest first."""
        choices = [name for name, hours in _HOURS.items() if hours <= self.longest]
        if self.shift_ends - self.now <= self.longest:
            choices.append(SHIFT)
        return [*choices, TIME]

    def until(self, chosen: str, written: str) -> str:
        """Return until when a choice holds, as RFC 3339; what is no choice, as it was written."""
        if chosen in _HOURS:
            return (self.now + _HOURS[chosen]).isoformat()
        return self.shift_ends.isoformat() if chosen == SHIFT else zoned(written, self.zone)
