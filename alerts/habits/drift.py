"""Daily values that leave step by step within weeks, as a sensor does that drifts."""

from typing import Final

import numpy as np

from alerts.habits.days import quantile
from telemetry.model import Floats

_HALF: Final = 0.5
_FEWEST_DAYS: Final = 8
_BEFORE: Final = 22
_TENTHS: Final = 1.523  # how far a normal distribution's outer tenths lie apart, by how far its fifths do
_MOST_AT_ONCE: Final = 0.75
_DAYS_BEFORE: Final = 16
_PART: Final = 0.15
"""Of a drift, at least, must have come before the last days, and half as much in them."""


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
        three and beyond the noise, and a cold day goes again. The noise is half the distance of the extremes
        of those days, a tenth of them left out on either side, as their fifths tell it: a valve that was shut
        for a day or two is no noise. It is wider where they are fewer than 16, as after a long holiday, by as
        much; NaN where they are fewer than 8.

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
