"""How far hours differ from each other as hours do in which gas is drawn, whatever level they lie at."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.draw import mean
from telemetry.model import Booleans, Floats, Integers

_DAY: Final = 24
_FEWEST: Final = 12
_HALF: Final = 0.5
_SIGMAS: Final = 3.0


class Contrast(NamedTuple):
    """By what share of the usual the pressure of some hours of each meter falls as more gas is drawn.

    Attributes
    ----------
    share : (m,)
        1 where as much is drawn as ever, 0 where nothing is; NaN where all hours usually draw alike.
    square : (m,) [%²]
        The sum of squares that it rests on, NaN where there is none.
    hours, drawing : (m,)
        How many they are, and in how many of them more is usually drawn than in the mean of them.
    """

    share: Floats
    square: Floats
    hours: Integers
    drawing: Integers

    def hours_drawn(self, usual: Floats | float, sigma: Floats, least_sure: float) -> Floats:
        """Return (m,) in how many hours gas is drawn, 0 where nothing tells.

        The share must exceed the ``usual`` of hours in which nothing is drawn by more than a half and than
        three standard deviations. Nothing is said of fewer than twelve hours, nor where ``sigma`` is more
        than ``least_sure``.
        """
        clear = self.share - usual > np.maximum(_HALF, _SIGMAS * sigma)
        return np.where((self.hours >= _FEWEST) & (sigma <= least_sure) & clear, self.drawing, 0.0)


def newest_day(known: Booleans) -> Booleans:
    """Return those of the known hours (m, h) that are of the newest 24."""
    found = known.copy()
    found[:, :-_DAY] = False
    return found


def contrast(off: Floats, takes: Floats, which: Booleans) -> Contrast:
    r"""Return how the pressure of chosen hours follows what is usually drawn in them.

    Parameters
    ----------
    off, takes : (m, h) [%]
        How far the pressure lies off the line, and how far what is usually drawn takes it down.
    which : (m, h)
        The hours that are looked at; ``off`` and ``takes`` are known in them.

    Notes
    -----
    .. math:: b = -\frac{\sum (x - \bar x)(t - \bar t)}{\sum (t - \bar t)^2}
    """
    x, t = (np.where(which, one - np.nan_to_num(mean(one, which))[:, None], 0.0) for one in (off, takes))
    square = (t**2).sum(axis=1)
    square = np.where(square > 0, square, np.nan)
    return Contrast(-(x * t).sum(axis=1) / square, square, which.sum(axis=1), (t > 0).sum(axis=1))
