"""What registers did between consecutive readings, made ready for rules."""

from itertools import pairwise

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.window import UNKNOWN_SINCE, Registers
from telemetry.batch import Columns
from telemetry.model import Booleans, Integers
from telemetry.registry import Installation, Registry


def registers(readings: Columns, registry: Registry) -> Registers:
    """Return the steps that new readings make, within one installation each.

    ``readings`` are in the order of device and time; of several at one instant the first counts.
    ``is_new`` tells those that have just arrived: a step is new when either of its ends is.
    """
    rows = _one_an_instant(readings)
    installed = _installed(rows, registry)
    later = np.flatnonzero(_steps(rows, installed))
    meters = [installed[row].meter for row in later.tolist()]  # type: ignore[union-attr] # a step has one
    names, target = np.unique(np.array(meters, dtype=np.str_), return_inverse=True)
    order = np.lexsort((rows["measured_at"][later], target))
    later, target = later[order], target[order]
    known = [registry.meters[name] for name in names.tolist()]
    return Registers(
        targets=[Target(TargetKind.METER, name) for name in names.tolist()],
        known_until=np.full(names.size, UNKNOWN_SINCE, dtype=np.int64),
        target=target,
        part=np.zeros(later.size, dtype=np.int64),
        measured_at=rows["measured_at"][later],
        age=_ages(rows, later),
        previous_um3=rows["index_um3"][later - 1],
        index_um3=rows["index_um3"][later],
        elapsed=rows["measured_at"][later] - rows["measured_at"][later - 1],
        digits=np.array([meter.digits for meter in known], dtype=np.int64)[target],
        qmax_m3h=np.array([meter.qmax_m3h for meter in known], dtype=np.float64)[target],
    )


def _one_an_instant(readings: Columns) -> Columns:
    """Return the first reading of each device and instant."""
    again = _same_as_before(readings["device_id"]) & _same_as_before(readings["measured_at"])
    return {name: column[~again] for name, column in readings.items()}


def _same_as_before(column: Integers) -> Booleans:
    """Return where a value is the one before it, too."""
    same = np.zeros(column.size, dtype=np.bool_)
    same[1:] = column[1:] == column[:-1]
    return same


def _installed(rows: Columns, registry: Registry) -> list[Installation | None]:
    """Return on which installation each reading was made."""
    names = {device_id: device for device, device_id in registry.device_ids.items()}
    return [
        registry.installation_at(names[device_id], at) if device_id in names else None
        for device_id, at in zip(rows["device_id"].tolist(), rows["measured_at"].tolist(), strict=True)
    ]


def _steps(rows: Columns, installed: list[Installation | None]) -> Booleans:
    """Return which readings end a step that is new and lies within one installation."""
    new = rows["is_new"].astype(np.bool_)
    ends = np.zeros(new.size, dtype=np.bool_)
    ends[1:] = new[1:] | new[:-1]
    same = np.zeros(new.size, dtype=np.bool_)
    same[1:] = [before is not None and before is after for before, after in pairwise(installed)]
    return ends & same


def _ages(rows: Columns, later: Integers) -> Integers:
    """Return how old the new end of each step was on arrival."""
    age = rows["received_at"] - rows["measured_at"]
    ages: Integers = np.where(rows["is_new"][later] == 1, age[later], age[later - 1])
    return ages
