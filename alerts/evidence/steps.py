"""What changes from hour to hour say: pressure that moves without the flow that the meter counts."""

from typing import Final

import numpy as np

from alerts.evidence.blocks import (
    HOURS,
    NEWEST,
    RECENT,
    counted_now,
    in_blocks,
    newest_blocks,
    now,
    standing,
    usual,
)
from alerts.evidence.finding import Finding
from alerts.evidence.hydraulic import EXPONENT
from alerts.habits.days import MAD, quantile
from telemetry.model import Booleans, Floats

_FEWEST: Final = 6
_LEAST_SPREAD: Final = 0.05
_FOLLOWS: Final = 0.3
_SIGMAS: Final = 4.0
_LEAST_STEP: Final = 0.25  # of what the larger flow of a step loses: as 15 % of the gas going elsewhere


def steps(metered_m3: Floats, loss: Floats) -> Finding:
    r"""Return how much less the pressure follows the metered flow from hour to hour than it used to.

    Parameters
    ----------
    metered_m3 : (m, h) [m³ at base conditions]
        What was counted in each hour.
    loss : (m, h) [Pa²]
        :math:`p_1^2 - p_2^2` between the station and the meter.

    Returns
    -------
    Finding
        Of the newest three days with six known steps; it does not say how much went around the meter.

    Notes
    -----
    Only what changes from one hour to the next counts, so that a sensor's offset and its drift, which look
    like a loss, are left out. Each day's slope is

    .. math:: b = \frac{\sum \Delta(p_1^2 - p_2^2)\,\Delta Q^{1.82}}{\sum (\Delta Q^{1.82})^2}

    When a share :math:`s` of all gas goes around the meter, :math:`b` grows by :math:`(1-s)^{-1.82}`. When
    a bypass is opened and shut every day, the hours in which it is show a step of one without the other:
    these are counted. The stronger of both is given.

    References
    ----------
    The same idea for electricity: US 11,079,417.
    """
    drive = metered_m3**EXPONENT
    over, moved = _changes(loss), _changes(drive)
    known = ~np.isnan(over) & ~np.isnan(moved)
    over, moved = np.where(known, over, np.nan), np.where(known, moved, np.nan)
    product, square, height = (np.nansum(in_blocks(one), axis=2) for one in (over * moved, moved**2, over**2))
    enough = (in_blocks(known.astype(np.float64)).sum(axis=2) >= _FEWEST) & (square > 0)
    follows = product / np.sqrt(np.maximum(square * height, 1e-30))
    tells = quantile(np.where(enough, follows, np.nan)[:, :-RECENT], 0.5) > _FOLLOWS
    slope = np.where(enough & (product > 0), product / np.where(square > 0, square, np.nan), np.nan)
    steeper, steeper_share, steeper_days = _steeper(np.log(slope))
    k = np.exp(quantile(np.log(slope)[:, :-RECENT], 0.5))
    alone, alone_share, alone_days = _alone(over, moved, np.fmax(drive, _before(drive)), k, enough)
    first = ~(alone > steeper)
    nothing = np.full(first.size, np.nan)
    return Finding(
        strength=np.where(tells, np.fmax(steeper, alone), np.nan),
        share=np.where(first, steeper_share, alone_share),
        days=np.where(first, steeper_days, alone_days),
        unmetered_m3=nothing,
        sigma_m3=nothing,
    )


def _changes(values: Floats) -> Floats:
    """Return each hour's change since the hour before."""
    return values - _before(values)


def _before(values: Floats) -> Floats:
    former = np.full_like(values, np.nan)
    former[:, 1:] = values[:, :-1]
    return former


def _steeper(daily: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far the slope, by its logarithm, lies above the usual, what share that means, since when."""
    what_is_usual = usual(daily, _LEAST_SPREAD)
    rise = quantile(np.where(newest_blocks(daily), daily, np.nan), 0.5) - what_is_usual.middle
    days = standing(daily, what_is_usual).sum(axis=1).astype(np.float64)
    return now(daily, what_is_usual), 1 - np.exp(-rise / EXPONENT), np.maximum(days, NEWEST)


def _alone(
    over: Floats, moved: Floats, larger: Floats, k: Floats, enough: Booleans
) -> tuple[Floats, Floats, Floats]:
    """Return by how much more steps of one come without the other, what share they mean, since when."""
    explained = k[:, None] * moved
    off = np.abs(over - explained)
    spread = MAD * quantile(off[:, : -RECENT * HOURS], 0.5)
    size = k[:, None] * larger
    far = (off > _SIGMAS * spread[:, None]) & (off > _LEAST_STEP * size)
    daily = np.where(enough, in_blocks(far.astype(np.float64)).sum(axis=2), np.nan)
    share = 1 - (1 - np.clip(off / np.where(size > 0, size, np.nan), 0, 1)) ** (1 / EXPONENT)
    mine = far & np.repeat(newest_blocks(daily), HOURS, axis=1)
    return counted_now(daily), quantile(np.where(mine, share, np.nan), 0.5), np.full(k.size, float(NEWEST))
