"""The city's registers at any instant: days are computed once, in order, and only the last few are kept."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.city import City
from simulators.days import DAY_S, SLOT_S, SLOTS, local_day, midnight
from simulators.metering import CityDay, city_day

Floats = NDArray[np.float64]

_KEPT_DAYS: Final = 3
_GRID_S: Final = np.arange(SLOTS + 1) * float(SLOT_S)


class Timeline:
    """What has passed each meter since the opening reading, and the day around any instant."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._kept: dict[int, CityDay] = {}
        empty = np.zeros((2, len(city.customers)))
        self._totals: list[Floats] = [empty]
        """Volume and base volume of all customers up to each midnight since the first day."""

    def day(self, day: int) -> CityDay:
        """Return a day of the city, from memory when it is one of the last asked for."""
        if day not in self._kept:
            while len(self._kept) >= _KEPT_DAYS:
                del self._kept[next(iter(self._kept))]
            self._kept[day] = city_day(self._city, day)
        return self._kept[day]

    def before(self, day: int) -> Floats:
        """Return volume and base volume (rows) of all customers (columns) passed before a day."""
        ordinal = day - self._city.first_day
        if ordinal < 0:
            raise ValueError(f"the registers of this city begin on day {self._city.first_day}, not {day}")
        while len(self._totals) <= ordinal:
            last = self.day(self._city.first_day + len(self._totals) - 1)
            passed = np.array([last.volume_m3[:, -1], last.base_volume_m3[:, -1]])
            self._totals.append(self._totals[-1] + passed)
        return self._totals[ordinal]

    def passed(self, customer: int, at: Floats) -> tuple[Floats, Floats]:
        """Return volume and base volume passed up to instants that lie within one local day."""
        day = local_day(float(at[0]))
        before = self.before(day)
        today = self.day(day)
        into = at - midnight(day)
        volume = before[0, customer] + np.interp(into, _GRID_S, today.volume_m3[customer])
        base = before[1, customer] + np.interp(into, _GRID_S, today.base_volume_m3[customer])
        return volume, base


def slot(at: Floats) -> NDArray[np.int64]:
    """Return the slot of the local day that each instant falls in."""
    into = (at - midnight(0)) % DAY_S
    return np.minimum(into // SLOT_S, SLOTS - 1).astype(np.int64)
