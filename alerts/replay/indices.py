"""The readings that the newest of both indices would have been held against, at any moment of a replay."""

from collections.abc import Mapping

import numpy as np

from alerts.replay.said import Said, chosen
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, Instant

_BACK: Instant = 8 * DAY


class IndicesSoFar:
    """Keeps what was said of both indices for eight days, and a little."""

    def __init__(self, lateness: Instant) -> None:
        self._lateness = lateness
        self._rows = Said().readings

    def learn(self, readings: Columns, now: Instant) -> None:
        """Take in what arrives from now on, and forget what nothing is held against any more."""
        both = (readings["index_um3"] != NULL) & (readings["mechanical_index_um3"] != NULL)
        kept = chosen(self._rows, self._rows["measured_at"] > now - _BACK - self._lateness)
        rows = {name: np.concatenate((kept[name], readings[name][both])) for name in kept}
        self._rows = chosen(rows, np.lexsort((rows["measured_at"], rows["device_id"])))

    def before(self, at: Mapping[int, Instant], now: Instant) -> dict[int, tuple[Instant, int, int]]:
        """Return each device's last (time, index, mechanical index) at least a day before an instant."""
        rows = self._rows
        found = {}
        for device, instant in at.items():
            first, last = np.searchsorted(rows["device_id"], (device, device + 1))
            when = rows["measured_at"][first:last]
            known = (
                (when <= instant - DAY) & (when > instant - _BACK) & (rows["arrived_at"][first:last] <= now)
            )
            if known.any():
                row = int(first + np.flatnonzero(known)[-1])
                found[device] = (
                    rows["measured_at"].item(row),
                    rows["index_um3"].item(row),
                    rows["mechanical_index_um3"].item(row),
                )
        return found
