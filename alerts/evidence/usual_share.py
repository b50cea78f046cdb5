"""What is usually missing between meters that the same gas goes through: their errors, not anybody's gas."""

from typing import Final

import numpy as np

from alerts.habits.patterns import RECENT_DAYS, row_medians
from telemetry.model import Floats

_FEWEST_DAYS: Final = 7


def usual_share(daily: Floats, plausible: Floats) -> Floats:
    """Return what share of a day's gas is usually missing.

    Parameters
    ----------
    daily : (m, d) [1]
        What was missing day by day, the newest last; NaN where not known.
    plausible : (m,) [1]
        How much meters may be off either way: days beyond it are faults and no habit.

    Returns
    -------
    Floats
        (m,) the median of plausible days without the newest seven; 0 where fewer than seven are known.

    Examples
    --------
    >>> days = np.array([[-0.007] * 13 + [0.05] * 8 + [0.02] * 7])
    >>> usual_share(days, np.array([0.012])).tolist(), usual_share(days, np.array([0.001])).tolist()
    ([-0.007], [0.0])
    """
    if daily.shape[1] < RECENT_DAYS + _FEWEST_DAYS:
        return np.zeros(daily.shape[0])
    older = daily[:, :-RECENT_DAYS]
    known = np.abs(older) <= plausible[:, None]
    enough = known.sum(axis=1) >= _FEWEST_DAYS
    return np.where(enough, np.nan_to_num(row_medians(np.where(known, older, np.nan))), 0.0)


def beyond(missing: Floats, usual: Floats) -> Floats:
    """Return what is missing beyond the usual; where it is less than that, what is too much, if anything.

    What goes missing anew counts from the usual. What no longer goes missing is no fault of today.

    Examples
    --------
    >>> beyond(np.array([3.0, 1.0, -1.0, -1.0]), np.array([1.0, 2.0, 2.0, -2.0])).tolist()
    [2.0, 0.0, -1.0, 1.0]
    """
    return np.where(missing > usual, missing - usual, np.minimum(missing, 0.0))
