"""Hours of meters by whole local days, newest first."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.history import History
from telemetry.model import Booleans, Floats, Integers

_MOST_OF_A_DAY: Final = 20  # of 24 hours must be known
_LONGEST_DAY: Final = 25  # hours: the one on which clocks go back
ENOUGH_HOURS: Final = 4
"""Of a day, known, for its median."""

MAD: Final = 1.4826
"""Standard deviation of a normal distribution by its median deviation from the median."""


@dataclass(frozen=True)
class Days:
    """Whole local days of meters, newest first; NaN where too little is known of one.

    ``newest`` is the number of each meter's newest.
    """

    newest: Integers
    volume_m3: Floats
    temperature_k: Floats
    day_type: Integers

    @property
    def week_type(self) -> Integers:
        """The type of each day by the day of the week alone, as if there were no holidays."""
        back = np.arange(self.volume_m3.shape[1])[None, :]
        found: Integers = np.maximum((self.newest[:, None] - back - 1) % 7 - 4, 0)
        return found


class DayGrid:
    """Lays hours of meters into whole local days: (m, d, 25), newest day first."""

    def __init__(self, past: History) -> None:
        meters, days = past.meters.size, past.hours // 24
        place = np.arange(past.hours)[None, :]
        starts = np.ones(past.day.shape, dtype=np.bool_)
        starts[:, 1:] = past.day[:, 1:] != past.day[:, :-1]
        within = place - np.maximum.accumulate(np.where(starts, place, 0), axis=1)
        back = newest_day(past)[:, None] - past.day
        self.shape = (meters, days, _LONGEST_DAY)
        self.inside: Booleans = (back >= 0) & (back < days)
        self.day: Integers = np.arange(meters)[:, None] * days + back
        self._cell = self.day * _LONGEST_DAY + within

    def lay(self, values: Floats, rows: Booleans) -> Floats:
        """Return some hours' values by day; NaN elsewhere, in no known order within a day."""
        found = np.full(np.prod(self.shape), np.nan)
        laid = rows & self.inside
        found[self._cell[laid]] = values[laid]
        return found.reshape(self.shape)


def whole_days(past: History) -> Days:
    """Sum the hours of each whole local day; T is the median of the hours with flow.

    A day is whole when most of its hours are known: what was estimated for a gap is no habit.
    """
    grid = DayGrid(past)
    meters, days, _ = grid.shape
    read = grid.inside & ~np.isnan(past.volume_m3)
    hours = np.bincount(grid.day[read & ~past.estimated], minlength=meters * days).reshape(meters, days)
    volume = np.bincount(grid.day[read], past.volume_m3[read], meters * days).reshape(meters, days)
    types = np.full(meters * days, HOLIDAY, dtype=np.int64)
    types[grid.day[grid.inside]] = past.day_type[grid.inside]
    return Days(
        newest=newest_day(past),
        volume_m3=np.where(hours >= _MOST_OF_A_DAY, volume, np.nan),
        temperature_k=medians(grid.lay(past.temperature_k, past.good & (past.volume_m3 > 0))),
        day_type=types.reshape(meters, days),
    )


def medians(hours: Floats) -> Floats:
    """Return each day's median of what a `DayGrid` lays, where at least four hours are known."""
    ordered = np.sort(hours, axis=2)
    count = (~np.isnan(ordered)).sum(axis=2)[:, :, None]
    low, high = (
        np.take_along_axis(ordered, np.maximum(one, 0), axis=2) for one in ((count - 1) // 2, count // 2)
    )
    found: Floats = np.where(count >= ENOUGH_HOURS, (low + high) / 2, np.nan)[:, :, 0]
    return found


def newest_day(past: History) -> Integers:
    """Return the number of each meter's newest whole local day."""
    newest: Integers = past.day[:, -1] - (past.local_hour[:, -1] < 23)  # noqa: PLR2004 -- a day's last hour
    return newest


def quantile(values: Floats, share: float) -> Floats:
    """Return a quantile of each row without its NaN; NaN for a row that has nothing else."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    place = np.maximum(np.rint(share * (count - 1)).astype(np.int64), 0)
    found: Floats = np.where(count > 0, ordered[np.arange(values.shape[0]), place], np.nan)
    return found
