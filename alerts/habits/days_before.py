"""Whether a register's idle hours differ from each other otherwise than those of the days before it stood."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.contrast import contrast, newest_day
from alerts.habits.history import History
from telemetry.model import Booleans, Floats, Integers

_DAY: Final = 24
_DAYS: Final = 8
_FEWEST_DAYS: Final = 5
_OF_HOURS: Final = 0.7  # of the newest day's must be known of another, six at least
_FEWEST_OF_DAY: Final = 6
_LEAST_SURE: Final = 1 / 5


class Standstill(NamedTuple):
    """The hours of some meters (m, h) whose registers have stood still for the newest ones.

    Attributes
    ----------
    idle, known : (m, h)
        The hours since each register last moved, and those of which ``off`` and ``takes`` are known.
    off, own, takes : (m, h) [%]
        How far the pressure lies off the line, how far what the register counted took it down, and how far
        what is usually drawn takes it down.
    """

    idle: Booleans
    known: Booleans
    off: Floats
    own: Floats
    takes: Floats


def drawn_unlike_before(past: History, stand: Standstill) -> Floats:
    r"""Return in how many hours of the newest day gas is drawn, held against the days before the standstill.

    Returns
    -------
    Floats
        (m,) [h], 0 where nothing tells.

    Notes
    -----
    What weeks differ by is too much for a small customer's hours, where the days before all looked alike.
    Of the newest 24 hours the share that is drawn is known (`contrast`); of each of eight
    days before the register stood, the same at the same local hours, of what the register does not explain.
    With their mean and standard deviation :math:`s`, gas is drawn where

    .. math:: b - \bar b > \max\left(\tfrac{1}{2},\; 3 s \sqrt{1 + 1/n}\right)

    Five of the days must be known and none is a holiday. Nothing is said where the deviation is more than
    a fifth.
    """
    newest = newest_day(stand.known)
    unexplained = _shares_before(past, stand, newest)
    days = (~np.isnan(unexplained)).sum(axis=0)
    sure = np.where(days >= _FEWEST_DAYS, days, np.nan)
    usual = np.nansum(unexplained, axis=0) / sure
    variance = np.nansum((unexplained - usual) ** 2, axis=0) / (sure - 1)
    sigma = np.sqrt(variance * (1 + 1 / sure))
    return contrast(stand.off, stand.takes, newest).hours_drawn(usual, sigma, _LEAST_SURE)


def _shares_before(past: History, stand: Standstill, newest: Booleans) -> Floats:
    """Return (n, m) shares of each day before the standstill, newest first, NaN where too little is known."""
    unexplained = stand.off - stand.own
    known = ~np.isnan(unexplained) & _at_hours_of(newest, past.local_hour) & (past.day_type != HOLIDAY)
    fewest = np.maximum(_OF_HOURS * newest.sum(axis=1), _FEWEST_OF_DAY)
    place = np.arange(known.shape[1] - 1, -1, -1)[None, :]
    day = (place - stand.idle.sum(axis=1)[:, None]) // _DAY
    found = []
    for back in range(_DAYS):
        which = known & (day == back)
        share = contrast(unexplained, stand.takes, which).share
        found.append(np.where(which.sum(axis=1) >= fewest, share, np.nan))
    return np.stack(found)


def _at_hours_of(newest: Booleans, local_hour: Integers) -> Booleans:
    """Return the hours of any day at the same local time as a day's chosen ones."""
    rows, columns = np.nonzero(newest)
    chosen = np.zeros((newest.shape[0], _DAY), dtype=np.bool_)
    chosen[rows, local_hour[rows, columns]] = True
    return np.take_along_axis(chosen, local_hour, axis=1)
