"""What a list of specifications comes to in arrays, worked out once for each list."""

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Final

import msgspec
import numpy as np

from telemetry.model import CHINA, BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.grid import REACH
from telemetry.ptz.limits import Limits, limits_of
from telemetry.ptz.method import find_method
from telemetry.ptz.range import Range
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.ptz.surface import SurfaceKey

UNITY: Final = GasQuality()
"""The gas of a correction that leaves Z out."""


class Plan(msgspec.Struct, frozen=True, eq=False):
    """One entry for each specification, and one more at the end for a reading that has none.

    ``keys`` are the surfaces they use and ``surface`` says which. A reading
    whose state ``normal`` holds carries its composition's flag and no other.
    ``fixed_pressure`` and ``factor`` are NaN where none is fixed, and absent
    when none is fixed at all.
    """

    keys: tuple[SurfaceKey, ...]
    surface: Integers
    scale: Floats
    limits: Limits
    normal: Range
    fixed_pressure: Floats | None
    factor: Floats | None

    @property
    def any_flags(self) -> bool:
        """Whether some readings carry a flag for their gas alone."""
        return bool(self.limits.composition[:-1].any())


@lru_cache(maxsize=64)
def plan(specs: tuple[CorrectionSpec, ...]) -> Plan:
    """Return the plan of these specifications."""
    specs = (*specs, CorrectionSpec())
    gases = tuple(_gas(spec) for spec in specs)
    wanted = [_key(gas, spec.base) for gas, spec in zip(gases, specs, strict=True)]
    keys = tuple(dict.fromkeys(wanted))
    index = {key: i for i, key in enumerate(keys)}
    known = [gas for gas in dict.fromkeys(gases) if gas is not None]
    return Plan(
        keys=keys,
        surface=np.array([index[key] for key in wanted], np.int64),
        scale=np.array([spec.base.temperature_k / spec.base.pressure_pa for spec in specs]),
        limits=limits_of(gases),
        normal=reduce(Range.within, (find_method(gas.method).normal for gas in known), REACH),
        fixed_pressure=_column([spec.fixed_pressure_pa if spec.mode == Mode.T else None for spec in specs]),
        factor=_column([(spec.fixed_factor or 1.0) if spec.mode == Mode.NONE else None for spec in specs]),
    )


def _gas(spec: CorrectionSpec) -> GasQuality | None:
    """Return the gas whose Z a specification uses; None where it needs one and has none."""
    match spec.mode:
        case Mode.NONE | Mode.PT:
            return UNITY
        case Mode.T:
            return spec.gas or UNITY
        case Mode.PTZ | Mode.DEVICE:
            return spec.gas


def _key(gas: GasQuality | None, base: BaseConditions) -> SurfaceKey:
    constant = gas is None or find_method(gas.method).constant is not None
    return SurfaceKey(gas, CHINA if constant else base)


def _column(values: Sequence[float | None]) -> Floats | None:
    if not any(values):
        return None
    return np.array([np.nan if value is None else value for value in values])
