"""The mean outlet pressure of stations hour by hour, as far back as patterns go."""

from typing import Final

import numpy as np

from alerts.habits.calendar import MOST_WEEKS
from alerts.habits.history import HOURS
from telemetry.model import HOUR, Floats, Instant, Integers

_KEPT: Final = MOST_WEEKS * 7 * 24 + 48
_NEVER: Final = -1


class OutletHours:
    """Keeps nine weeks of hours of each station: 37 kB a station."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Integers, Floats, Floats]] = {}

    def add(self, station: Integers, hour: Integers, total_pa: Floats, samples: Floats) -> None:
        """Take in sums of gauge pressures and how many samples each is of; an hour may come in parts."""
        for one in np.unique(station).tolist():
            mine = station == one
            hours, total, count = self._kept.setdefault(one, _empty())
            number = hour[mine] // HOUR
            place = number % _KEPT
            stale = hours[place] < number
            hours[place[stale]], total[place[stale]], count[place[stale]] = number[stale], 0.0, 0.0
            current = hours[place] == number
            np.add.at(total, place[current], total_pa[mine][current])
            np.add.at(count, place[current], samples[mine][current])

    def known_until(self, station: int) -> Instant:
        """Return the newest hour that is known of a station."""
        return int(self._kept[station][0].max()) * HOUR if station in self._kept else _NEVER * HOUR

    def before(self, station: int, end: Instant, hours: int = HOURS) -> Floats:
        """Return the mean gauge pressure [Pa] of so many hours up to an instant, the last one newest."""
        if station not in self._kept:
            return np.full(hours, np.nan)
        kept, total, count = self._kept[station]
        number = end // HOUR - hours + np.arange(hours)
        place = number % _KEPT
        known = (kept[place] == number) & (count[place] > 0)
        return np.where(known, total[place] / np.where(known, count[place], 1.0), np.nan)


def _empty() -> tuple[Integers, Floats, Floats]:
    return np.full(_KEPT, _NEVER, dtype=np.int64), np.zeros(_KEPT), np.zeros(_KEPT)
