"""What the zone's balance says: gas that is nobody's, in the hours in which a customer burns it."""

from typing import Final

import numpy as np

from alerts.evidence.balance import DAY
from alerts.evidence.blocks import in_blocks, newest_blocks, now, standing, usual
from alerts.evidence.finding import Finding
from alerts.habits.days import quantile
from telemetry.model import Floats

_LEAST_SPREAD: Final = 0.03
_KNOWN_HOURS: Final = 18
_ALL: Final = 1.1
"""A share of more than all of the gas is somebody else's."""
_SHAPE: Final = 0.2  # by how much of its mean a load must vary over a day to be told from a leak


def zone_share(residual_m3: Floats, load_m3: Floats) -> Finding:
    r"""Return which share of each customer's usual load is missing from the zone's balance, by its hours.

    Parameters
    ----------
    residual_m3 : (m, h) [m³ at base conditions]
        What the zone took in beyond what was counted, hour by hour.
    load_m3 : (m, h) [m³ at base conditions]
        What the customer usually burns in each of these hours.

    Returns
    -------
    Finding
        Of the newest three days.

    Notes
    -----
    Within each day, so that a leak, which is the same at all hours, is left out,

    .. math:: \beta = \frac{\sum (r - \bar r)(L - \bar L)}{\sum (L - \bar L)^2}

    against what :math:`\beta` is on other days: the meters of a zone err in its common rhythm. A load that
    varies by less than 20 % over a day has no hours to be known by, and where more is missing than the
    customer burns, somebody else burns it.
    """
    residual, load = in_blocks(residual_m3), in_blocks(load_m3)
    known = ~np.isnan(residual) & ~np.isnan(load)
    hours = known.sum(axis=2)
    away_r, away_l = (_away(one, known, hours) for one in (residual, load))
    spread = (away_l**2).sum(axis=2)
    mean = np.where(known, load, 0.0).sum(axis=2) / np.maximum(hours, 1)
    shaped = (hours >= _KNOWN_HOURS) & (np.sqrt(spread / DAY) > _SHAPE * mean)
    daily = np.where(shaped, (away_r * away_l).sum(axis=2) / np.where(spread > 0, spread, np.nan), np.nan)
    what_is_usual = usual(daily, _LEAST_SPREAD)
    share = quantile(np.where(newest_blocks(daily), daily, np.nan), 0.5) - what_is_usual.middle
    run = standing(daily, what_is_usual)
    burnt = np.where(run, np.where(known, load, 0.0).sum(axis=2), 0.0).sum(axis=1)
    days = run.sum(axis=1).astype(np.float64)
    strength = now(daily, what_is_usual)
    return Finding(
        strength=np.where(share > _ALL, 0.0, strength),
        share=share,
        days=days,
        unmetered_m3=share * burnt,
        sigma_m3=what_is_usual.spread * burnt / np.sqrt(np.maximum(days, 1)),
    )


def _away(values: Floats, known: np.ndarray, hours: np.ndarray) -> Floats:
    """Return hours less the mean of their day; 0 where not known."""
    mean = np.where(known, values, 0.0).sum(axis=2) / np.maximum(hours, 1)
    return np.where(known, values - mean[:, :, None], 0.0)
