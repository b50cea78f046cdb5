"""Mole fractions: what a full analysis must be, and how far a method's limits reach."""

from collections.abc import Mapping
from math import fsum, isfinite
from typing import Final

from telemetry.errors import ConfigurationError
from telemetry.model import COMPONENTS, GasQuality
from telemetry.quality import Flag

SUM_TOLERANCE: Final = 1e-4


def full_analysis(gas: GasQuality) -> dict[str, float]:
    """Return the 21 mole fractions by name, normalised to a sum of 1."""
    if not gas.fractions:
        raise ConfigurationError(f"gas quality: {gas.method} needs mole fractions, and there are none")
    if len(gas.fractions) != len(COMPONENTS):
        raise ConfigurationError(
            f"gas quality: {len(gas.fractions)} mole fractions, expected {len(COMPONENTS)}"
        )
    for component, fraction in zip(COMPONENTS, gas.fractions, strict=True):
        require_fraction(component, fraction)
    total = fsum(gas.fractions)
    if abs(total - 1) > SUM_TOLERANCE:
        raise ConfigurationError(
            f"gas quality: mole fractions sum to {total:.6f}, expected 1 ± {SUM_TOLERANCE}"
        )
    return {component: x / total for component, x in zip(COMPONENTS, gas.fractions, strict=True)}


def partial_analysis(gas: GasQuality, components: tuple[str, ...]) -> dict[str, float]:
    """Return the mole fractions of these components, as given."""
    if not gas.fractions:
        raise ConfigurationError(f"gas quality: {gas.method} needs {components[0]}, and there is none")
    return {component: require_fraction(component, gas.fraction(component)) for component in components}


def require_fraction(component: str, fraction: float) -> float:
    """Return a mole fraction that is one."""
    if not (isfinite(fraction) and 0 <= fraction <= 1):
        raise ConfigurationError(
            f"gas quality: {component} is {fraction}, expected a mole fraction from 0 to 1"
        )
    return fraction


def within(values: Mapping[str, float], limits: Mapping[str, tuple[float, float]]) -> bool:
    """Say whether every value that has limits keeps them."""
    return all(low <= values[name] <= high for name, (low, high) in limits.items())


def range_flag(
    values: Mapping[str, float],
    normal: Mapping[str, tuple[float, float]],
    wider: Mapping[str, tuple[float, float]],
) -> int:
    """Return the flag of a gas by the two sets of limits of a method."""
    if within(values, normal):
        return 0
    return Flag.Z_WIDER_RANGE if within(values, wider) else Flag.Z_OUT_OF_RANGE
