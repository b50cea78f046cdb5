"""The range of a meter's pressure sensor: beyond it, what it says is no pressure of the gas."""

from collections.abc import Sequence
from math import inf
from typing import Final, TypeAlias

import numpy as np

from telemetry.model import Floats, Integers

SensorRange: TypeAlias = tuple[float, float]
"""The lowest and highest absolute pressure that are believed [Pa]."""

ANY: Final[SensorRange] = (0.0, inf)

_SLACK: Final = 0.01


def sensor_range(least_pa: float | None, most_pa: float | None) -> SensorRange:
    """Return what is believed of a sensor of a range [Pa absolute]: one hundredth of its end beyond either.

    A corrector treats an input outside its valid range as a fault and takes a substitute (EK260 manual).
    """
    slack = _SLACK * (most_pa if most_pa is not None else least_pa or 0.0)
    low = 0.0 if least_pa is None else max(least_pa - slack, 0.0)
    return low, inf if most_pa is None else most_pa + slack


def believed(pressure_pa: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """Return absolute pressures [Pa]; NaN where the sensor cannot mean them."""
    with np.errstate(invalid="ignore"):
        return np.where((pressure_pa >= low) & (pressure_pa <= high), pressure_pa, np.nan)


def in_range(pressure_pa: Floats, which: Integers, ranges: Sequence[SensorRange]) -> Floats:
    """Return absolute pressures [Pa], each within the range of its sensor, by its place; NaN elsewhere."""
    low, high = np.array(ranges, np.float64).reshape(-1, 2).T
    return believed(pressure_pa, low[which], high[which])
