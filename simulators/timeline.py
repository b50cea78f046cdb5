"""The city's registers at any instant: days are computed once, in order, and only the last few are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.city import City
from simulators.days import SLOT_S, SLOTS, local_day, midnight
from simulators.metering import CityDay, city_day
from simulators.tempo import Life

Floats = NDArray[np.float64]

_KEPT_DAYS: Final = 3
_GRID_S: Final = np.arange(SLOTS + 1) * float(SLOT_S)
_CENTRES_S: Final = (np.arange(SLOTS) + 0.5) * SLOT_S


@dataclass(frozen=True, slots=True)
class MeterState:
    """What goes through one meter at some instants, and what has since the opening reading."""

    volume_m3: Floats
    base_volume_m3: Floats
    flow_m3h: Floats
    pressure_kpa: Floats
    """Absolute."""
    temperature_degc: Floats


class Timeline:
    """What has passed each meter since the opening reading, and the day around any instant.

    `lives` are the live parts of earlier runs: all of them over before the first instant asked for.
    """

    def __init__(self, city: City, lives: Sequence[Life] = ()) -> None:
        self._city = city
        self._kept: dict[int, CityDay] = {}
        empty = np.zeros((2, len(city.customers)))
        self._totals: list[Floats] = [empty]
        """Volume and base volume of all customers up to each midnight since the first day."""
        self._drift = sum((self._left(life) for life in lives), empty)

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

    def passed(self, at: float) -> Floats:
        """Return volume and base volume (rows) of all customers (columns) by the pattern alone."""
        day = local_day(at)
        before, today = self.before(day), self.day(day)
        slots, part = divmod(at - midnight(day), SLOT_S)
        grids = (today.volume_m3, today.base_volume_m3)
        first, last = (np.array([grid[:, int(slots) + step] for grid in grids]) for step in (0, 1))
        passed: Floats = before + first + (last - first) * part / SLOT_S
        return passed

    def _left(self, life: Life) -> Floats:
        """Return what a life has left on the registers beyond what the pattern did meanwhile."""
        left = self._gained(life) if life.speed != 1 else np.zeros((2, len(self._city.customers)))
        if life.lost is not None:
            customer, *fallen = life.lost
            left[:, customer] -= fallen
        return left

    def _gained(self, life: Life) -> Floats:
        """Return what a life has added by running faster."""
        opening = self.passed(life.begin)
        lived = (self.passed(life.tempo.load_time(life.end)) - opening) / life.speed
        return lived - (self.passed(life.end) - opening)

    def state(self, customer: int, at: Floats) -> MeterState:
        """Return a customer's meter at instants that lie within one local day."""
        day = local_day(float(at[0]))
        before = self.before(day) + self._drift
        today = self.day(day)
        into = at - midnight(day)
        now = np.minimum(into // SLOT_S, SLOTS - 1).astype(np.int64)
        return MeterState(
            volume_m3=before[0, customer] + np.interp(into, _GRID_S, today.volume_m3[customer]),
            base_volume_m3=before[1, customer] + np.interp(into, _GRID_S, today.base_volume_m3[customer]),
            flow_m3h=today.base_flow_m3h[customer, now] / today.factor[customer, now],
            pressure_kpa=today.pressure_kpa[customer, now],
            temperature_degc=today.temperature_degc[customer, now],
        )

    def station_flow_m3h(self, station: int, at: Floats) -> Floats:
        """Return the base flow through a station at instants that lie within one local day."""
        day = local_day(float(at[0]))
        flow: Floats = np.interp(at - midnight(day), _CENTRES_S, self.day(day).station_flow_m3h[station])
        return flow
