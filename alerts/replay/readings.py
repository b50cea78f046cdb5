"""The readings that the watch would have found stored at any moment of a replay."""

from typing import Final

import numpy as np

from alerts.replay.said import Said, chosen
from telemetry.batch import NULL, Columns
from telemetry.model import Booleans, Instant, Integers

_STEPS_BEFORE: Final = 3


class ReadingsSoFar:
    """Keeps what still matters: what is younger than ``lateness``, and each device's last three before."""

    def __init__(self, lateness: Instant) -> None:
        self._lateness = lateness
        self._rows = Said().readings

    def learn(self, readings: Columns, now: Instant) -> None:
        """Take in what arrives from now on, and forget what no step can begin at any more."""
        kept = chosen(self._rows, self._matters(now))
        rows = {name: np.concatenate((kept[name], readings[name])) for name in kept}
        # Descending without overflow: of several at one instant the highest seq, then content, counts.
        keys = ~rows["content_hash"], ~rows["seq"], rows["told"] != 0, rows["measured_at"], rows["device_id"]
        order = np.lexsort(keys)
        self._rows = {name: column[order] for name, column in rows.items()}

    def around(self, since: Instant, until: Instant) -> Columns:
        """Return what arrived after one instant and until another, with the readings next to it.

        Ordered by device and time; of several readings at one instant the one that counts comes first.
        """
        rows = chosen(self._rows, self._rows["arrived_at"] <= until)
        arrived = rows["arrived_at"]
        new = (arrived > since) & (arrived - rows["measured_at"] <= self._lateness)
        rows["is_new"] = new
        return chosen(rows, _from_before_to_after(rows, new)) if new.any() else chosen(rows, new)

    def _matters(self, now: Instant) -> Booleans:
        """Return what is young enough, and what each device's register showed last before that."""
        device, at = self._rows["device_id"], self._rows["measured_at"]
        names, place = np.unique(device, return_inverse=True)
        old = (at < now - self._lateness) & (self._rows["index_um3"] != NULL)
        moments = np.unique(np.stack((place[old], at[old])), axis=1)
        whose, first, count = np.unique(moments[0], return_index=True, return_counts=True)
        since = np.full(names.size, now - self._lateness)
        since[whose] = moments[1][first + np.maximum(count - _STEPS_BEFORE, 0)]
        matters: Booleans = at >= since[place]
        return matters


def _from_before_to_after(rows: Columns, new: Booleans) -> Booleans:
    """Return each device's rows from the third reading before its first new row to the one after its last.

    Three steps tell whether the middle one stands alone.
    """
    device = rows["device_id"]
    moves = np.ones(device.size, dtype=np.bool_)
    moves[1:] = (device[1:] != device[:-1]) | (rows["measured_at"][1:] != rows["measured_at"][:-1])
    starts = np.flatnonzero(moves)
    moment = np.cumsum(moves) - 1
    whose = device[starts]
    reads = np.bincount(moment, rows["index_um3"] != NULL) > 0
    spoke = moment[new]
    _, first = np.unique(whose[spoke], return_index=True)
    last = np.append(first[1:], spoke.size) - 1
    edges = np.zeros(starts.size + 1, dtype=np.int64)
    begin = spoke[first]
    for _ in range(_STEPS_BEFORE):
        begin = _before(begin, reads, whose)
    np.add.at(edges, begin, 1)
    np.add.at(edges, _after(spoke[last], reads, whose) + 1, -1)
    within: Booleans = np.cumsum(edges)[moment] > 0
    return within


def _before(moments: Integers, reads: Booleans, whose: Integers) -> Integers:
    """Return the last moment before each with a reading of the same device, else the moment itself."""
    latest = np.maximum.accumulate(np.where(reads, np.arange(reads.size), 0))
    found = latest[np.maximum(moments - 1, 0)]
    return np.where(reads[found] & (whose[found] == whose[moments]), np.minimum(found, moments), moments)


def _after(moments: Integers, reads: Booleans, whose: Integers) -> Integers:
    """Return the first moment after each with a reading of the same device, else the moment itself."""
    end = reads.size - 1
    return end - _before(end - moments, reads[::-1], whose[::-1])
