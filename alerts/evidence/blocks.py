"""Weeks in blocks of 24 hours back from the newest: what is usual of one, and what the newest say."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.days import MAD, quantile
from telemetry.model import Booleans, Floats

HOURS: Final = 24
RECENT: Final = 7
"""Blocks that nothing is learned from: what is wrong now must not teach that it is usual."""

NEWEST: Final = 3
"""How many known blocks are asked what is so now."""

_FEWEST: Final = 10


class Usual(NamedTuple):
    """What a figure usually is from block to block, and by how much it usually differs from that; (m,)."""

    middle: Floats
    spread: Floats


def in_blocks(values: Floats) -> Floats:
    """Return (m, h) hours as (m, h / 24, 24); the last block is the newest."""
    return values.reshape(values.shape[0], values.shape[1] // HOURS, HOURS)


def usual(by_block: Floats, least: float) -> Usual:
    """Return median and spread of all but the newest blocks; NaN where fewer than ten are known.

    Parameters
    ----------
    by_block : (m, b)
        A figure of each block, the newest last, NaN where it is not known.
    least : float
        The spread is taken as no smaller.
    """
    older = by_block[:, :-RECENT]
    middle = quantile(older, 0.5)
    spread = np.maximum(MAD * quantile(np.abs(older - middle[:, None]), 0.5), least)
    enough = (~np.isnan(older)).sum(axis=1) >= _FEWEST
    return Usual(np.where(enough, middle, np.nan), np.where(enough, spread, np.nan))


def newest_blocks(by_block: Floats) -> Booleans:
    """Return which blocks are the newest three known ones of the last seven; none where there are fewer."""
    known = ~np.isnan(by_block)
    known[:, :-RECENT] = False
    place = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    chosen: Booleans = known & (place <= NEWEST) & (place[:, :1] >= NEWEST)
    return chosen


def now(by_block: Floats, what_is_usual: Usual) -> Floats:
    """Return how far the newest known blocks lie off the usual, in its spreads: the median of three."""
    off = (by_block - what_is_usual.middle[:, None]) / what_is_usual.spread[:, None]
    return quantile(np.where(newest_blocks(by_block), off, np.nan), 0.5)


def standing(by_block: Floats, what_is_usual: Usual, share: float = 0.5) -> Booleans:
    """Return the newest blocks on end that lie off the usual at least ``share`` as far as the newest do.

    A block that is not known does not end the run.
    """
    off = by_block - what_is_usual.middle[:, None]
    least = share * quantile(np.where(newest_blocks(by_block), off, np.nan), 0.5)
    holds = np.isnan(off) | (off >= least[:, None])
    run: Booleans = np.cumprod(holds[:, ::-1], axis=1)[:, ::-1] == 1
    return run & ~np.isnan(least)[:, None]


def counted_now(by_block: Floats) -> Floats:
    """Return by how much the newest known blocks count more than so many usually do, in the root of that.

    Counts of what seldom happens scatter by their root; NaN where no older block is known.
    """
    older, newest = by_block[:, :-RECENT], newest_blocks(by_block)
    known = (~np.isnan(older)).sum(axis=1)
    usually = NEWEST * np.nansum(older, axis=1) / np.where(known > 0, known, np.nan)
    counted = np.where(newest.any(axis=1), np.where(newest, by_block, 0.0).sum(axis=1), np.nan)
    found: Floats = (counted - usually) / np.sqrt(usually + 1)
    return found
