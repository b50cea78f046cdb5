"""AGA NX-19, gravity method: for comparison with old correctors only."""

from typing import Final

import numpy as np

from telemetry.model import Floats, GasQuality
from telemetry.ptz.composition import partial_analysis, range_flag
from telemetry.ptz.method import Method
from telemetry.ptz.range import Range
from telemetry.ptz.reference import required

_PSI: Final = 6894.757293168
_ATMOSPHERE_PSI: Final = 14.7
_TAU_BEND: Final = 1.09
_PI_BEND: Final = 1.3
_TAU: Final = (0.84, 1.4)
_TAU_HIGH_PRESSURE: Final = 0.88
_PI_MAX: Final = 2.0

_LIMITS: Final = {
    "relative_density": (0.55, 0.75),
    "carbon_dioxide": (0.0, 0.15),
    "nitrogen": (0.0, 0.15),
}


def suitability(gas: GasQuality) -> int:
    """Return no flag inside the limits of the method, out of range outside."""
    inert = partial_analysis(gas, ("carbon_dioxide", "nitrogen"))
    return range_flag({"relative_density": required(gas, "relative_density"), **inert}, _LIMITS, _LIMITS)


def z(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Floats:
    r"""Return the compression factor by the gravity method of NX-19.

    Parameters
    ----------
    gas : GasQuality
        ``relative_density``, mole fractions of carbon dioxide and nitrogen.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    (n,) [1]
        :math:`1/F_{pv}^2`; NaN outside the regions of the equation.

    Raises
    ------
    ConfigurationError
        If the relative density or the fractions are missing.

    Notes
    -----
    With :math:`\pi` and :math:`\tau` the adjusted pressure in 1000 psi and
    temperature in 500 °R,

    .. math:: F_{pv} = \frac{\sqrt{B/D - D + n/(3\pi)}}{1 + 0.00132/\tau^{3.25}}

    No official check value was found, so the figures are unverified. Beside
    AGA 8 at 10 °C the ratio :math:`Z_b/Z` is within 0.16 % up to 1 MPa, and
    0.7 % low for a rich gas at 4 MPa. Relative density below 0.75, carbon
    dioxide and nitrogen below 15 % each. It has kinks where its regions meet.

    References
    ----------
    .. [1] AGA, Manual for the determination of supercompressibility factors for
       natural gas (PAR Research Project NX-19), 1962.
    .. [2] ABB Totalflow, Technical Bulletin 106 (2003).

    Examples
    --------
    >>> gas = GasQuality(method="nx19", relative_density=0.581, fractions=(0.0, 0.003, 0.006) + 18 * (0.0,))
    >>> z(gas, np.array([1e6]), np.array([288.15])).round(3)
    array([0.981])
    """
    pi, tau = _adjusted(gas, pressure_pa, temperature_k)
    with np.errstate(all="ignore"):
        m = 0.0330378 * tau**-2 - 0.0221323 * tau**-3 + 0.0161353 * tau**-5
        n = (0.265827 * tau**-2 + 0.0457697 * tau**-4 - 0.133185 * tau**-1) / m
        b = (9 * n - 2 * m * n**3) / (54 * m * pi**3) - _deviation(pi, tau) / (2 * m * pi**2)
        big_b = (3 - m * n**2) / (9 * m * pi**2)
        d = np.cbrt(b + np.sqrt(b**2 + big_b**3))
        supercompressibility = np.sqrt(big_b / d - d + n / (3 * pi)) / (1 + 0.00132 * tau**-3.25)
        return supercompressibility**-2.0


def _adjusted(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> tuple[Floats, Floats]:
    """Return the pressure and temperature of a 0.6 gravity gas that behaves alike, reduced."""
    gravity = required(gas, "relative_density")
    carbon_dioxide, nitrogen = (100 * gas.fraction(name) for name in ("carbon_dioxide", "nitrogen"))
    pressure_factor = 156.47 / (160.8 - 7.22 * gravity + carbon_dioxide - 0.392 * nitrogen)
    temperature_factor = 226.29 / (99.15 + 211.9 * gravity - carbon_dioxide - 1.681 * nitrogen)
    gauge_psi = pressure_pa / _PSI - _ATMOSPHERE_PSI
    rankine = temperature_k * 1.8 + 0.33  # the report counts from 460, not 459.67
    return (gauge_psi * pressure_factor + _ATMOSPHERE_PSI) / 1000, rankine * temperature_factor / 500


def _deviation(pi: Floats, tau: Floats) -> Floats:
    """Return E by the region a state lies in; NaN outside them."""
    over, under = np.sqrt(tau - _TAU_BEND), _TAU_BEND - tau
    low_power = 0.00075 * pi**2.3
    warm = (
        1
        - low_power * np.exp(-20 * (tau - _TAU_BEND))
        - 0.0011 * over * pi**2 * (2.17 + 1.4 * over - pi) ** 2
    )
    cold = 1 - low_power * (2 - np.exp(-20 * under))
    cold_low = cold - 1.317 * under**4 * pi * (1.69 - pi**2)
    shape = 200 * under**6 - 0.03249 * under + 2.0167 * under**2 - 18.028 * under**3 + 42.844 * under**4
    cold_high = cold + 0.455 * shape * (pi - _PI_BEND) * (1.69 * 2**1.25 - pi**2)
    inside = (pi > 0) & (pi <= _PI_MAX) & (tau >= _TAU[0]) & (tau <= _TAU[1])
    regions = [
        ~inside | ((pi > _PI_BEND) & (tau < _TAU_HIGH_PRESSURE)),
        tau >= _TAU_BEND,
        pi <= _PI_BEND,
    ]
    return np.select(regions, [np.full_like(pi, np.nan), warm, cold_low], cold_high)


METHOD: Final = Method(
    name="nx19",
    normal=Range(pressure_max_pa=12e6, temperature_min_k=233.15, temperature_max_k=388.15),
    wider=Range(pressure_max_pa=12e6, temperature_min_k=233.15, temperature_max_k=388.15),
    suitability=suitability,
    z=z,
)
