"""The electronic index held against the mechanical one, over a day or more."""

from collections.abc import Mapping

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.meter_window import Indices
from alerts.windows.placed import Placed
from alerts.windows.rows import UNKNOWN_SINCE
from telemetry.batch import NULL, UM3_PER_M3
from telemetry.model import Floats, Instant, Integers


def asked(placed: Placed) -> dict[int, Instant]:
    """Return when each device last stated both indices, of those that have just done so."""
    rows = placed.rows
    both = (rows["is_new"] == 1) & (rows["index_um3"] != NULL) & (rows["mechanical_index_um3"] != NULL)
    pairs = zip(rows["device_id"][both].tolist(), rows["measured_at"][both].tolist(), strict=True)
    return dict(sorted(pairs))


def indices(placed: Placed, before: Mapping[int, tuple[Instant, int, int]]) -> Indices:
    """Return what both indices moved by since a day or more before, on the same installation.

    ``before`` gives time, index and mechanical index of that, by device.
    """
    newest = asked(placed)
    ids, times = placed.rows["device_id"].tolist(), placed.rows["measured_at"].tolist()
    rows = [
        row
        for row, (device, at) in enumerate(zip(ids, times, strict=True))
        if newest.get(device) == at
        and placed.rows["mechanical_index_um3"][row] != NULL
        and device in before
        and before[device][0] >= placed.installed[row].valid_from
    ]
    then = np.array([before[ids[row]][1:] for row in rows], dtype=np.int64).reshape(-1, 2)
    at = np.array([times[row] for row in rows], dtype=np.int64)
    meters = [placed.meters[placed.meter[row]] for row in rows]
    size = len(rows)
    return Indices(
        targets=[Target(TargetKind.METER, meter.meter) for meter in meters],
        known_until=np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        target=np.arange(size, dtype=np.int64),
        part=np.zeros(size, dtype=np.int64),
        measured_at=at,
        age=placed.rows["received_at"][rows] - at,
        advance_m3=_moved(placed, "index_um3", rows, then[:, 0]),
        mechanical_advance_m3=_moved(placed, "mechanical_index_um3", rows, then[:, 1]),
        pulse_m3=np.array([meter.pulse_m3 or 0.0 for meter in meters], dtype=np.float64),
    )


def _moved(placed: Placed, name: str, rows: list[int], then: Integers) -> Floats:
    moved: Floats = (placed.rows[name][rows] - then) / UM3_PER_M3
    return moved
