"""How each meter's pressure lies off its line's, and what its own draw takes of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.history import History
from alerts.habits.line import Line, beside
from alerts.habits.patterns import RECENT_DAYS, row_medians
from alerts.habits.pipe import drawn, pressure_pct
from alerts.habits.trailing import long_rests
from telemetry.model import Booleans, Floats, Integers


class Drop(NamedTuple):
    """How each hour's pressure lies off the line's [%], and what a meter's own draw takes of it.

    ``off`` is 0 where nothing is drawn and ``slope`` where the largest draw of the meter is.
    """

    off: Floats
    draw: Floats
    slope: Floats
    learned: Booleans

    def of(self, rows: Integers) -> "Drop":
        """Return some of the meters."""
        return Drop(self.off[rows], self.draw[rows], self.slope[rows], self.learned[rows])


def drop(past: History, lines: Sequence[Line], before_them: Sequence[Floats]) -> Drop:
    """Hold pressures against what stands before the meters: of their line, or of their station's outlet.

    Neither holidays nor the newest seven days nor long rests are learned from.
    """
    draw = drawn(past)
    ends = [one.end for one in lines]
    off = pressure_pct(past) - beside(zip(ends, before_them, strict=True), past)
    learned = ~np.isnan(off) & ~np.isnan(draw) & (past.day_type != HOLIDAY) & ~long_rests(past)
    learned[:, -RECENT_DAYS * 24 :] = False
    slope = _slope(off, draw, learned)
    level = row_medians(np.where(learned, off - slope[:, None] * draw, np.nan))
    return Drop(off - level[:, None], draw, slope, learned)


def _slope(off: Floats, draw: Floats, known: Booleans) -> Floats:
    """Return by least squares how far the pressure falls with a meter's own draw; it never rises."""
    count = np.maximum(known.sum(axis=1), 1)
    x, y = np.where(known, draw, 0.0), np.where(known, off, 0.0)
    x = np.where(known, x - (x.sum(axis=1) / count)[:, None], 0.0)
    spread = (x**2).sum(axis=1)
    found: Floats = np.minimum((x * y).sum(axis=1) / np.where(spread > 0, spread, 1.0), 0.0)
    return found
