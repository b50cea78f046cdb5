"""Readings to correction factors: the one entry that ingest and derive both call."""

from collections.abc import Sequence

import msgspec
import numpy as np

from telemetry.model import BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.compression import z_ratio_exact
from telemetry.ptz.factor import correction_factor
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.quality import Flag


class Correction(msgspec.Struct, frozen=True):
    """What was worked out of each reading: C, Zb/Z, and what is odd about them."""

    factor: Floats
    z_ratio: Floats
    flags: Integers


def correct(
    gas: GasQuality,
    base: BaseConditions,
    pressure_pa: Floats,
    temperature_k: Floats,
    *,
    exact: bool = False,
) -> Correction:
    """Return the PTZ correction of readings that share a gas quality."""
    z_ratio, flags = z_ratio_exact(gas, base, pressure_pa, temperature_k)
    return Correction(correction_factor(pressure_pa, temperature_k, z_ratio, base=base), z_ratio, flags)


def correct_each(
    specs: Sequence[CorrectionSpec],
    which: Integers,
    pressure_pa: Floats,
    temperature_k: Floats,
    *,
    exact: bool = False,
) -> Correction:
    """Return the correction of readings, each by ``specs[which[i]]``; -1 is none known."""
    factor = np.full(len(which), np.nan)
    z_ratio = factor.copy()
    flags = np.full(len(which), int(Flag.GAS_QUALITY_MISSING))
    for i, spec in enumerate(specs):
        mine = which == i
        one = _correct_by(spec, pressure_pa[mine], temperature_k[mine], exact=exact)
        factor[mine], z_ratio[mine], flags[mine] = one.factor, one.z_ratio, one.flags
    return Correction(factor, z_ratio, flags)


def _correct_by(
    spec: CorrectionSpec, pressure_pa: Floats, temperature_k: Floats, *, exact: bool
) -> Correction:
    ones = np.ones(len(pressure_pa))
    if spec.mode == Mode.NONE:
        return Correction(ones * (spec.fixed_factor or 1.0), ones, np.zeros(len(ones), np.int64))
    if spec.mode == Mode.T:
        pressure_pa = ones * (spec.fixed_pressure_pa or np.nan)
    gas = GasQuality() if spec.mode == Mode.PT or (spec.gas is None and spec.mode == Mode.T) else spec.gas
    if gas is None:
        return Correction(ones * np.nan, ones * np.nan, np.full(len(ones), int(Flag.GAS_QUALITY_MISSING)))
    return correct(gas, spec.base, pressure_pa, temperature_k, exact=exact)
