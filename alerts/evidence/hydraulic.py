"""What the pipe from the station says: the pressure it loses tells how much gas goes through it."""

from typing import Final, NamedTuple

import numpy as np

from alerts.evidence.blocks import HOURS, RECENT, in_blocks, newest_blocks, now, standing, usual
from alerts.evidence.finding import Finding
from alerts.habits.days import MAD, quantile
from telemetry.model import Booleans, Floats

EXPONENT: Final = 1.82
LEAST_SHARE: Final = 0.15
"""Below it an hour is not counted: k and the sensors explain as much."""

_FEWEST: Final = 100
FEWEST_HOURS: Final = 3
"""Of a day, known, for it to tell anything."""

_ROUNDS: Final = 4
_FAR: Final = 2.5  # spreads: what lies farther off does not shape the fit
_SIGMAS: Final = 2.0
_FLOOR: Final = 1e-9


class Pipe(NamedTuple):
    """A pipe as its trusted hours show it.

    ``k`` is the loss, ``offset`` what both sensors differ by, ``noise`` and ``relative`` the part of an
    hour's residual that does not grow with the loss and the part of it that does; (m,), the first three in
    Pa² by (m³/h)^1.82 or Pa².
    """

    k: Floats
    offset: Floats
    noise: Floats
    relative: Floats


def fitted(loss: Floats, drive: Floats) -> Pipe:
    r"""Fit each pipe on all but its newest seven days.

    Parameters
    ----------
    loss : (m, h) [Pa²]
        :math:`p_1^2 - p_2^2`, absolute: at the station's outlet and at the meter; NaN where not known.
    drive : (m, h) [(m³/h)^1.82]
        :math:`Q_b^{1.82}` of what was metered.

    Returns
    -------
    Pipe
        NaN where fewer than 100 hours are known, or the loss does not grow with the flow.

    Notes
    -----
    .. math:: p_1^2 - p_2^2 = a + k\, Q_b^{1.82}

    by least squares, over and over without what lies 2.5 spreads off: a bypass that was open for a week
    does not shape it. At low pressure :math:`p_1 + p_2` hardly changes and this is
    :math:`\Delta p = k\, Q^{1.82}`.
    """
    known = ~np.isnan(loss) & ~np.isnan(drive) & (drive > 0)
    known[:, -RECENT * HOURS :] = False
    kept = known
    for _ in range(_ROUNDS):
        k, offset = _line(loss, drive, kept)
        off = np.where(known, loss - offset[:, None] - k[:, None] * drive, np.nan)
        spread = MAD * quantile(np.abs(off), 0.5)
        kept = known & (np.abs(off) <= _FAR * spread[:, None])
    noise, relative = _noise(off, k[:, None] * drive)
    fits = (known.sum(axis=1) >= _FEWEST) & (k > 0)
    return Pipe(*(np.where(fits, one, np.nan) for one in (k, offset, noise, relative)))


def _line(loss: Floats, drive: Floats, kept: Booleans) -> tuple[Floats, Floats]:
    """Return slope and offset by least squares."""
    count = np.maximum(kept.sum(axis=1), 1)
    x, y = np.where(kept, drive, 0.0), np.where(kept, loss, 0.0)
    mean_x, mean_y = x.sum(axis=1) / count, y.sum(axis=1) / count
    away = np.where(kept, drive - mean_x[:, None], 0.0)
    spread = (away**2).sum(axis=1)
    slope = (away * np.where(kept, loss - mean_y[:, None], 0.0)).sum(axis=1) / np.where(
        spread > 0, spread, np.nan
    )
    return slope, mean_y - slope * mean_x


def _noise(off: Floats, explained: Floats) -> tuple[Floats, Floats]:
    """Return the spread of residuals that is there without a loss, and what the loss adds, by it."""
    size = np.where(np.isnan(off), np.nan, np.abs(explained))
    middle = quantile(size, 0.5)[:, None]
    halves = [np.where(half, np.abs(off), np.nan) for half in (size <= middle, size > middle)]
    low, high = (MAD * quantile(one, 0.5) for one in halves)
    low_at, high_at = quantile(size, 0.25), quantile(size, 0.75)
    grows = np.maximum(high**2 - low**2, 0.0) / np.maximum(high_at**2 - low_at**2, _FLOOR)
    level = np.maximum(low**2 - grows * low_at**2, (low / 2) ** 2)
    return np.sqrt(level), np.sqrt(grows)


class Residuals(NamedTuple):
    """What each hour loses beyond what its metered flow explains; (m, h) each.

    ``off`` [Pa²] is that, ``sigma`` [Pa²] its noise and ``drive`` the flow to the power of 1.82; ``share`` of
    all gas is then around the meter, ``excess`` [m³ at base conditions] by volume. ``speaks`` are the hours
    that speak for a bypass.
    """

    off: Floats
    sigma: Floats
    drive: Floats
    share: Floats
    excess: Floats
    speaks: Booleans


def residuals(pipe: Pipe, metered_m3: Floats, loss: Floats, qmin_m3h: Floats) -> Residuals:
    r"""Hold each hour's loss against what its metered flow explains.

    Parameters
    ----------
    pipe : Pipe
        As its trusted hours show it.
    metered_m3 : (m, h) [m³ at base conditions]
        What was counted in each hour, also by the meter in a bypass.
    loss : (m, h) [Pa²]
        :math:`p_1^2 - p_2^2`.
    qmin_m3h : (m,) [m³/h at base conditions]
        Smallest flow that a meter counts well.

    Returns
    -------
    Residuals
        NaN where an hour or the pipe is not known.

    Notes
    -----
    .. math:: \hat Q = ((p_1^2 - p_2^2 - a) / k)^{1/1.82}, \qquad B = (\hat Q - Q) / \hat Q

    An hour speaks for a bypass when :math:`B > 0.15`, :math:`\hat Q > Q_{min}` and the residual is twice
    its own noise.
    """
    drive = metered_m3**EXPONENT
    off = loss - pipe.offset[:, None] - pipe.k[:, None] * drive
    sigma = np.sqrt(pipe.noise[:, None] ** 2 + (pipe.relative * pipe.k)[:, None] ** 2 * drive**2)
    through = (np.maximum(loss - pipe.offset[:, None], 0.0) / pipe.k[:, None]) ** (1 / EXPONENT)
    excess = through - metered_m3
    share = excess / np.maximum(through, _FLOOR)
    sigma = np.maximum(sigma, _FLOOR)
    speaks = (share > LEAST_SHARE) & (through > qmin_m3h[:, None]) & (off > _SIGMAS * sigma)
    return Residuals(off, sigma, drive, share, np.where(np.isnan(off), np.nan, excess), speaks)


def hydraulic(hours: Residuals) -> Finding:
    """Return how much more gas each pipe carries than its meter counts.

    Parameters
    ----------
    hours : Residuals
        What each hour loses beyond what its flow explains.

    Returns
    -------
    Finding
        Of the newest three days with at least three known hours each.

    Notes
    -----
    The strength is by days: the sum of a day's residuals, each by its noise, against how much those sums
    differ from day to day, so that a sensor which wanders is held against its wandering.

    References
    ----------
    Renouard's form of the flow equation for medium pressure, exponent 1.82.
    """
    by_hour = in_blocks(hours.off / hours.sigma)
    known = (~np.isnan(by_hour)).sum(axis=2)
    enough = known >= FEWEST_HOURS
    daily = np.where(enough, np.nansum(by_hour, axis=2) / np.sqrt(np.maximum(known, 1)), np.nan)
    what_is_usual = usual(daily, 1.0)
    speaking = in_blocks(hours.speaks.astype(np.float64)).sum(axis=2)
    newest = newest_blocks(daily)
    counted = quantile(np.where(newest, speaking, np.nan), 0.5) >= FEWEST_HOURS
    mine = np.repeat(newest, HOURS, axis=1) & hours.speaks
    run = standing(daily, what_is_usual)
    gone = in_blocks(np.where(hours.speaks, np.maximum(hours.excess, 0.0), 0.0)).sum(axis=2)
    usually = usual(np.where(enough, np.nansum(in_blocks(hours.excess), axis=2), np.nan), 0.0)
    days = run.sum(axis=1).astype(np.float64)
    return Finding(
        strength=np.where(
            counted, now(daily, what_is_usual), np.where(np.isnan(what_is_usual.spread), np.nan, 0.0)
        ),
        share=quantile(np.where(mine, hours.share, np.nan), 0.5),
        days=days,
        unmetered_m3=np.where(run, gone, 0.0).sum(axis=1),
        sigma_m3=np.hypot(usually.spread * np.sqrt(days), 0.1 * np.where(run, gone, 0.0).sum(axis=1)),
    )
