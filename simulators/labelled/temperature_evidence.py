"""How clearly a meter's temperature tells of its sensor's drift, beside the meters that go with it."""

from typing import Final, NamedTuple

import numpy as np

from simulators.days import DAY_S
from simulators.labelled.scene import Place, Scene
from simulators.labelled.span import Floats

_ALIKE: Final = 5
_SIGMAS: Final = 3.0
_NORMAL: Final = 1.4826
"""Standard deviations in a median deviation from the median: a day on which a plant stood moves no median."""


class Evidence(NamedTuple):
    """What daily means tell before anything has happened."""

    apart_degc: Floats
    """By day, how far the meter lies from those that go with it, less what is usual."""
    least_degc: float
    """What shows at all: three standard deviations of it; infinite where no other meter has a corrector."""

    def told(self, scene: Scene, place: Place, off_degc: Floats, least_degc: float) -> float | None:
        """Return when the first whole day is over that shows a drift, if any within its time does.

        `off_degc` is by how much the sensor is off by slot. The day's mean of it must be `least_degc`, and
        both it and what is seen of it beside the others must exceed the noise.
        """
        span = scene.span
        off = off_degc.reshape(span.days, -1).mean(axis=1)
        seen = (self.apart_degc + off) * np.sign(off)
        begins = np.array([span.day_start(day) for day in range(span.days)])
        whole = (begins >= place.start) & (begins + DAY_S <= place.end)
        clear = (np.abs(off) >= max(least_degc, self.least_degc)) & (seen >= self.least_degc)
        days = np.flatnonzero(whole & clear)
        return float(begins[days[0]] + DAY_S) if days.size else None


def evidence(scene: Scene, place: Place) -> Evidence:
    """Return what the temperature of the five meters tells that went most nearly with one until then.

    Gas takes its temperature from the ground and, the less flows the more, from the air: one city has one
    weather, and those who burn alike, rest alike and stand alike have the same gas. So a customer's holidays
    hide no drift, and a furnace is compared with furnaces. What is usual is learnt from the ordinary days
    before; what the others' holidays do is in `apart_degc`.
    """
    own = scene.degc_by_day[place.name]
    before = scene.ordinary(place.point)[: int((place.start - scene.span.begin) // DAY_S)].nonzero()[0]
    others = [own - degc for name, degc in scene.degc_by_day.items() if name != place.name]
    if not others:
        return Evidence(np.zeros(own.size), np.inf)
    alike = sorted(others, key=lambda apart: _scatter(apart[before]))[:_ALIKE]
    apart = np.median(alike, axis=0)
    return Evidence(apart - np.median(apart[before]), _SIGMAS * _scatter(apart[before]))


def _scatter(values: Floats) -> float:
    return _NORMAL * float(np.median(np.abs(values - np.median(values))))
