"""Hourly volumes: the steps laid on the hours, each hour the exact sum of its portions."""

from typing import Final

import msgspec
import numpy as np

from telemetry.batch import UM3_PER_M3
from telemetry.model import HOUR, Floats, Integers
from telemetry.volumes.base_volume import BaseVolumes
from telemetry.volumes.groups import Groups
from telemetry.volumes.portions import Portions, portions
from telemetry.volumes.shares import share
from telemetry.volumes.steps import Steps

# Coarser than the last bits that another processor's arithmetic may change.
_PRESSURE_DIGITS: Final = 3
_TEMPERATURE_DIGITS: Final = 6
_FACTOR_DIGITS: Final = 12
_VOLUME_DIGITS: Final = 6


class HourlyVolumes(msgspec.Struct, frozen=True, eq=False):
    """Columns in order of meter and hour; `NULL` and NaN are not known.

    Volumes are whole numbers of 10⁻⁶ m³; ``stretch`` and ``terms`` are the positions of the last
    ones that touch the hour.
    """

    stretch: Integers
    meter_id: Integers
    interval_start: Integers
    volume_um3: Integers
    base_volume_um3: Integers
    device_base_volume_um3: Integers
    pressure_pa: Floats
    temperature_k: Floats
    correction_factor: Floats
    z_ratio: Floats
    uncertainty_m3: Floats
    coverage: Floats
    quality: Integers
    method: Integers
    flags: Integers
    terms: Integers


def lay_on_hours(
    steps: Steps, base: BaseVolumes, uncertain: Floats, meter_id: Integers, wanted: tuple[Integers, Integers]
) -> HourlyVolumes:
    """Return the volume of every hour that is wanted and touched by a step.

    ``uncertain`` is the relative uncertainty of each step's base volume; ``meter_id`` and ``wanted``
    (first hour, and where the last one ends) are of each stretch.
    """
    parts = portions(steps, *(edge[steps.stretch] for edge in wanted))
    meter = meter_id[steps.stretch[parts.step]]
    begins = np.flatnonzero(np.diff(meter, prepend=-1) | np.diff(parts.hour, prepend=-1))
    return _summed(steps, base, uncertain, parts, meter, begins)


def _summed(
    steps: Steps, base: BaseVolumes, uncertain: Floats, parts: Portions, meter: Integers, begins: Integers
) -> HourlyVolumes:
    step, length = parts.step, parts.end - parts.start
    whole = parts.whole(steps)
    volume, base_volume, device = (
        share(volumes[step], whole, parts.start, parts.end)
        for volumes in (steps.volume_um3, base.base_volume_um3, steps.base_register_um3)
    )
    unsure = np.where(base_volume == 0, 0.0, uncertain[step] * base_volume)
    hours = Groups(begins, len(step))
    last = step[hours.last]
    return HourlyVolumes(
        stretch=steps.stretch[last],
        meter_id=meter[begins],
        interval_start=parts.hour[begins],
        volume_um3=hours.sum(volume),
        base_volume_um3=hours.sum(base_volume),
        device_base_volume_um3=hours.sum_of_known(device),
        pressure_pa=hours.mean(base.pressure_pa[step], volume, length).round(_PRESSURE_DIGITS),
        temperature_k=hours.mean(base.temperature_k[step], volume, length).round(_TEMPERATURE_DIGITS),
        correction_factor=hours.mean(base.factor[step], volume).round(_FACTOR_DIGITS),
        z_ratio=hours.mean(base.z_ratio[step], volume, length).round(_FACTOR_DIGITS),
        uncertainty_m3=hours.add(unsure / UM3_PER_M3).round(_VOLUME_DIGITS),
        coverage=(hours.sum(length) / HOUR).astype(np.float32).astype(np.float64),
        quality=hours.highest(base.quality[step]),
        method=_method(base.method[step], volume, hours),
        flags=hours.united(base.flags[step]),
        terms=steps.terms[last],
    )


def _method(method: Integers, volume: Integers, hours: Groups) -> Integers:
    """Return the last resort among the ways an hour's volume came about; without volume, of its steps."""
    worst = hours.highest(np.where(volume > 0, method, -1))
    return np.where(worst < 0, hours.highest(method), worst)
