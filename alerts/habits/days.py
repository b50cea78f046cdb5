"""Whole days of meters against the usual of their type, and daily values that move within weeks."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.history import History
from telemetry.model import Booleans, Floats, Integers

SEVEN: Final = 7
_MOST_OF_A_DAY: Final = 20  # of 24 hours must be known
_LONGEST_DAY: Final = 25  # hours: the one on which clocks go back
ENOUGH_HOURS: Final = 4
"""Of a day, known, for its median."""

_ENOUGH: Final = 4
_HALF: Final = 0.5
_SHUT: Final = 0.05  # of the usual: what is less is as good as nothing
_USUAL_DAYS: Final = 18
_FEWEST_DAYS: Final = 8
_FAR: Final = 4.0
_MAD: Final = 1.4826  # standard deviation of a normal distribution by its median deviation
_BEFORE: Final = 22
_TENTHS: Final = 1.523  # how far a normal distribution's outer tenths lie apart, by how far its fifths do
_MOST_AT_ONCE: Final = 0.75
_DAYS_BEFORE: Final = 16
_PART: Final = 0.15
"""Of a drift, at least, must have come before the last days, and half as much in them."""


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


def whole_days(past: History) -> Days:
    """Sum the hours of each whole local day; T is the median of the hours with flow.

    A day is whole when most of its hours are known: what was estimated for a gap is no habit.
    """
    meters, days = past.meters.size, past.hours // 24
    newest = newest_day(past)
    back = newest[:, None] - past.day
    cell = np.arange(meters)[:, None] * days + back
    inside = (back >= 0) & (back < days) & ~np.isnan(past.volume_m3)
    known = inside & ~past.estimated
    hours = np.bincount(cell[known], minlength=meters * days).reshape(meters, days)
    volume = np.bincount(cell[inside], past.volume_m3[inside], meters * days).reshape(meters, days)
    return Days(
        newest=newest,
        volume_m3=np.where(hours >= _MOST_OF_A_DAY, volume, np.nan),
        temperature_k=medians(by_day(past.temperature_k, past.good & (past.volume_m3 > 0), past)),
        day_type=_types(past, back),
    )


def by_day(values: Floats, rows: Booleans, past: History) -> Floats:
    """Return some hours' values by day, (m, d, 25), newest day first; NaN elsewhere, in no known order."""
    meters, hours = values.shape
    place = np.arange(hours)
    starts = np.ones(past.day.shape, dtype=np.bool_)
    starts[:, 1:] = past.day[:, 1:] != past.day[:, :-1]
    within = place[None, :] - np.maximum.accumulate(np.where(starts, place[None, :], 0), axis=1)
    back = newest_day(past)[:, None] - past.day
    days = hours // 24
    which, hour = np.nonzero(rows & (back >= 0) & (back < days))
    found = np.full((meters, days, _LONGEST_DAY), np.nan)
    found[which, back[which, hour], within[which, hour]] = values[which, hour]
    return found


def medians(hours: Floats) -> Floats:
    """Return each day's median of what `by_day` gives, where at least four hours are known."""
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


def _types(past: History, back: Integers) -> Integers:
    """Return the type of each day."""
    days = past.hours // 24
    types = np.full((past.meters.size, days), HOLIDAY, dtype=np.int64)
    inside = (back >= 0) & (back < days)
    rows, columns = np.nonzero(inside)
    types[rows, back[rows, columns]] = past.day_type[rows, columns]
    return types


def against_usual(days: Days, typical_m3h: Floats) -> Floats:
    """Return each day by the usual of its type, less 1: (m, d), newest first.

    The usual is the median of the days of the same type from eight days on back. A public holiday is held
    against the usual of its day of the week, and teaches none. A type of day on which less passes than in
    half a usual hour of use has no usual.
    """
    found = np.full(days.volume_m3.shape, np.nan)
    older = np.where(days.day_type == HOLIDAY, np.nan, days.volume_m3)
    older[:, :SEVEN] = np.nan
    for kind in range(HOLIDAY):
        same = days.week_type == kind
        known = np.where(same, older, np.nan)
        usual = quantile(known, _HALF)
        usual = np.where((~np.isnan(known)).sum(axis=1) >= _ENOUGH, usual, np.nan)
        usual = np.where(usual > _HALF * typical_m3h, usual, np.nan)
        found = np.where(same, days.volume_m3 / usual[:, None] - 1, found)
    return found


def bias30(days: Days) -> Floats:
    r"""Return how far the newest day lies off the thirty before it.

    .. math:: BIAS_{30} = (x - MA_{30}) / MA_{30}
    """
    past = days.volume_m3[:, 1:31]
    count = (~np.isnan(past)).sum(axis=1)
    mean = np.nansum(past, axis=1) / np.where(count > 0, count, np.nan)
    found: Floats = days.volume_m3[:, 0] / np.where(mean > 0, mean, np.nan) - 1
    return found


def wander(ratio: Floats) -> Floats:
    r"""Return how far the logarithms of days on end lie off the usual by chance; NaN where too few are known.

    Parameters
    ----------
    ratio : (m, d)
        Days by the usual of their type, less 1, newest first; the newest seven are not learned from.

    Notes
    -----
    The days off that a kitchen takes do not count.
    :math:`\sigma (1 + \varphi)` with the standard deviation and the correlation of a day with the one before:
    of independent days three on end are seldom far off on the same side, of a meter that wanders often.
    Days farther off than four standard deviations, by the median deviation, count as four: an outage of some
    days is no wandering. Of fewer than 18 days, as after a long holiday, it is less sure, by as much as they
    are fewer.
    """
    older = 1 + ratio[:, SEVEN:]
    logs = np.log(np.where(older > _SHUT, older, np.nan))
    known = ~np.isnan(logs)
    days = known.sum(axis=1)
    off = logs - quantile(logs, _HALF)[:, None]
    most = _FAR * _MAD * quantile(np.abs(off), _HALF)[:, None]
    value = np.where(known, np.clip(off, -most, most), 0.0)
    value = np.where(known, value - (value.sum(axis=1) / np.maximum(days, 1))[:, None], 0.0)
    square = (value**2).sum(axis=1)
    both = known[:, 1:] & known[:, :-1]
    newer, older = (np.where(both, part, 0.0) for part in (value[:, :-1], value[:, 1:]))
    scale = np.sqrt((newer**2).sum(axis=1) * (older**2).sum(axis=1))
    persistence = np.clip((newer * older).sum(axis=1) / np.where(scale > 0, scale, 1.0), 0, 1)
    sure = np.maximum(_USUAL_DAYS / np.maximum(days, 1), 1.0)
    found = np.sqrt(square / np.maximum(days, 1)) * sure * (1 + persistence)
    return np.where(days >= _FEWEST_DAYS, found, np.nan)


def quantile(values: Floats, share: float) -> Floats:
    """Return a quantile of each row without its NaN; NaN for a row that has nothing else."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    place = np.maximum(np.rint(share * (count - 1)).astype(np.int64), 0)
    found: Floats = np.where(count > 0, ordered[np.arange(values.shape[0]), place], np.nan)
    return found


def shift(daily: Floats, meanwhile: Floats | None = None) -> tuple[Floats, Floats]:
    """Return how far a daily value has drifted within three weeks, and how far it lay about before.

    Parameters
    ----------
    daily : (m, d)
        Newest first, NaN where not known.
    meanwhile : (m, d) or None
        The same, with days that tell less, such as holidays: only of what lies between are they asked.

    Returns
    -------
    shift, noise : (m,)
        The median of the last three days less that of the days from 22 days ago on; 0 where it did not come
        step by step: a regulator that is set anew moves at one blow, most of it from three days to the next
        three and beyond the noise, and a cold day goes again. The noise
        is half the distance of the extremes of those days, a tenth of them left out on either side, as their
        fifths tell it: a valve that was shut for a day or two is no noise. It is wider where they are fewer than 16, as after a long holiday, by as much; NaN where they are fewer
        than 8.

    Examples
    --------
    >>> drifting = np.concatenate([np.linspace(2.0, 0.0, 15), np.zeros(27)])[None, :]
    >>> round(shift(drifting)[0].item(), 2)
    1.86
    """
    before = daily[:, _BEFORE:]
    usual = quantile(before, _HALF)
    between = quantile(daily[:, 4:9], _HALF)
    if meanwhile is not None:
        between = np.where(np.isnan(between), quantile(meanwhile[:, 4:9], _HALF), between)
    now, middle = quantile(daily[:, :3], _HALF) - usual, between - usual
    share = middle / np.where(now == 0, np.nan, now)
    noise = _TENTHS * (quantile(before, 0.8) - quantile(before, 0.2)) / 2
    days = (~np.isnan(before)).sum(axis=1)
    noise *= np.maximum(_DAYS_BEFORE / np.maximum(days, 1), 1.0)
    at_once = np.nan_to_num(_largest_step(daily) - noise) > _MOST_AT_ONCE * np.abs(now)
    gradual = (share > _PART) & (share < 1 - _PART / 2) & ~at_once
    return np.where(gradual | np.isnan(now), now, 0.0), np.where(days >= _FEWEST_DAYS, noise, np.nan)


def _largest_step(daily: Floats) -> Floats:
    """Return the largest move within three weeks from the median of three days to that of the next three."""
    three = np.stack([quantile(daily[:, first : first + 3], _HALF) for first in range(_BEFORE + 3)], axis=1)
    steps = np.abs(three[:, :-3] - three[:, 3:])
    found: Floats = np.nan_to_num(steps).max(axis=1, initial=0.0)
    return found
