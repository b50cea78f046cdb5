"""Meters' hourly volumes worked out of what was said, and when each came to be whole."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from alerts.habits.history import BY_PT, BY_PTZ
from alerts.replay.said import Said
from telemetry.batch import NULL, Columns
from telemetry.model import HOUR, Integers
from telemetry.registry import Registry
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.work.worked_out import worked_out

_CORRECTED: Final = {BaseMethod.PTZ: BY_PTZ, BaseMethod.DEVICE: BY_PTZ, BaseMethod.PT: BY_PT}
_BY_METHOD: Final = np.array([_CORRECTED.get(method, 0) for method in BaseMethod], dtype=np.int64)
_VOLUME: Final = (
    "meter_id",
    "interval_start",
    "volume_um3",
    "base_volume_um3",
    "device_base_volume_um3",
    "pressure_pa",
    "temperature_k",
    "correction_factor",
    "coverage",
    "quality",
    "flags",
)


def with_hours(said: Said, registry: Registry) -> Said:
    """Return what was said together with the hours that follow from it.

    An hour is known when the first reading at or after its end has arrived; one without such a
    reading is not known yet.
    """
    volumes, devices = worked_out(registry, said.readings)
    place = _ended_by(volumes, devices, said.readings)
    known = place >= 0
    arrived, received, measured = (
        said.readings[name][place[known]] for name in ("arrived_at", "received_at", "measured_at")
    )
    rows = {name: getattr(volumes, name)[known] for name in _VOLUME}
    rows["corrected"] = _BY_METHOD[volumes.method[known]]
    return replace(said, hours=rows | {"arrived_at": arrived, "age": received - measured})


def _ended_by(volumes: HourlyVolumes, devices: Sequence[int], readings: Columns) -> Integers:
    """Return the first reading at or after each hour's end, -1 where there is none."""
    found = np.full(volumes.interval_start.size, -1, dtype=np.int64)
    reads = np.flatnonzero(readings["index_um3"] != NULL)
    order = reads[np.lexsort((readings["measured_at"][reads], readings["device_id"][reads]))]
    device, at = readings["device_id"][order], readings["measured_at"][order]
    for stretch, device_id in enumerate(devices):
        hours = np.flatnonzero(volumes.stretch == stretch)
        first, last = np.searchsorted(device, (device_id, device_id + 1))
        next_one = first + np.searchsorted(at[first:last], volumes.interval_start[hours] + HOUR)
        there = next_one < last
        found[hours[there]] = order[next_one[there]]
    return found
