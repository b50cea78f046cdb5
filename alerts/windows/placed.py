"""Readings and events placed on the installations they were made on, in the order of meter and time."""

from dataclasses import dataclass

import numpy as np

from telemetry.batch import NULL, Columns
from telemetry.model import Booleans, Integers
from telemetry.registry import Installation, Meter, Registry


@dataclass(frozen=True)
class Placed:
    """What devices said while they carried a meter, ordered by meter and measured time.

    Attributes
    ----------
    meters : (t,)
        Every meter that is spoken of.
    rows : (n,) each
        The columns as they were read, of several readings at one instant the one that counts.
    meter : (n,)
        Position in ``meters``.
    installed : (n,)
        On which installation each was made.
    before : (n,)
        The row of the reading before on the same installation, -1 where there is none.
    """

    meters: tuple[Meter, ...]
    rows: Columns
    meter: Integers
    installed: tuple[Installation, ...]
    before: Integers


def placed(readings: Columns, registry: Registry) -> Placed:
    """Place what was read in the order of device and time; an event has no index and is no reading."""
    kept = _one_an_instant(readings)
    names = {device_id: device for device, device_id in registry.device_ids.items()}
    found = [
        registry.installation_at(names[device_id], at) if device_id in names else None
        for device_id, at in zip(kept["device_id"].tolist(), kept["measured_at"].tolist(), strict=True)
    ]
    known = np.array([one is not None for one in found], dtype=np.bool_)
    carrying = [one for one in found if one is not None]
    meters, meter = np.unique(np.array([one.meter for one in carrying], dtype=np.str_), return_inverse=True)
    rows = {name: column[known] for name, column in kept.items()}
    order = np.lexsort((rows["index_um3"] == NULL, rows["measured_at"], meter))
    rows = {name: column[order] for name, column in rows.items()}
    installed = tuple(carrying[row] for row in order.tolist())
    return Placed(
        meters=tuple(registry.meters[name] for name in meters.tolist()),
        rows=rows,
        meter=meter[order],
        installed=installed,
        before=_before(rows["index_um3"] != NULL, _runs(installed)),
    )


def _one_an_instant(readings: Columns) -> Columns:
    """Return the first reading of each device and instant, and every event."""
    again = _same_as_before(readings["device_id"]) & _same_as_before(readings["measured_at"])
    again &= readings["index_um3"] != NULL
    return {name: column[~again] for name, column in readings.items()}


def _same_as_before(column: Integers) -> Booleans:
    """Return where a value is the one before it, too."""
    same = np.zeros(column.size, dtype=np.bool_)
    same[1:] = column[1:] == column[:-1]
    return same


def _runs(installed: tuple[Installation, ...]) -> Integers:
    """Return the first row of the installation that each row belongs to."""
    fresh = [place == 0 or one is not installed[place - 1] for place, one in enumerate(installed)]
    starts = np.where(np.array(fresh, dtype=np.bool_), np.arange(len(installed)), 0)
    runs: Integers = np.maximum.accumulate(starts) if starts.size else starts
    return runs


def _before(reads: Booleans, start: Integers) -> Integers:
    """Return the last reading before each row, on the same installation."""
    latest = np.full(reads.size, -1, dtype=np.int64)
    own = np.where(reads, np.arange(reads.size), -1)
    if reads.size:
        latest[1:] = np.maximum.accumulate(own)[:-1]
    return np.where(latest >= start, latest, -1)
