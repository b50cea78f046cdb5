"""What comes and goes: a pipe that loses too much in some hours of a day, and in others what it should."""

from typing import Final

import numpy as np

from alerts.evidence.blocks import HOURS, NEWEST, counted_now, in_blocks, newest_blocks
from alerts.evidence.finding import Finding
from alerts.evidence.hydraulic import FEWEST_HOURS, Pipe, Residuals
from alerts.habits.days import quantile
from telemetry.model import Booleans, Floats

_SIGMAS: Final = 4.0
_LITTLE: Final = 0.35
_MOST: Final = 4  # hours of a day: more say no more


def opening(pipe: Pipe, hours: Residuals) -> Finding:
    r"""Return whether what each pipe loses too much comes and goes within days.

    A strainer that chokes and a sensor that is off are so at all hours. A bypass that somebody opens and
    shuts is not.

    Parameters
    ----------
    pipe : Pipe
        As its trusted hours show it.
    hours : Residuals
        What each hour loses beyond that.

    Returns
    -------
    Finding
        Of the newest three known days; it does not say how much went around the meter.

    Notes
    -----
    With :math:`e` the median of :math:`(p_1^2 - p_2^2 - a) / (k Q_b^{1.82}) - 1` over the hours of these days
    that speak for a bypass, an hour speaks against a choke when :math:`e k Q_b^{1.82}`, which a choke would
    add, is four times the hour's noise and not 35 % of it is there. A day counts the hours of whichever
    are fewer, four at most; the sum is held against that of other days.
    """
    enough = _per_day(~np.isnan(hours.off)) >= FEWEST_HOURS
    newest = newest_blocks(np.where(enough, 0.0, np.nan))
    speak_now = np.repeat(newest, HOURS, axis=1) & hours.speaks
    explained = pipe.k[:, None] * hours.drive
    beyond = hours.off / np.where(explained > 0, explained, np.nan)
    extra = quantile(np.where(speak_now, beyond, np.nan), 0.5)[:, None] * explained
    calm = (extra > _SIGMAS * hours.sigma) & (hours.off < _LITTLE * extra)
    both = np.minimum(_per_day(hours.speaks), _per_day(calm))
    daily = np.where(enough, np.minimum(both, _MOST), np.nan)
    nothing = np.full(daily.shape[0], np.nan)
    return Finding(
        strength=counted_now(daily),
        share=quantile(np.where(speak_now, hours.share, np.nan), 0.5),
        days=np.full(daily.shape[0], float(NEWEST)),
        unmetered_m3=nothing,
        sigma_m3=nothing,
    )


def _per_day(rows: Booleans) -> Floats:
    found: Floats = in_blocks(rows.astype(np.float64)).sum(axis=2)
    return found
