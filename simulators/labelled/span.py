"""The days that a labelled city covers, cut into slots of five minutes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.days import DAY_S, HOUR_S, SLOT_S, SLOTS, UTC_OFFSET_S, local_day, midnight

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

SLOT_H: Final = SLOT_S / HOUR_S


def interpolated(at: Floats, known_at: Floats, values: Floats) -> Floats:
    """Return values at some instants, on straight lines between those at which they are known."""
    found: Floats = np.interp(at, known_at, values)
    return found


@dataclass(frozen=True)
class Span:
    """Whole local days from a local midnight (epoch seconds)."""

    begin: int
    days: int

    @property
    def end(self) -> int:
        """The midnight after the last day."""
        return self.begin + self.days * DAY_S

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return self.days * SLOTS

    @property
    def first_day(self) -> int:
        """The first local day."""
        return local_day(self.begin)

    @cached_property
    def edges(self) -> Floats:
        """Where the slots begin, and where the last one ends."""
        return self.begin + np.arange(self.slots + 1, dtype=np.float64) * SLOT_S

    @cached_property
    def centres(self) -> Floats:
        """The middle of each slot."""
        return self.edges[:-1] + SLOT_S / 2

    @cached_property
    def hour_of_day(self) -> Floats:
        """The local hour of each slot, with its fraction."""
        return (self.centres + UTC_OFFSET_S) / HOUR_S % 24

    def slots_of(self, at: Floats) -> Integers:
        """Return the slot that each instant falls in, the nearest one for instants outside."""
        return ((at - self.begin) // SLOT_S).astype(np.int64).clip(0, self.slots - 1)

    def edge_after(self, at: float) -> float:
        """Return where the next slot begins, the instant itself if one begins then."""
        return self.begin + float(np.ceil((at - self.begin) / SLOT_S)) * SLOT_S

    def between(self, start: float, end: float) -> slice:
        """Return the slots whose middle lies between two instants."""
        first, last = np.searchsorted(self.centres, [start, end])
        return slice(int(first), int(last))

    def day_start(self, ordinal: int) -> int:
        """Return the midnight at which one of its days begins."""
        return midnight(self.first_day + ordinal)
