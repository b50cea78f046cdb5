"""The cells of pressure and temperature that every surface is cut into."""

from typing import Final

import msgspec

from telemetry.ptz.range import Range

DEGREE: Final = 4
"""Greatest sum of the two exponents in a cell's polynomial."""

TERMS: Final = tuple((k, m) for k in range(DEGREE + 1) for m in range(DEGREE + 1 - k))
"""Exponents of pressure and temperature, in the order the coefficients are kept."""

PRESSURE_STEP_PA: Final = 375_000.0
PRESSURE_CELLS: Final = 33
TEMPERATURE_START_K: Final = 243.0
TEMPERATURE_STEP_K: Final = 4.0
TEMPERATURE_CELLS: Final = 24
CELLS: Final = PRESSURE_CELLS * TEMPERATURE_CELLS

REACH: Final = Range(pressure_max_pa=12.3e6, temperature_min_k=243.0, temperature_max_k=338.9)
"""What is asked of the grid: a little less than it has, so that no rounding leads out of it."""


class Patch(msgspec.Struct, frozen=True):
    """A rectangle of whole cells over which one series is made."""

    pressure_cells: tuple[int, int]
    temperature_cells: tuple[int, int]

    @property
    def pressures_pa(self) -> tuple[float, float]:
        """Where it begins and how far it reaches."""
        first, end = self.pressure_cells
        return first * PRESSURE_STEP_PA, (end - first) * PRESSURE_STEP_PA

    @property
    def temperatures_k(self) -> tuple[float, float]:
        """Where it begins and how far it reaches."""
        first, end = self.temperature_cells
        return TEMPERATURE_START_K + first * TEMPERATURE_STEP_K, (end - first) * TEMPERATURE_STEP_K


# Below 263 K a rich gas nears its critical point at high pressure, where no short series
# follows it: apart, the cold corner cannot spoil the rest.
PATCHES: Final = tuple(
    Patch(pressures, temperatures)
    for temperatures in ((0, 5), (5, TEMPERATURE_CELLS))
    for pressures in ((0, 16), (16, PRESSURE_CELLS))
)
