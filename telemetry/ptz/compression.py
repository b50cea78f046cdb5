"""Compression factors by the exact method of a gas, with what its range says of each."""

from functools import lru_cache
from typing import Final

import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.method import find_method, suitability
from telemetry.ptz.range import Range
from telemetry.quality import Flag

_UNUSABLE: Final = int(Flag.PRESSURE_UNUSABLE | Flag.TEMPERATURE_UNUSABLE)
NO_NUMBER: Final = int(Flag.Z_OUT_OF_RANGE) | _UNUSABLE
"""The flags beside which there is no compression factor."""

PRESSURES_PA: Final = (0.0, 1e10)
TEMPERATURES_K: Final = (1.0, 1e5)
"""Beyond these a number is no pressure or temperature of a gas, whatever the method."""


def compression_factor(
    gas: GasQuality, pressure_pa: Floats, temperature_k: Floats
) -> tuple[Floats, Integers]:
    """Return Z by the gas's own method, state by state, and what is odd about each.

    Parameters
    ----------
    gas : GasQuality
        The gas and its method.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    z : (n,) [1]
        Compression factor; NaN where the state is unusable or out of range.
    flags : (n,)
        Bits of `Flag`.

    Raises
    ------
    ConfigurationError
        If the gas lacks what its method needs.

    Notes
    -----
    Between a method's normal and wider range there is a number and
    ``Z_WIDER_RANGE``; outside the wider one NaN and ``Z_OUT_OF_RANGE``.

    References
    ----------
    .. [1] ISO 12213-1:2006 (GB/T 17747.1-2011).

    Examples
    --------
    Gas 1 of ISO 12213-2 Annex C; at 200 K the method does not answer:

    >>> gas_1 = (0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007)
    >>> gas = GasQuality(method="aga8_detail", fractions=gas_1 + 11 * (0.0,))
    >>> z, flags = compression_factor(gas, np.array([6e6, 6e6]), np.array([290.0, 200.0]))
    >>> z.round(5), flags.tolist() == [0, Flag.Z_OUT_OF_RANGE]
    (array([0.88006,     nan]), True)
    """
    method = find_method(gas.method)
    flags = state_flags(gas, pressure_pa, temperature_k)
    answered = (flags & NO_NUMBER) == 0
    z = np.full(flags.shape, np.nan)
    z[answered] = method.z(gas, pressure_pa[answered], temperature_k[answered])
    unsolved = answered & np.isnan(z)
    flags[unsolved] = Flag.Z_OUT_OF_RANGE
    return z, flags


@lru_cache(maxsize=1024)
def base_compression_factor(gas: GasQuality, base: BaseConditions) -> float:
    """Return Z at base conditions; a base outside the method's range is a wrong configuration."""
    if find_method(gas.method).constant is not None:
        return 1.0
    z, _ = compression_factor(gas, np.array([base.pressure_pa]), np.array([base.temperature_k]))
    if np.isnan(z[0]) and not suitability(gas) & Flag.Z_OUT_OF_RANGE:
        raise ConfigurationError(
            f"base conditions {base.pressure_pa} Pa, {base.temperature_k} K: "
            f"{gas.method} gives no compression factor there"
        )
    return float(z[0])


def z_ratio_exact(
    gas: GasQuality, base: BaseConditions, pressure_pa: Floats, temperature_k: Floats
) -> tuple[Floats, Integers]:
    """Return Zb/Z by the exact method, and the flags of each state."""
    z, flags = compression_factor(gas, pressure_pa, temperature_k)
    constant = find_method(gas.method).constant
    if constant is not None:
        return np.where(np.isnan(z), np.nan, constant(gas)), flags
    return base_compression_factor(gas, base) / z, flags


def state_flags(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Integers:
    """Return what is odd about each state of a gas before anything is computed from it."""
    method = find_method(gas.method)
    composition = suitability(gas)
    flags = unusable_flags(pressure_pa, temperature_k)
    usable = flags == 0
    flags[usable] = _range_flag(method.normal, method.wider, pressure_pa[usable], temperature_k[usable])
    in_range = usable & ((flags & Flag.Z_OUT_OF_RANGE) == 0)
    flags[in_range] |= composition
    if composition & Flag.Z_OUT_OF_RANGE:
        flags[in_range] = composition
    return flags


def unusable_flags(pressure_pa: Floats, temperature_k: Floats) -> Integers:
    """Return the flags of values that cannot be a pressure or a temperature."""
    with np.errstate(invalid="ignore"):
        bad_pressure = ~((pressure_pa > PRESSURES_PA[0]) & (pressure_pa <= PRESSURES_PA[1]))
        bad_temperature = ~((temperature_k >= TEMPERATURES_K[0]) & (temperature_k <= TEMPERATURES_K[1]))
    return bad_pressure * np.int64(Flag.PRESSURE_UNUSABLE) + bad_temperature * np.int64(
        Flag.TEMPERATURE_UNUSABLE
    )


def _range_flag(normal: Range, wider: Range, pressure_pa: Floats, temperature_k: Floats) -> Integers:
    outside = np.where(
        wider.holds(pressure_pa, temperature_k), int(Flag.Z_WIDER_RANGE), int(Flag.Z_OUT_OF_RANGE)
    )
    return np.where(normal.holds(pressure_pa, temperature_k), 0, outside)
