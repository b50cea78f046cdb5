"""Which meters have a bypass or lie in one, and whether what keeps a bypass shut is off."""

from collections.abc import Callable
from typing import Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.meter_window import Locks, MeterStates
from alerts.windows.placed import Placed
from alerts.windows.rows import UNKNOWN_SINCE
from telemetry.model import Booleans, Instant, Integers
from telemetry.quality import Flag
from telemetry.registry import Bypass, Registry

CONTACT: Final = 0
RECORDS: Final = 1
"""Who says that a lock is off: the part of a row of `Locks`."""


def has_bypass(placed: Placed, rows: Integers, registry: Registry) -> Booleans:
    """Return where a bypass goes around the meter, at the time of each row."""
    return _where(placed, rows, lambda meter, at: bool(registry.bypasses_of_meter_at(meter, at)))


def lies_in_bypass(placed: Placed, rows: Integers, registry: Registry) -> Booleans:
    """Return where the meter lies in a bypass: by its role, or as the bypass's record says."""

    def lies(meter: str, at: Instant) -> bool:
        return registry.meters[meter].role == "bypass" or registry.bypassed_by(meter, at) is not None

    return _where(placed, rows, lies)


def _where(placed: Placed, rows: Integers, holds: Callable[[str, Instant], bool]) -> Booleans:
    whose, at = placed.meter[rows].tolist(), placed.rows["measured_at"][rows].tolist()
    found = [holds(placed.meters[one].meter, when) for one, when in zip(whose, at, strict=True)]
    return np.array(found, dtype=np.bool_)


def recorded_locks(registry: Registry, now: Instant) -> Locks:
    """Return of each meter with a bypass whether one that nothing measures is kept shut by nothing."""
    off: dict[str, bool] = {}
    for row in registry.bypasses_at(now):
        if row.around == "meter":
            off[row.target] = off.get(row.target, False) or _is_off(row)
    size = len(off)
    return Locks(
        targets=[Target(TargetKind.METER, meter) for meter in off],
        known_until=np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        target=np.arange(size, dtype=np.int64),
        part=np.full(size, RECORDS, dtype=np.int64),
        measured_at=np.full(size, now, dtype=np.int64),
        age=np.zeros(size, dtype=np.int64),
        off=np.array(list(off.values()), dtype=np.int64),
    )


def _is_off(row: Bypass) -> bool:
    return row.isolation == "none" and row.metered_by is None


def all_locks(said: MeterStates, recorded: Locks) -> Locks:
    """Return what contacts of locks say of meters with a bypass, together with the records."""
    told = np.flatnonzero((said.has_bypass == 1) & ((said.told & int(Flag.LOCK_OPEN)) != 0))
    targets = list(dict.fromkeys([*(said.targets[one] for one in said.target[told]), *recorded.targets]))
    places = {target: place for place, target in enumerate(targets)}
    speaks = [places[said.targets[one]] for one in said.target[told].tolist()]
    stands = [places[recorded.targets[one]] for one in recorded.target.tolist()]
    target = np.array([*speaks, *stands], dtype=np.int64)
    at = np.concatenate((said.measured_at[told], recorded.measured_at))
    order = np.lexsort((at, target))
    flags = (said.flags[told] & int(Flag.LOCK_OPEN) != 0).astype(np.int64)
    return Locks(
        targets=targets,
        known_until=np.full(len(targets), UNKNOWN_SINCE, dtype=np.int64),
        target=target[order],
        part=np.concatenate((np.full(told.size, CONTACT, dtype=np.int64), recorded.part))[order],
        measured_at=at[order],
        age=np.concatenate((said.age[told], recorded.age))[order],
        off=np.concatenate((flags, recorded.off))[order],
    )
