"""Pressure and temperature of a step: the mean of its ends, or what stands in for them."""

import msgspec
import numpy as np

from telemetry.model import Booleans, Floats
from telemetry.quality import Flag
from telemetry.volumes.method import LAST_GOOD_AT_MOST
from telemetry.volumes.readings import Readings


class Ends(msgspec.Struct, frozen=True, eq=False):
    """One quantity of each step: at its ends, their mean, and the last good one before; NaN is none.

    Where one end is unusable the mean is the other's value. ``elsewhere`` is what twins measured at its
    ends.
    """

    first: Floats
    last: Floats
    mean: Floats
    before: Floats
    elsewhere: Floats

    @property
    def unusable(self) -> Booleans:
        """Say of each step whether an end of it is unusable."""
        return np.isnan(self.first) | np.isnan(self.last)


def ends(readings: Readings, values: Floats, elsewhere: Floats) -> Ends:
    """Return what a quantity was in the step after each reading but the last.

    What a device on default values says of it is none of the gas. ``elsewhere`` is what twins measured at
    each reading.
    """
    measured = (readings.flags & Flag.ON_DEFAULT_VALUES) == 0
    with np.errstate(invalid="ignore"):
        usable = np.where((values > 0) & (values < np.inf) & measured, values, np.nan)
    first, last, before = usable[:-1], usable[1:], _last_good(readings, usable)[:-1]
    return Ends(first, last, _mean(first, last), before, _mean(elsewhere[:-1], elsewhere[1:]))


def _mean(first: Floats, last: Floats) -> Floats:
    """Return the mean of both ends, of one alone what it is."""
    return np.where(np.isnan(first), last, np.where(np.isnan(last), first, (first + last) / 2))


def _last_good(readings: Readings, values: Floats) -> Floats:
    """Return at each reading the last good value of its stretch, unless that is too long ago."""
    good = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    found = np.maximum(good, 0)
    ago = readings.measured_at - readings.measured_at[found]
    near = (good >= 0) & (readings.stretch[found] == readings.stretch) & (ago <= LAST_GOOD_AT_MOST)
    return np.where(near, values[found], np.nan)
