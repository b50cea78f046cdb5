"""Whether a register's idle hours differ from each other as hours do in which gas is drawn."""

from typing import Final

import numpy as np

from alerts.habits.contrast import contrast
from telemetry.model import Booleans, Floats

_NEWEST: Final = 24
_FEWEST: Final = 12
_HALF: Final = 0.5
_SIGMAS: Final = 3.0
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
    24 hours, twelve at least, it is left out (`contrast`). Gas is drawn where the share is more than a half
    and than three of its standard deviations; six hours on end differ from the usual alike. Nothing is said
    where that deviation is more than a sixth, as of who draws the same at all hours.
    """
    newest = known.copy()
    newest[:, :-_NEWEST] = False
    drawn = contrast(off, takes, newest)
    sigma = noise * np.sqrt(_LIKE_ONE / drawn.square)
    tells = (
        (newest.sum(axis=1) >= _FEWEST)
        & (sigma <= _LEAST_SURE)
        & (drawn.share > np.maximum(_HALF, _SIGMAS * sigma))
    )
    return np.where(tells, drawn.drawing, 0.0)
