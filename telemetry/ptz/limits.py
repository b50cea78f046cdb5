"""What may be asked of a method, in columns, so that readings of many gases are judged at once."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from telemetry.model import Booleans, Floats, GasQuality, Integers
from telemetry.ptz.method import find_method, suitability
from telemetry.ptz.range import ANYWHERE
from telemetry.quality import Flag

PRESSURE_MAX_PA: Final = 1e10
TEMPERATURE_MIN_K: Final = 1.0
TEMPERATURE_MAX_K: Final = 1e5
"""Beyond these a number is no pressure or temperature of a gas, whatever the method."""

UNUSABLE: Final = int(Flag.PRESSURE_UNUSABLE | Flag.TEMPERATURE_UNUSABLE)
NO_NUMBER: Final = int(Flag.Z_OUT_OF_RANGE | Flag.GAS_QUALITY_MISSING) | UNUSABLE
"""The flags beside which there is no compression factor."""


class Limits(msgspec.Struct, frozen=True, eq=False):
    """Edges of the normal and the wider range, and the flag of the composition; one column a gas."""

    edges: Floats
    composition: Integers

    def take(self, which: Integers) -> "Limits":
        """Return the limits of readings; -1 takes the last column."""
        return Limits(self.edges.take(which, axis=1, mode="wrap"), self.composition.take(which, mode="wrap"))

    def flags(self, pressure_pa: Floats, temperature_k: Floats) -> Integers:
        """Return what is odd about each state before anything is computed from it."""
        unusable = unusable_flags(pressure_pa, temperature_k)
        normal, wider = (
            _inside(edges, pressure_pa, temperature_k) for edges in (self.edges[:3], self.edges[3:])
        )
        flags = np.where(normal, 0, int(Flag.Z_WIDER_RANGE)) | self.composition
        flags[~wider] |= int(Flag.Z_OUT_OF_RANGE)
        flags[(flags & int(Flag.Z_OUT_OF_RANGE)) != 0] &= ~int(Flag.Z_WIDER_RANGE)
        missing = self.composition & int(Flag.GAS_QUALITY_MISSING)
        return np.where(unusable == 0, flags, unusable | missing)


def limits_of(gases: Sequence[GasQuality | None]) -> Limits:
    """Return the limits of gases by their own methods; None is a gas of which nothing is known."""
    edges, composition = [], []
    for gas in gases:
        normal, wider = ANYWHERE, ANYWHERE
        if gas is not None:
            method = find_method(gas.method)
            normal, wider = method.normal, method.wider
        edges.append((*msgspec.structs.astuple(normal), *msgspec.structs.astuple(wider)))
        composition.append(int(Flag.GAS_QUALITY_MISSING) if gas is None else int(suitability(gas)))
    return Limits(np.array(edges).T.copy(), np.array(composition, np.int64))


def unusable_flags(pressure_pa: Floats, temperature_k: Floats) -> Integers:
    """Return the flags of values that cannot be a pressure or a temperature."""
    with np.errstate(invalid="ignore"):
        pressure = (pressure_pa > 0) & (pressure_pa <= PRESSURE_MAX_PA)
        temperature = (temperature_k >= TEMPERATURE_MIN_K) & (temperature_k <= TEMPERATURE_MAX_K)
    flags: Integers = np.where(pressure, 0, int(Flag.PRESSURE_UNUSABLE))
    flags |= np.where(temperature, 0, int(Flag.TEMPERATURE_UNUSABLE))
    return flags


def _inside(edges: Floats, pressure_pa: Floats, temperature_k: Floats) -> Booleans:
    pressure_max, temperature_min, temperature_max = edges
    with np.errstate(invalid="ignore"):
        inside: Booleans = (pressure_pa <= pressure_max) & (temperature_k >= temperature_min)
        inside &= temperature_k <= temperature_max
    return inside
