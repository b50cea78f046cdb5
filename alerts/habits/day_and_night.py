"""Whether a register's idle hours differ from each other as hours do in which gas is drawn."""

from typing import Final

import numpy as np

from alerts.habits.contrast import contrast, newest_day
from telemetry.model import Booleans, Floats

_LEAST_SURE: Final = 1 / 6
_LIKE_ONE: Final = 6  # hours on end that differ from the usual alike


def drawn_day_and_night(off: Floats, takes: Floats, known: Booleans, noise: Floats) -> Floats:
    """Return in how many hours of the newest day gas is drawn, as what differs between them tells.

    Parameters
    ----------
    off, takes : (m, h) [%]
        How far the pressure lies off the line, and how far what is usually drawn takes it down.
    known : (m, h)
        The idle hours of which that is known.
    noise : (m,) [%]
        By how much hours of one day differ by chance.

    Returns
    -------
    Floats
        (m,) [h], 0 where nothing tells.

    Notes
    -----
    The level may have moved since it was learned: a sensor drifts, a regulator is set anew. Of the newest
    24 hours it is left out (`contrast`). Six hours on end differ from the usual alike. Nothing is said where
    the share's standard deviation is more than a sixth, as of who draws the same at all hours.
    """
    drawn = contrast(off, takes, newest_day(known))
    return drawn.hours_drawn(0.0, noise * np.sqrt(_LIKE_ONE / drawn.square), _LEAST_SURE)
