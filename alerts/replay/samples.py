"""The samples of stations that the watch would have looked back at, at any moment of a replay."""

from typing import Final

import numpy as np

from alerts.replay.said import Said, chosen
from alerts.rule import FRESH
from alerts.windows.look_back import LOOK_BACK
from telemetry.batch import Columns
from telemetry.model import Booleans, Instant

_LOOKED_AT: Final = (
    *("station_id", "stream", "measured_at", "received_at", "inlet_pa", "outlet_pa", "outlet_min_pa"),
    *("outlet_max_pa", "filter_pa", "flow_m3h", "gas_lel_pct", "slam_shut", "bypass_valve"),
)


class SamplesSoFar:
    """Keeps what somebody may still look back at."""

    def __init__(self) -> None:
        nothing = Said().samples
        self._rows = {name: nothing[name] for name in _LOOKED_AT}

    def learn(self, samples: Columns, now: Instant) -> None:
        """Take in what has arrived by now, and forget what no new sample can look back at any more."""
        kept = chosen(self._rows, self._rows["measured_at"] >= now - FRESH - LOOK_BACK)
        self._rows = {name: np.concatenate((kept[name], samples[name])) for name in kept}

    def before(self, samples: Columns) -> Columns:
        """Return samples behind what their stations said shortly before; ``is_new`` tells them apart."""
        former = chosen(self._rows, _shortly_before(self._rows, samples))
        rows = {name: np.concatenate((former[name], samples[name])) for name in former}
        old = former["measured_at"].size
        return rows | {"is_new": (np.arange(old + samples["measured_at"].size) >= old).astype(np.int64)}


def _shortly_before(rows: Columns, samples: Columns) -> Booleans:
    """Return what the same stations said up to the look-back before the first of some samples."""
    stations, place = np.unique(samples["station_id"], return_inverse=True)
    if not stations.size:
        return np.zeros(rows["measured_at"].size, dtype=np.bool_)
    first = np.full(stations.size, np.iinfo(np.int64).max)
    last = np.full(stations.size, np.iinfo(np.int64).min)
    np.minimum.at(first, place, samples["measured_at"])
    np.maximum.at(last, place, samples["measured_at"])
    found = np.minimum(np.searchsorted(stations, rows["station_id"]), stations.size - 1)
    near: Booleans = (stations[found] == rows["station_id"]) & (rows["measured_at"] <= last[found])
    return near & (rows["measured_at"] >= first[found] - LOOK_BACK)
