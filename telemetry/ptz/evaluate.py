"""A plan applied to readings: by surface where that answers, by the exact method where not."""

from typing import TypeVar

import msgspec
import numpy as np

from telemetry.model import CHINA, Floats, Integers
from telemetry.ptz.compression import z_ratio_exact
from telemetry.ptz.correction import Correction
from telemetry.ptz.factor import scaled_factor
from telemetry.ptz.grid import REACH
from telemetry.ptz.kernel import BLOCK, Kernel
from telemetry.ptz.limits import NO_NUMBER
from telemetry.ptz.plan import Plan
from telemetry.ptz.surfaces import SURFACES

Column = TypeVar("Column", Floats, Integers)


class Readings(msgspec.Struct, frozen=True, eq=False):
    """States to correct, each by one entry of a plan; ``which`` None means all by the first."""

    which: Integers | None
    pressure_pa: Floats
    temperature_k: Floats

    def pick(self, column: Column, part: slice = slice(None)) -> Column:
        """Return what a plan's column says for these readings; one element where all go by the first."""
        return column[:1] if self.which is None else column.take(self.which[part], mode="wrap")


def evaluate(by: Plan, readings: Readings, *, exact: bool) -> Correction:
    """Return the correction of readings."""
    size = len(readings.pressure_pa)
    if not size == len(readings.temperature_k) == (size if readings.which is None else len(readings.which)):
        raise ValueError("pressure, temperature and which differ in length")
    readings = _stand_in(by, readings)
    result = Correction(np.empty(size), np.full(size, np.nan), np.zeros(size, np.int64))
    with np.errstate(all="ignore"):
        suspects = np.arange(size) if exact else _by_surface(by, readings, result)
        if len(suspects):
            _settle(by, readings, suspects, result)
    _put_fixed_factors(by, readings, result)
    return result


def _stand_in(by: Plan, readings: Readings) -> Readings:
    """Return the readings with fixed pressures in place, and base conditions where C is fixed."""
    pressure_pa, temperature_k = readings.pressure_pa, readings.temperature_k
    if by.fixed_pressure is not None:
        fixed = readings.pick(by.fixed_pressure)
        pressure_pa = np.where(np.isnan(fixed), pressure_pa, fixed)
    if by.factor is not None:
        measured = np.isnan(readings.pick(by.factor))
        pressure_pa = np.where(measured, pressure_pa, CHINA.pressure_pa)
        temperature_k = np.where(measured, temperature_k, CHINA.temperature_k)
    return Readings(readings.which, pressure_pa, temperature_k)


def _by_surface(by: Plan, readings: Readings, result: Correction) -> Integers:
    """Write what the surfaces say, block by block; return the readings that need a closer look."""
    tables, starts = SURFACES.tables(by.keys)
    offsets = starts[by.surface]
    kernel = Kernel(min(BLOCK, len(result.factor)))
    suspects = [np.empty(0, np.int64)]
    for first in range(0, len(result.factor), BLOCK):
        part = slice(first, first + BLOCK)
        p, t = readings.pressure_pa[part], readings.temperature_k[part]
        factor, z_ratio = result.factor[part], result.z_ratio[part]
        kernel.z_ratio(tables, readings.pick(offsets, part), p, t, z_ratio)
        np.multiply(p, readings.pick(by.scale, part), out=factor)
        np.divide(factor, t, out=factor)
        np.multiply(factor, z_ratio, out=factor)
        if by.any_flags:
            result.flags[part] = readings.pick(by.limits.composition, part)
        if not by.normal.holds_all(p, t) or np.isnan(z_ratio.min()):
            suspects.append(first + np.flatnonzero(~by.normal.holds(p, t) | np.isnan(z_ratio)))
    return np.concatenate(suspects)


def _settle(by: Plan, readings: Readings, suspects: Integers, result: Correction) -> None:
    """Write flags, and what the exact methods say where no surface reaches, for these readings."""
    p, t = readings.pressure_pa[suspects], readings.temperature_k[suspects]
    entry = np.zeros_like(suspects) if readings.which is None else readings.which[suspects]
    flags = by.limits.take(entry).flags(p, t)
    answered = (flags & NO_NUMBER) == 0
    z_ratio = np.where(answered & REACH.holds(p, t), result.z_ratio[suspects], np.nan)
    asked = np.flatnonzero(answered & np.isnan(z_ratio))
    surface = by.surface.take(entry[asked], mode="wrap")
    for index in np.unique(surface):
        key, mine = by.keys[index], asked[surface == index]
        if key.gas is not None:
            z_ratio[mine], flags[mine] = z_ratio_exact(key.gas, key.base, p[mine], t[mine])
    result.z_ratio[suspects], result.flags[suspects] = z_ratio, flags
    result.factor[suspects] = scaled_factor(p, t, z_ratio, by.scale.take(entry, mode="wrap"))


def _put_fixed_factors(by: Plan, readings: Readings, result: Correction) -> None:
    """Write the factors that are fixed, beside which no state counts."""
    if by.factor is not None:
        fixed = np.broadcast_to(readings.pick(by.factor), result.factor.shape)
        np.copyto(result.factor, fixed, where=~np.isnan(fixed))
