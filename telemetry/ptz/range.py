"""Ranges of pressure and temperature."""

from math import inf
from typing import Final

import msgspec

from telemetry.model import Booleans, Floats


class Range(msgspec.Struct, frozen=True):
    """The states a method is stated for; its edges belong to it."""

    pressure_max_pa: float
    temperature_min_k: float
    temperature_max_k: float

    def holds(self, pressure_pa: Floats, temperature_k: Floats) -> Booleans:
        """Return which states lie inside."""
        return (
            (pressure_pa > 0)
            & (pressure_pa <= self.pressure_max_pa)
            & (temperature_k >= self.temperature_min_k)
            & (temperature_k <= self.temperature_max_k)
        )

    def holds_all(self, pressure_pa: Floats, temperature_k: Floats) -> bool:
        """Return whether every state of a batch lies inside; a NaN does not."""
        return bool(
            pressure_pa.min() > 0
            and pressure_pa.max() <= self.pressure_max_pa
            and temperature_k.min() >= self.temperature_min_k
            and temperature_k.max() <= self.temperature_max_k
        )

    def within(self, other: "Range") -> "Range":
        """Return what both hold."""
        return Range(
            pressure_max_pa=min(self.pressure_max_pa, other.pressure_max_pa),
            temperature_min_k=max(self.temperature_min_k, other.temperature_min_k),
            temperature_max_k=min(self.temperature_max_k, other.temperature_max_k),
        )


ANYWHERE: Final = Range(pressure_max_pa=inf, temperature_min_k=0.0, temperature_max_k=inf)
