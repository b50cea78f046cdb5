"""Compression factors by the exact method of a gas, with what its range says of each."""

from functools import lru_cache

import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.limits import NO_NUMBER, limits_of
from telemetry.ptz.method import find_method, suitability
from telemetry.quality import Flag


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
    flags = limits_of([gas]).flags(pressure_pa, temperature_k)
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
