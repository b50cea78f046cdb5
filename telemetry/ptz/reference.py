"""Heating value and relative density brought to 25 °C combustion and 0 °C metering."""

from math import isfinite
from typing import Final

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import GasQuality

_SIXTY_FAHRENHEIT: Final = 15.56
_TEMPERATURE_TOLERANCE: Final = 0.01


class Reference(msgspec.Struct, frozen=True):
    """Combustion and metering temperature, and what brings values stated there to 25 and 0 °C."""

    combustion_degc: float
    metering_degc: float
    heating_value_factor: float
    density_factor: float


REFERENCES: Final = (
    Reference(25.0, 0.0, 1.0, 1.0),
    Reference(20.0, 20.0, 1.0732, 1.0003),
    Reference(15.0, 15.0, 1.0543, 1.0002),
    Reference(0.0, 0.0, 0.9974, 1.0),
    # The standard's 1.0539 is for 101.560 kPa; a registry's cubic metre is at 101.325 kPa.
    Reference(_SIXTY_FAHRENHEIT, _SIXTY_FAHRENHEIT, 1.0539 * 101.560 / 101.325, 1.0002),
)


def reference_of(gas: GasQuality) -> Reference:
    """Return the reference conditions of a gas quality; a pair the standard does not list is refused."""
    for known in REFERENCES:
        combustion = abs(known.combustion_degc - gas.heating_value_combustion_degc)
        metering = abs(known.metering_degc - gas.heating_value_metering_degc)
        if combustion <= _TEMPERATURE_TOLERANCE and metering <= _TEMPERATURE_TOLERANCE:
            return known
    listed = ", ".join(f"{known.combustion_degc:g}/{known.metering_degc:g}" for known in REFERENCES)
    raise ConfigurationError(
        "gas quality: heating_value_combustion_degc/heating_value_metering_degc are "
        f"{gas.heating_value_combustion_degc:g}/{gas.heating_value_metering_degc:g}, expected one of {listed}"
    )


def heating_value_25_0(gas: GasQuality) -> float:
    r"""Return the superior heating value at 25 °C combustion and 0 °C, 101.325 kPa metering.

    Parameters
    ----------
    gas : GasQuality
        ``heating_value_mj_m3`` at its own two temperatures and 101.325 kPa.

    Returns
    -------
    float [MJ/m³]
        :math:`H_S`, as SGERG-88 takes it.

    Raises
    ------
    ConfigurationError
        If the heating value is missing, or its pair of temperatures is not one
        of those the standard lists.

    Notes
    -----
    The factors hold for natural gas: 20/20 (China) 1.0732, 15/15 1.0543, 0/0
    0.9974, 60 °F/60 °F 1.0539 at 101.560 kPa, 25/0 1.

    References
    ----------
    .. [1] GB/T 17747.3-2011 (ISO 12213-3:2006), Annex D, Table D.1 and D.4.

    Examples
    --------
    >>> round(heating_value_25_0(GasQuality(heating_value_mj_m3=38.0)), 3)
    40.782
    """
    return required(gas, "heating_value_mj_m3") * reference_of(gas).heating_value_factor


def relative_density_0(gas: GasQuality) -> float:
    r"""Return the relative density at 0 °C and 101.325 kPa.

    Parameters
    ----------
    gas : GasQuality
        ``relative_density`` at its metering temperature.

    Returns
    -------
    float [1]
        :math:`d`, as SGERG-88 takes it.

    Raises
    ------
    ConfigurationError
        If the density is missing, or its pair of temperatures is not listed.

    Notes
    -----
    The factors are 1.0003 at 20 °C, 1.0002 at 15 °C and 60 °F, 1 at 0 °C.

    References
    ----------
    .. [1] GB/T 17747.3-2011 (ISO 12213-3:2006), Annex D.

    Examples
    --------
    >>> round(relative_density_0(GasQuality(relative_density=0.6)), 5)
    0.60018
    """
    return required(gas, "relative_density") * reference_of(gas).density_factor


def required(gas: GasQuality, field: str) -> float:
    """Return a positive number of a gas quality that its method cannot do without."""
    value: float | None = getattr(gas, field)
    if value is None:
        raise ConfigurationError(f"gas quality: {gas.method} needs {field}, and there is none")
    if not (isfinite(value) and value > 0):
        raise ConfigurationError(f"gas quality: {field} is {value}, expected a positive number")
    return value
