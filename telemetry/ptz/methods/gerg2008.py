"""GERG-2008: the wide-range equation of state, from a full analysis."""

from functools import partial
from typing import Final

from pyaga8 import Gerg2008

from telemetry.model import Floats, GasQuality
from telemetry.ptz.composition import full_analysis
from telemetry.ptz.equation_of_state import solve_each
from telemetry.ptz.method import Method
from telemetry.ptz.range import Range

_CHECK_FOR_TWO_PHASES: Final = 1


def suitability(gas: GasQuality) -> int:
    """Return no flag: the equation is for any mixture of its 21 components."""
    full_analysis(gas)
    return 0


def z(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Floats:
    r"""Return the compression factor by GERG-2008.

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
    .. math:: Z = 1 + \delta \left( \partial \alpha^r / \partial \delta \right)_\tau

    Stated for 90 to 450 K and up to 35 MPa, extended 60 to 700 K and 70 MPa.
    Far below the temperatures of a city's gas it may describe a liquid.

    References
    ----------
    .. [1] ISO 20765-2:2015; AGA Report No. 8 Part 2 (2017).
    .. [2] O. Kunz and W. Wagner, J. Chem. Eng. Data 57 (2012) 3032-3091.

    Examples
    --------
    Gas 1 of ISO 12213-2 Annex C at 60 bar and 16.85 °C:

    >>> import numpy as np
    >>> gas_1 = (0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007)
    >>> gas = GasQuality(method="gerg2008", fractions=gas_1 + 11 * (0.0,))
    >>> z(gas, np.array([6e6]), np.array([290.0])).round(3)
    array([0.88])
    """
    solver = Gerg2008()
    solve_density = partial(solver.calc_density, _CHECK_FOR_TWO_PHASES)
    return solve_each(solver, solve_density, gas, pressure_pa, temperature_k)


METHOD: Final = Method(
    name="gerg2008",
    normal=Range(pressure_max_pa=35e6, temperature_min_k=90.0, temperature_max_k=450.0),
    wider=Range(pressure_max_pa=70e6, temperature_min_k=60.0, temperature_max_k=700.0),
    suitability=suitability,
    z=z,
)
