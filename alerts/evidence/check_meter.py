"""What a meter in series says: two meters through which the same gas goes, over the same hours."""

from typing import Final, NamedTuple

import numpy as np

from alerts.evidence.usual_share import usual_share
from alerts.habits.days import ENOUGH_HOURS, quantile
from telemetry.model import Booleans, Floats

DAY_OF_USE: Final = 24
"""Hours in which gas flows that are compared."""

_WITHIN: Final = 7 * 24
_ENOUGH: Final = 12
_LEFT_OUT: Final = 2
_FLOWS: Final = 0.1  # of what passes in a busy hour: below it meters may err by more


class Deviation(NamedTuple):
    """How far each main meter lies off the one that checks it, by that, and of how many hours; (m,)."""

    deviation: Floats
    hours: Floats
    main_m3: Floats
    check_m3: Floats
    newest: Booleans
    """(m, h): the hours that were compared."""


def deviation(main_m3: Floats, check_m3: Floats) -> Deviation:
    r"""Hold main meters against those that check them, over the newest day of use.

    Parameters
    ----------
    main_m3, check_m3 : (m, h) [m³ at base conditions]
        What each counted hour by hour, the newest last; NaN where it was not read.

    Returns
    -------
    Deviation
        NaN where fewer than twelve such hours of the last seven days are known.

    Notes
    -----
    .. math:: d = \frac{V_{b,main} - V_{b,check}}{V_{b,check}}

    over the newest 24 hours that both know and in which the check meter counted a tenth or more of a busy
    hour (95 % of its hours with flow), without the two on either side in which both differ most: one hour
    in which flow or pressure leapt is no error of a meter.
    """
    used = _used(main_m3, check_m3)
    used[:, :-_WITHIN] = False
    newer = np.cumsum(used[:, ::-1], axis=1)[:, ::-1]
    chosen = used & (newer <= DAY_OF_USE)
    ratio = np.where(chosen, main_m3 / np.where(chosen, check_m3, 1.0), np.nan)
    rank = np.argsort(np.argsort(ratio, axis=1), axis=1)
    count = chosen.sum(axis=1)[:, None]
    chosen &= (rank >= np.minimum(_LEFT_OUT, count // 6)) & (rank < count - np.minimum(_LEFT_OUT, count // 6))
    hours = chosen.sum(axis=1).astype(np.float64)
    main, check = (np.where(chosen, one, 0.0).sum(axis=1) for one in (main_m3, check_m3))
    enough = hours >= _ENOUGH
    off = np.where(enough, main / np.where(check > 0, check, np.nan) - 1, np.nan)
    return Deviation(off, hours, main, check, chosen)


def usual_deviation(main_m3: Floats, check_m3: Floats, plausible: Floats) -> Floats:
    """Return how far each main meter usually lies off the one that checks it, (m,); 0 where not known.

    ``plausible`` (m,) is by how much both may be off: days beyond it are not learned from, nor are those of
    which fewer than four hours are known.
    """
    used = _used(main_m3, check_m3)
    main, check, hours = (
        one.reshape(one.shape[0], -1, DAY_OF_USE).sum(axis=2)
        for one in (np.where(used, main_m3, 0.0), np.where(used, check_m3, 0.0), used)
    )
    daily = np.where(hours >= ENOUGH_HOURS, main / np.where(check > 0, check, np.nan) - 1, np.nan)
    return usual_share(daily, plausible)


def _used(main_m3: Floats, check_m3: Floats) -> Booleans:
    """Return the hours that both know and in which enough passes the check meter, (m, h)."""
    busy = quantile(np.where(check_m3 > 0, check_m3, np.nan), 0.95)
    found: Booleans = ~np.isnan(main_m3) & (check_m3 >= _FLOWS * busy[:, None])
    return found
