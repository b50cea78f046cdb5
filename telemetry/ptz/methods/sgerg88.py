"""SGERG-88: the virial equation from heating value, relative density, carbon dioxide and hydrogen."""

from functools import lru_cache
from typing import Final

import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import Floats, GasQuality
from telemetry.ptz.composition import partial_analysis, range_flag
from telemetry.ptz.method import Method
from telemetry.ptz.range import Range
from telemetry.ptz.reference import heating_value_25_0, relative_density_0
from telemetry.ptz.virial import Mixture, second_virial, third_virial
from telemetry.quality import Flag

_GAS_CONSTANT: Final = 8314.51  # J/(kmol K), the value the coefficients were fitted with
_NORMAL_K: Final = np.array([273.15])
_IDEAL_MOLAR_VOLUME: Final = 22.414097  # m³/kmol at 0 °C, 101.325 kPa
_AIR_DENSITY: Final = 1.292923  # kg/m³ at 0 °C, 101.325 kPa
_CARBON_MONOXIDE_PER_HYDROGEN: Final = 0.0964  # by mole, as in coke-oven gas
_HEAT_HYDROGEN, _HEAT_CARBON_MONOXIDE = 285.83, 282.98  # MJ/kmol at 25 °C
_MOLAR_MASS_NITROGEN, _MOLAR_MASS_CARBON_DIOXIDE = 28.0135, 44.010  # kg/kmol
_MOLAR_MASS_HYDROGEN, _MOLAR_MASS_CARBON_MONOXIDE = 2.0159, 28.010
_HYDROCARBON_MASS: Final = (-2.709328, 0.021062199)  # molar mass linear in molar heating value

_OUTER_STEPS: Final = 100
_NEWTON_STEPS: Final = 12
_RESIDUAL: Final = 1e-12

_NORMAL: Final = {
    "heating_value_mj_m3": (30.0, 45.0),
    "relative_density": (0.55, 0.80),
    "carbon_dioxide": (0.0, 0.20),
    "nitrogen": (-0.01, 0.20),
    "hydrogen": (0.0, 0.10),
}
_WIDER: Final = {
    "heating_value_mj_m3": (20.0, 48.0),
    "relative_density": (0.55, 0.90),
    "carbon_dioxide": (0.0, 0.30),
    "nitrogen": (-0.01, 0.50),
    "hydrogen": (0.0, 0.10),
}


def suitability(gas: GasQuality) -> int:
    """Return the flag by the limits of the standard, all at 25 °C combustion and 0 °C metering."""
    values = {
        "heating_value_mj_m3": heating_value_25_0(gas),
        "relative_density": relative_density_0(gas),
        **partial_analysis(gas, ("carbon_dioxide", "hydrogen")),
    }
    stated = range_flag(
        values, {name: _NORMAL[name] for name in values}, {name: _WIDER[name] for name in values}
    )
    if stated & Flag.Z_OUT_OF_RANGE:
        return stated
    return range_flag({**values, "nitrogen": mixture(gas).nitrogen}, _NORMAL, _WIDER)


@lru_cache(maxsize=1024)
def mixture(gas: GasQuality) -> Mixture:
    """Return the five-component gas of these inputs; inputs that contradict each other are refused."""
    found = _mixture(
        heating_value_25_0(gas),
        relative_density_0(gas) * _AIR_DENSITY,
        **partial_analysis(gas, ("carbon_dioxide", "hydrogen")),
    )
    least = 0.55 + 0.4 * found.nitrogen + 0.97 * found.carbon_dioxide - 0.45 * found.hydrogen
    if not (found.nitrogen >= _WIDER["nitrogen"][0] and least <= relative_density_0(gas)):
        raise ConfigurationError(
            "gas quality: heating_value_mj_m3, relative_density, carbon_dioxide and hydrogen contradict "
            f"each other: the rest would be {found.nitrogen:.4f} nitrogen"
        )
    return found


def _mixture(heating_value: float, density: float, carbon_dioxide: float, hydrogen: float) -> Mixture:
    """Return the gas whose heating value [MJ/m³] and density [kg/m³] at normal conditions are these."""
    volume = _IDEAL_MOLAR_VOLUME - 0.065
    for _ in range(_OUTER_STEPS):
        found = _balance(heating_value * volume, density * volume, carbon_dioxide, hydrogen)
        with np.errstate(invalid="ignore"):
            next_volume = _IDEAL_MOLAR_VOLUME + float(second_virial(found, _NORMAL_K)[0])
        if abs(next_volume - volume) < _RESIDUAL:
            return found
        volume = next_volume
    raise ConfigurationError("gas quality: no gas has this heating_value_mj_m3 and relative_density")


def _balance(heat: float, mass: float, carbon_dioxide: float, hydrogen: float) -> Mixture:
    """Return the gas of this heat [MJ/kmol] and mass [kg/kmol]: two linear equations."""
    carbon_monoxide = _CARBON_MONOXIDE_PER_HYDROGEN * hydrogen
    heat -= hydrogen * _HEAT_HYDROGEN + carbon_monoxide * _HEAT_CARBON_MONOXIDE
    constant, slope = _HYDROCARBON_MASS
    known = (
        carbon_dioxide * _MOLAR_MASS_CARBON_DIOXIDE
        + hydrogen * _MOLAR_MASS_HYDROGEN
        + carbon_monoxide * _MOLAR_MASS_CARBON_MONOXIDE
    )
    rest = 1 - carbon_dioxide - hydrogen - carbon_monoxide
    hydrocarbons = (mass - known - slope * heat - rest * _MOLAR_MASS_NITROGEN) / (
        constant - _MOLAR_MASS_NITROGEN
    )
    return Mixture(
        hydrocarbons, rest - hydrocarbons, carbon_dioxide, hydrogen, carbon_monoxide, heat / hydrocarbons
    )


def z(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Floats:
    r"""Return the compression factor by SGERG-88.

    Parameters
    ----------
    gas : GasQuality
        ``heating_value_mj_m3`` and ``relative_density`` at their own reference
        conditions, mole fractions of carbon dioxide and hydrogen.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    (n,) [1]
        :math:`Z`; NaN where the equation has no gas root.

    Raises
    ------
    ConfigurationError
        If an input is missing, or they contradict each other.

    Notes
    -----
    .. math:: Z = 1 + B \rho_m + C \rho_m^2, \qquad p = Z \rho_m R T

    From 0 to 12 MPa and 263 to 338 K; 0.1 % to 10 MPa, 0.2 % above. The molar
    density is found by a fixed number of Newton steps, so that no reading
    depends on its neighbours.

    References
    ----------
    .. [1] ISO 12213-3:2006 (GB/T 17747.3-2011), clause 4 and Annex B.

    Examples
    --------
    Gas 1 of the standard's Annex C at 60 bar and 16.85 °C:

    >>> gas = GasQuality(method="sgerg88", heating_value_mj_m3=40.66, relative_density=0.581,
    ...                  heating_value_combustion_degc=25, heating_value_metering_degc=0,
    ...                  fractions=(0.0, 0.0, 0.006) + 18 * (0.0,))
    >>> z(gas, np.array([6e6]), np.array([290.0])).round(5)
    array([0.88007])
    """
    of = mixture(gas)
    with np.errstate(all="ignore"):
        b, c = second_virial(of, temperature_k), third_virial(of, temperature_k)
        ideal = pressure_pa / (_GAS_CONSTANT * temperature_k)
        density = ideal / (1 + b * ideal)
        for _ in range(_NEWTON_STEPS):
            excess = density * (1 + density * (b + density * c)) - ideal
            density = density - excess / (1 + density * (2 * b + density * 3 * c))
        factor = 1 + density * (b + density * c)
        solved = np.abs(density * factor / ideal - 1) < _RESIDUAL
        solved &= (1 + density * (2 * b + density * 3 * c) > 0) & (density > 0)
    return np.where(solved, factor, np.nan)


METHOD: Final = Method(
    name="sgerg88",
    normal=Range(pressure_max_pa=12e6, temperature_min_k=263.0, temperature_max_k=338.0),
    wider=Range(pressure_max_pa=12e6, temperature_min_k=263.0, temperature_max_k=338.0),
    suitability=suitability,
    z=z,
)
