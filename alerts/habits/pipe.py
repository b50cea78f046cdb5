"""What a pipe of medium pressure takes: p by its square, flow by a power of it, hour by hour."""

from typing import Final

import numpy as np

from alerts.habits.history import History
from alerts.habits.patterns import row_medians
from telemetry.model import Booleans, Floats

_EXPONENT: Final = 1.82  # of the base flow
_MEDIAN_PCT: Final = 50.0
_FAR_PCT: Final = 30.0


def pressure_pct(past: History) -> Floats:
    """Return half the square of each hour's pressure by that of the meter's median: percent that add up.

    NaN where it is far off: a sensor that stood at the end of its range for a day teaches nothing.
    """
    return np.where(far_off(past), np.nan, pct_of_median(past.pressure_pa))


def pct_of_median(pressure_pa: Floats) -> Floats:
    """Return half the square of each pressure by that of its row's median [%]; 50 at the median."""
    found: Floats = _MEDIAN_PCT * (pressure_pa / row_medians(pressure_pa)[:, None]) ** 2
    return found


def far_off(past: History) -> Booleans:
    """Return the hours whose pressure no line comes to, and whose base volume therefore means nothing."""
    found: Booleans = np.abs(pct_of_median(past.pressure_pa) - _MEDIAN_PCT) > _FAR_PCT
    return found


def drawn(past: History) -> Floats:
    """Return what each hour's base flow takes of the pressure, by the meter's largest: 0 to 1."""
    taken = np.where(past.good & ~far_off(past), past.base_m3, np.nan) ** _EXPONENT
    most = np.nan_to_num(taken).max(axis=1, initial=0.0)
    found: Floats = taken / np.where(most > 0, most, 1.0)[:, None]
    return found
