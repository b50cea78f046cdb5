"""What each stream of a station said within some time before each of its rows, all streams at once."""

from typing import Any, Final, TypeAlias

import numpy as np

from telemetry.model import HOUR, MINUTE, Booleans, Floats, Instant, Integers, Stream

LOOK_BACK: Final[Instant] = 10 * MINUTE
"""How far back of a row there is anything to be known."""

_APART: Final[Instant] = HOUR  # between two streams laid on one axis: more than anybody looks back
_Ufunc: TypeAlias = Any  # numpy has no public generic type of a ufunc that reduces


class Trailing:
    """Rows in the order of target and measured time, looked at stream by stream.

    A span reaches from ``since`` to ``until`` before a row, both ends included; a row is in its own
    span, with whatever else was said at that instant. Columns are given and returned in the rows' order.
    """

    def __init__(self, target: Integers, part: Integers, measured_at: Integers) -> None:
        stream = target * len(Stream) + part
        since_first = measured_at - (measured_at.min() if measured_at.size else 0)
        key = stream * (since_first.max(initial=0) + _APART) + since_first
        self._target, self._at = target, measured_at
        self._order = np.argsort(key, kind="stable")
        self._key = key[self._order]
        self._stream = stream[self._order]
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(self._order.size)

    def largest(self, values: Floats, since: Instant, until: Instant = 0) -> Floats:
        """Return the largest value of each row's span; NaN without any."""
        return self._reduced(np.fmax, values, since, until)

    def count(self, values: Floats, since: Instant, until: Instant = 0) -> Floats:
        """Return how many values there are in each row's span."""
        return np.nan_to_num(self._reduced(np.add, (~np.isnan(values)).astype(np.float64), since, until))

    def mean(self, values: Floats, since: Instant, until: Instant = 0) -> Floats:
        """Return the mean of each row's span; NaN without any value."""
        number = self.count(values, since, until)
        total = self._reduced(np.add, np.nan_to_num(values), since, until)
        mean: Floats = np.divide(total, number, out=np.full(number.size, np.nan), where=number > 0)
        return mean

    def crossings(self, values: Floats, low: Floats, high: Floats, beyond: Floats, since: Instant) -> Floats:
        """Return how often a value crossed its mean, from as far beyond it on one side as on the other.

        ``low`` and ``high`` are what it reached since the row before: both beyond are a crossing, too.
        """
        mean = self.mean(values, since)
        both = (high - mean > beyond) & (mean - low > beyond)
        off, least = (values - mean)[self._order], beyond[self._order]
        side = np.where(off > least, 1, np.where(off < -least, -1, 0))
        before = self._last_before(side != 0)
        crossed = (before >= 0) & (side != 0) & (side[before] == -side)
        found = crossed[self._place] | both
        return np.nan_to_num(self._reduced(np.add, found.astype(np.float64), since, 0))

    def latest_of_target(self, values: Floats, where: Booleans) -> Floats:
        """Return the latest value of chosen rows of the same target, whatever their stream."""
        rows = np.where(where & ~np.isnan(values), np.arange(values.size), -1)
        latest = np.maximum.accumulate(rows) if rows.size else rows
        known = (latest >= 0) & (self._target[latest] == self._target)
        known &= self._at - self._at[latest] <= LOOK_BACK
        return np.where(known, values[latest], np.nan)

    def _last_before(self, chosen: Booleans) -> Integers:
        """Return the last chosen place before each, of the same stream, -1 without; in stream order."""
        places = np.where(chosen, np.arange(chosen.size), -1)
        before = np.full(chosen.size, -1, dtype=np.int64)
        if chosen.size:
            before[1:] = np.maximum.accumulate(places)[:-1]
        return np.where((before >= 0) & (self._stream[before] == self._stream), before, -1)

    def _reduced(self, ufunc: _Ufunc, values: Floats, since: Instant, until: Instant) -> Floats:
        first = np.searchsorted(self._key, self._key - since, side="left")
        after = np.searchsorted(self._key, self._key - until, side="right")
        bounds = np.stack((first, after), axis=1).ravel()
        found = ufunc.reduceat(np.append(values[self._order], 0.0), bounds)[::2]
        reduced: Floats = np.where(after > first, found, np.nan)[self._place]
        return reduced
