"""Hourly volumes: the steps laid on the hours, each hour the exact sum of its portions."""

from typing import Final

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Floats, Integers
from telemetry.volumes.base_volume import BaseVolumes
from telemetry.volumes.shares import share
from telemetry.volumes.steps import Steps

# Coarser than the last bits that another processor's arithmetic may change.
_PRESSURE_DIGITS: Final = 3
_TEMPERATURE_DIGITS: Final = 6
_FACTOR_DIGITS: Final = 12


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
    coverage: Floats
    quality: Integers
    method: Integers
    flags: Integers
    terms: Integers


class _Portions(msgspec.Struct, frozen=True, eq=False):
    """Parts of steps that lie in one hour each, in order of meter and time."""

    step: Integers
    start: Integers
    end: Integers
    hour: Integers


def lay_on_hours(
    steps: Steps, base: BaseVolumes, meter_id: Integers, wanted: tuple[Integers, Integers]
) -> HourlyVolumes:
    """Return the volume of every hour that is wanted and touched by a step.

    ``meter_id`` and ``wanted`` (first hour, and where the last one ends) are of each stretch.
    """
    portions = _portions(steps, *(edge[steps.stretch] for edge in wanted))
    meter = meter_id[steps.stretch[portions.step]]
    begins = np.flatnonzero(np.diff(meter, prepend=-1) | np.diff(portions.hour, prepend=-1))
    return _summed(steps, base, portions, meter, begins)


def _portions(steps: Steps, first_wanted: Integers, end_wanted: Integers) -> _Portions:
    first = np.maximum(steps.start // HOUR, first_wanted // HOUR)
    last = np.minimum((steps.end - 1) // HOUR, end_wanted // HOUR - 1)
    count = np.maximum(last - first + 1, 0)
    step = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count)
    hour = (first[step] + nth) * HOUR
    start, end = np.maximum(hour, steps.start[step]), np.minimum(hour + HOUR, steps.end[step])
    return _Portions(step, start, end, hour)


def _summed(
    steps: Steps, base: BaseVolumes, portions: _Portions, meter: Integers, begins: Integers
) -> HourlyVolumes:
    step, length = portions.step, portions.end - portions.start
    whole = _Portions(step, steps.start[step], steps.end[step], portions.hour)
    volume = share(steps.volume_um3[step], whole, portions.start, portions.end)
    device = share(steps.base_register_um3[step], whole, portions.start, portions.end)
    mean = _Mean(begins, volume, length)
    last = step[np.append(begins[1:], len(step)) - 1] if len(step) else step
    return HourlyVolumes(
        stretch=steps.stretch[last],
        meter_id=meter[begins],
        interval_start=portions.hour[begins],
        volume_um3=_sum(volume, begins),
        base_volume_um3=_sum(share(base.base_volume_um3[step], whole, portions.start, portions.end), begins),
        device_base_volume_um3=_sum_of_known(device, begins),
        pressure_pa=mean.of(base.pressure_pa[step]).round(_PRESSURE_DIGITS),
        temperature_k=mean.of(base.temperature_k[step]).round(_TEMPERATURE_DIGITS),
        correction_factor=mean.while_flowing(base.factor[step]).round(_FACTOR_DIGITS),
        z_ratio=mean.of(base.z_ratio[step]).round(_FACTOR_DIGITS),
        coverage=(_sum(length, begins) / HOUR).astype(np.float32).astype(np.float64),
        quality=_worst(base.quality[step], begins),
        method=_method(base.method[step], volume, begins),
        flags=_any(base.flags[step], begins),
        terms=steps.terms[last],
    )


def _sum(values: Integers, begins: Integers) -> Integers:
    sums: Integers = np.add.reduceat(values, begins) if len(begins) else values
    return sums


def _sum_of_known(values: Integers, begins: Integers) -> Integers:
    """Return the sums, `NULL` where a part is not known."""
    unknown = _worst((values == NULL).astype(np.int64), begins) > 0
    return np.where(unknown, NULL, _sum(np.where(values == NULL, 0, values), begins))


def _worst(values: Integers, begins: Integers) -> Integers:
    worst: Integers = np.maximum.reduceat(values, begins) if len(begins) else values
    return worst


def _any(flags: Integers, begins: Integers) -> Integers:
    united: Integers = np.bitwise_or.reduceat(flags, begins) if len(begins) else flags
    return united


def _method(method: Integers, volume: Integers, begins: Integers) -> Integers:
    """Return the last resort among the ways an hour's volume came about; without volume, of its steps."""
    flowing = np.where(volume > 0, method, -1)
    worst = _worst(flowing, begins)
    return np.where(worst < 0, _worst(method, begins), worst)


class _Mean:
    """Means over an hour's portions, weighted by volume, or by time where no volume flowed."""

    def __init__(self, begins: Integers, volume: Integers, length: Integers) -> None:
        self._volume, self._length = volume.astype(np.float64), length.astype(np.float64)
        self._hour = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(volume)))
        self._hours = len(begins)

    def of(self, values: Floats) -> Floats:
        """Return the mean of what is known of the values."""
        by_volume, by_time = self.while_flowing(values), self._weighted(values, self._length)
        return np.where(np.isnan(by_volume), by_time, by_volume)

    def while_flowing(self, values: Floats) -> Floats:
        """Return the mean by volume; NaN where none flowed."""
        return self._weighted(values, self._volume)

    def _weighted(self, values: Floats, weights: Floats) -> Floats:
        known = ~np.isnan(values)
        # bincount adds in order of the portions, so that an hour's mean depends on nothing but the hour.
        weight = self._add(np.where(known, weights, 0.0))
        total = self._add(np.where(known, values * weights, 0.0))
        with np.errstate(invalid="ignore"):
            return np.where(weight > 0, total / weight, np.nan)

    def _add(self, values: Floats) -> Floats:
        sums: Floats = np.bincount(self._hour, weights=values, minlength=self._hours).astype(np.float64)
        return sums
