"""Hourly volumes of readings at hand, without a database: as derive works them out."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from telemetry.batch import Columns
from telemetry.model import HOUR, Instant
from telemetry.registry import Registry
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import Readings, Stretch, settled
from telemetry.volumes.terms import terms_table
from telemetry.work.meter_terms import MeterTerms

_SAID: Final = tuple(name for name in Readings.__struct_fields__ if name not in {"stretch", "opens"})
_WANTED: Final = (*_SAID, "seq", "content_hash")

_INSTALLED: Final = (
    "range_um3",
    "base_range_um3",
    "qmax_m3h",
    "usual_factor",
    "pressure_range_pa",
    "terms",
    "valid_from",
    "until",
    "opening",
    "closing",
    "meter_mpe",
    "time_zone",
)
"""What a stretch has from its installation; what twins measured meanwhile is not asked."""


def worked_out(registry: Registry, readings: Columns) -> tuple[HourlyVolumes, tuple[int, ...]]:
    """Return the volumes of every hour that readings touch, and which device spoke for each stretch.

    ``readings`` has the columns of a batch and ``device_id``. Nobody's edits or hand reads count.
    """
    found = list(_stretches(registry, readings["measured_at"].tolist()))
    stretches = tuple(stretch for stretch, _ in found)
    volumes = hourly_volumes(settled(_placed(readings, found)), stretches, terms_table(stretches))
    return volumes, tuple(device_id for _, device_id in found)


def _stretches(registry: Registry, at: Sequence[Instant]) -> Iterator[tuple[Stretch, int]]:
    """Yield every installation in the span of the readings, and the device that speaks for it."""
    first, end = min(at, default=0) // HOUR * HOUR, -(-max(at, default=0) // HOUR) * HOUR
    terms = MeterTerms(registry)
    for meter_id in sorted(registry.meter_ids.values()):
        for installed in terms.installed(meter_id):
            if installed.valid_from < end and first < installed.until:
                same = {name: getattr(installed, name) for name in _INSTALLED}
                stretch = Stretch(meter_id=meter_id, first_hour=first, end_hour=end, **same)
                yield stretch, installed.device_id


def _placed(readings: Columns, found: Sequence[tuple[Stretch, int]]) -> Columns:
    """Return the readings of each stretch under one another."""
    device, at = readings["device_id"], readings["measured_at"]
    chosen = [
        np.flatnonzero((device == device_id) & (at >= stretch.valid_from) & (at < stretch.until))
        for stretch, device_id in found
    ]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *chosen])
    stretch = np.repeat(np.arange(len(chosen)), [one.size for one in chosen])
    return {"stretch": stretch} | {name: readings[name][rows] for name in _WANTED}
