"""AGA8-92DC: the DETAIL equation of state, from a full analysis."""

from typing import Final

from pyaga8 import Detail

from telemetry.model import COMPONENTS, Floats, GasQuality
from telemetry.ptz.composition import full_analysis, range_flag
from telemetry.ptz.equation_of_state import solve_each
from telemetry.ptz.method import Method
from telemetry.ptz.range import Range

PIPELINE: Final = {
    "nitrogen": (0.0, 0.20),
    "carbon_dioxide": (0.0, 0.20),
    "ethane": (0.0, 0.10),
    "propane": (0.0, 0.035),
    "hydrogen": (0.0, 0.10),
    "carbon_monoxide": (0.0, 0.03),
}
ANY_ANALYSIS: Final = dict.fromkeys(COMPONENTS, (0.0, 1.0))


def suitability(gas: GasQuality) -> int:
    """Return no flag for pipeline gas, the wider range for any other analysis."""
    return range_flag(full_analysis(gas), PIPELINE, ANY_ANALYSIS)


def z(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Floats:
    r"""Return the compression factor by the DETAIL equation of AGA 8.

    Parameters
    ----------
    gas : GasQuality
        ``fractions`` are the 21 mole fractions, sum 1 ± 1e-4.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    (n,) [1]
        :math:`Z`; NaN where the density solver finds no stable gas.

    Raises
    ------
    ConfigurationError
        If the analysis is missing, incomplete or does not sum to 1.

    Notes
    -----
    .. math:: Z = 1 + B \rho_m - \rho_r \sum_{n=13}^{18} C_n^*
       + \sum_{n=13}^{58} C_n^* (b_n - c_n k_n \rho_r^{k_n}) \rho_r^{b_n} e^{-c_n \rho_r^{k_n}}

    Within 0.1 % at 0 to 12 MPa and 263 to 338 K for pipeline gas; usable with a
    larger uncertainty to 65 MPa and 225 to 350 K.

    References
    ----------
    .. [1] ISO 12213-2:2006 (GB/T 17747.2-2011), clause 4.4 and Annex C.
    .. [2] AGA Report No. 8 Part 1 (2017), DETAIL.

    Examples
    --------
    Gas 1 of the standard's Annex C at 60 bar and 16.85 °C:

    >>> import numpy as np
    >>> gas_1 = (0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007)
    >>> gas = GasQuality(method="aga8_detail", fractions=gas_1 + 11 * (0.0,))
    >>> z(gas, np.array([6e6]), np.array([290.0])).round(5)
    array([0.88006])
    """
    solver = Detail()
    return solve_each(solver, solver.calc_density, gas, pressure_pa, temperature_k)


METHOD: Final = Method(
    name="aga8_detail",
    normal=Range(pressure_max_pa=12e6, temperature_min_k=263.0, temperature_max_k=338.0),
    wider=Range(pressure_max_pa=65e6, temperature_min_k=225.0, temperature_max_k=350.0),
    suitability=suitability,
    z=z,
)
