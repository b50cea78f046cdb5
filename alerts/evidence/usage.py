"""What the customer's own habit says: a fall of use that lasts and that others of the trade do not share."""

from typing import Final

import numpy as np

from alerts.evidence.blocks import NEWEST, RECENT, Usual
from alerts.evidence.finding import Finding
from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import MAD, Days, quantile
from telemetry.model import Floats, Integers

_ENOUGH: Final = 4
_DAYS: Final = 15
_FOLLOWS: Final = 0.5
_LEAST_SPREAD: Final = 0.04
_SHUT: Final = 0.95


def usage(days: Days, base_m3: Floats, sector: Floats) -> Finding:
    r"""Return how far each meter's newest days lie below what they should be.

    Parameters
    ----------
    days : Days
        (m, d) whole days, newest first; the gas temperature stands for the weather.
    base_m3 : (m, d) [m³ at base conditions]
        What was used on each of them.
    sector : (m, d)
        How far the days of the meter's sector lie off their usual, 0 where that is not known.

    Returns
    -------
    Finding
        Of the newest three known days that are no holiday and not shut.

    Notes
    -----
    The expected volume is the median of the type of day, times what the sector does, times
    :math:`e^{c(T - \bar T)}` where the logarithm of the meter's use follows the temperature (correlation of
    0.5 or more over the days that are trusted). The spread is that of medians of three days on end among
    trusted ones: what lasts three days is held against what lasted three days before.
    """
    off = _off_usual(days.day_type, base_m3) - np.log1p(np.maximum(sector, -_SHUT))
    off = np.where(off < np.log(1 - _SHUT), np.nan, off)
    off -= _weather(off, days.temperature_k)
    what_is_usual = _of_three_days(off)
    place = np.cumsum(~np.isnan(off[:, :RECENT]), axis=1)
    newest = ~np.isnan(off[:, :RECENT]) & (place <= NEWEST) & (place[:, -1:] >= NEWEST)
    fall = quantile(np.where(newest, off[:, :RECENT], np.nan), 0.5)
    fallen = off - what_is_usual.middle[:, None]
    run = np.cumprod(np.isnan(off) | (fallen <= 0.5 * (fall - what_is_usual.middle)[:, None]), axis=1) == 1
    run &= ~np.isnan(fall)[:, None]
    share = 1 - np.exp(fall - what_is_usual.middle)
    expected = base_m3 / np.exp(fallen)
    missing = np.where(run & ~np.isnan(fallen), expected - base_m3, 0.0).sum(axis=1)
    expected = np.where(run & ~np.isnan(fallen), expected, 0.0).sum(axis=1)
    return Finding(
        strength=-(fall - what_is_usual.middle) / what_is_usual.spread,
        share=share,
        days=run.sum(axis=1).astype(np.float64),
        unmetered_m3=missing,
        sigma_m3=what_is_usual.spread * expected,
    )


def _off_usual(day_type: Integers, volume: Floats) -> Floats:
    """Return the logarithm of each day's volume by the median of its type; NaN on holidays, or at 0."""
    off = np.full(volume.shape, np.nan)
    used = np.where(volume > 0, np.log(np.where(volume > 0, volume, 1.0)), np.nan)
    for kind in range(HOLIDAY):
        same = np.where(day_type == kind, used, np.nan)
        older = same[:, RECENT:]
        enough = (~np.isnan(older)).sum(axis=1) >= _ENOUGH
        off = np.where(~np.isnan(same) & enough[:, None], same - quantile(older, 0.5)[:, None], off)
    return off


def _weather(off: Floats, temperature_k: Floats) -> Floats:
    """Return what the temperature explains of each day, where the days that are trusted follow it."""
    known = ~np.isnan(off) & ~np.isnan(temperature_k)
    trusted = known.copy()
    trusted[:, :RECENT] = False
    count = trusted.sum(axis=1)
    middle_t, middle_y = (_mean(one, trusted) for one in (temperature_k, off))
    away_t = np.where(trusted, temperature_k - middle_t[:, None], 0.0)
    away_y = np.where(trusted, off - middle_y[:, None], 0.0)
    product, square = (away_t * away_y).sum(axis=1), (away_t**2).sum(axis=1)
    follows = product / np.sqrt(np.maximum(square * (away_y**2).sum(axis=1), 1e-12))
    slope = np.where(
        (count >= _DAYS) & (np.abs(follows) >= _FOLLOWS), product / np.maximum(square, 1e-12), 0.0
    )
    explained: Floats = np.where(known, slope[:, None] * (temperature_k - middle_t[:, None]), 0.0)
    return explained


def _mean(values: Floats, rows: np.ndarray) -> Floats:
    count = rows.sum(axis=1)
    mean: Floats = np.where(rows, values, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
    return mean


def _of_three_days(off: Floats) -> Usual:
    """Return what medians of three days on end usually are, of the days that are trusted."""
    older = off[:, RECENT:]
    three = np.sort(np.stack([older[:, 2:], older[:, 1:-1], older[:, :-2]]), axis=0)[1]
    three = np.where(np.isnan(older[:, 2:] + older[:, 1:-1] + older[:, :-2]), np.nan, three)
    middle = quantile(three, 0.5)
    spread = np.maximum(MAD * quantile(np.abs(three - middle[:, None]), 0.5), _LEAST_SPREAD)
    enough = (~np.isnan(three)).sum(axis=1) >= _ENOUGH
    return Usual(np.where(enough, middle, np.nan), np.where(enough, spread, np.nan))
