"""Whole days of meters against the usual of their type, and what they lie off it by chance."""

from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import MAD, Days, quantile
from telemetry.model import Floats

SEVEN: Final = 7
_ENOUGH: Final = 4
_HALF: Final = 0.5
_SHUT: Final = 0.05  # of the usual: what is less is as good as nothing
_USUAL_DAYS: Final = 18
_FEWEST_DAYS: Final = 8
_FAR: Final = 4.0


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
    most = _FAR * MAD * quantile(np.abs(off), _HALF)[:, None]
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
