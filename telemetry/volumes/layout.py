"""How volume is laid on time within each step: evenly, or along a curve of what usually flows."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from telemetry.model import HOUR, Booleans, Floats, Instant, Integers

EVEN: Final = -1


class Curve(msgspec.Struct, frozen=True, eq=False):
    """What usually flows by the end of each hour after an instant, in whole 10⁻⁶ m³; (hours + 1,), from 0."""

    first_hour: Instant
    flowed_um3: Integers


class Curves:
    """Curves one after another, so that many instants are looked up at once."""

    def __init__(self, curves: Sequence[Curve] = ()) -> None:
        self.curves = tuple(curves)
        self._first_hour = np.array([one.first_hour for one in curves], np.int64)
        self._begins = np.cumsum([0, *(len(one.flowed_um3) for one in curves)])
        # The last one's end has something behind it, of which it takes nothing.
        self._flowed = np.concatenate([*(one.flowed_um3 for one in curves), np.zeros(1, np.int64)])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.curves)

    def plus(self, other: "Curves") -> "Curves":
        """Return these and then the others."""
        return Curves(self.curves + other.curves) if len(other) else self

    def at(self, which: Integers, instants: Integers) -> Floats:
        """Return what has usually flowed by instants within some curves."""
        hour, rest = np.divmod(instants - self._first_hour[which], HOUR)
        place = self._begins[which] + hour
        within = self._flowed[place + 1] - self._flowed[place]
        flowed: Floats = self._flowed[place] + np.where(rest > 0, within, 0) * (rest / HOUR)
        return flowed


class Layout:
    """For each row the position of its curve, or `EVEN`; it is cut and joined like a column."""

    def __init__(self, which: Integers, curves: Curves) -> None:
        self.which, self.curves = which, curves

    @classmethod
    def even(cls, rows: int) -> "Layout":
        """Return that of rows laid evenly."""
        return cls(np.full(rows, EVEN), Curves())

    def __getitem__(self, rows: Integers | Booleans) -> "Layout":
        """Return that of some rows."""
        return Layout(self.which[rows], self.curves)

    def joined(self, other: "Layout") -> "Layout":
        """Return that of these rows and then of others."""
        moved = np.where(other.which == EVEN, EVEN, other.which + len(self.curves))
        return Layout(np.concatenate([self.which, moved]), self.curves.plus(other.curves))

    def elapsed(self, start: Integers, end: Integers, at: Integers) -> Floats:
        """Return which share of what flows from ``start`` to ``end`` has by ``at``.

        Where nothing usually flows from one to the other it is the share of the time.
        """
        elapsed = (at - start) / (end - start)
        rows = np.flatnonzero(self.which != EVEN)
        if len(rows):
            begin, until, now = (
                self.curves.at(self.which[rows], instants[rows]) for instants in (start, end, at)
            )
            flows = until > begin
            elapsed[rows[flows]] = ((now - begin)[flows]) / ((until - begin)[flows])
        return elapsed
