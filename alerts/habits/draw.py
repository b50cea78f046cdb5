"""Whether the pressure at a meter says that gas is drawn while its register stands still."""

from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import MAD
from alerts.habits.history import History
from alerts.habits.patterns import RECENT_DAYS, Patterns, row_medians
from alerts.habits.pipe import far_off
from telemetry.model import Booleans, Floats, Integers

_CELLS: Final = 96
_FEWEST: Final = 100
_FOLLOWS: Final = -0.4
_RUN_HOURS: Final = 12
_TIMES_NOISE: Final = 3.0
_RISEN: Final = 0.35
_FAR: Final = 4.0


def drawn_hours(past: History, usual: Patterns, idle: Booleans) -> Floats:
    r"""Return how many idle hours have the pressure of a usual hour with flow.

    Parameters
    ----------
    past : History
        (m, h) hours.
    usual : Patterns
        In which of them gas usually flows.
    idle : (m, h)
        Hours since the register last moved.

    Returns
    -------
    hours : (m,) [h]
        0 where the pressure does not tell.

    Notes
    -----
    Within hours of one kind (type of day and local hour), so that what the whole network does over a day
    is left out, the pressure of hours with flow is regressed on their flow,

    .. math:: \beta = \frac{\sum (p - \bar p_k)(Q - \bar Q_k)}{\sum (Q - \bar Q_k)^2}

    Were nothing drawn, the pressure would stand :math:`-\beta \bar Q_k` above the usual of its hour. It tells
    where it follows the flow (correlation below -0.4, 100 hours), twelve idle hours are known and that rise
    is three times what whole days differ by. Gas is drawn when less than 35 % of the rise is there.
    """
    kind = past.day_type * 24 + past.local_hour
    known = past.good & (past.volume_m3 > 0) & ~np.isnan(past.pressure_pa) & ~far_off(past)
    known &= past.day_type != HOLIDAY
    known[:, -RECENT_DAYS * 24 :] = False
    volume = np.where(known, past.volume_m3, 0.0)
    pressure = np.where(known, past.pressure_pa, 0.0)
    usual_m3 = means(volume, known, kind)
    off_pa = past.pressure_pa - means(pressure, known, kind)
    off_m3 = np.where(known, past.volume_m3 - usual_m3, 0.0)
    off_known = np.where(known, off_pa, 0.0)
    spread = (off_m3**2).sum(axis=1)
    slope = (off_known * off_m3).sum(axis=1) / np.where(spread > 0, spread, np.nan)
    follows = slope * np.sqrt(spread / np.maximum((off_known**2).sum(axis=1), 1e-12))
    run = idle & usual.used & ~np.isnan(off_pa)
    count = run.sum(axis=1).astype(np.float64)
    rise = -slope * mean(usual_m3, run)
    tells = (known.sum(axis=1) >= _FEWEST) & (follows < _FOLLOWS) & (count >= _RUN_HOURS)
    tells &= rise > _TIMES_NOISE * day_spread(off_known, known, past.day)
    return np.where(tells & (mean(off_pa, run) < _RISEN * rise), count, 0.0)


def means(values: Floats, known: Booleans, kind: Integers) -> Floats:
    """Return for each hour the mean of the known hours of its kind."""
    meters = values.shape[0]
    cell = np.arange(meters)[:, None] * _CELLS + kind
    total = np.bincount(cell[known], values[known], meters * _CELLS)
    count = np.bincount(cell[known], minlength=meters * _CELLS)
    found: Floats = (total / np.where(count > 0, count, np.nan))[cell]
    return found


def mean(values: Floats, rows: Booleans) -> Floats:
    """Return each meter's mean over some hours."""
    count = rows.sum(axis=1)
    found: Floats = np.where(rows, values, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
    return found


def off_day(values: Floats, known: Booleans, day: Integers) -> Floats:
    """Return known hours' values off the mean of those of their local day; 0 for the others."""
    return np.where(known, values - means(values, known, day[:, -1:] - day), 0.0)


def deviation(off: Floats, known: Booleans) -> Floats:
    """Return the standard deviation of a normal distribution with the median distance from 0 of these."""
    found: Floats = MAD * row_medians(np.where(known, np.abs(off), np.nan))
    return found


def without_outliers(off: Floats, known: Booleans) -> Floats:
    """Return what lies farther off 0 than four standard deviations as four, and 0 for what is not known.

    A valve that was shut for a day tells nothing of how days differ by chance.
    """
    most = np.nan_to_num(_FAR * deviation(off, known))[:, None]
    return np.where(known, np.clip(off, -most, most), 0.0)


def day_spread(off: Floats, known: Booleans, day: Integers) -> Floats:
    """Return the standard deviation of the means of whole days."""
    meters = off.shape[0]
    back = day[:, -1:] - day
    width = int(back.max(initial=0)) + 1
    cell = np.arange(meters)[:, None] * width + back
    total = np.bincount(cell[known], off[known], meters * width).reshape(meters, width)
    count = np.bincount(cell[known], minlength=meters * width).reshape(meters, width)
    mean = total / np.where(count > 0, count, 1)
    days = (count > 0).sum(axis=1)
    variance = np.where(count > 0, mean**2, 0.0).sum(axis=1) / np.where(days > 0, days, np.nan)
    spread: Floats = np.sqrt(variance)
    return spread
