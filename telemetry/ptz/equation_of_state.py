"""States of a gas by the two equations of state of AGA 8, solved one after another by pyaga8."""

from collections.abc import Callable
from math import isfinite, nan
from typing import Final, Protocol

import numpy as np
from pyaga8 import Composition

from telemetry.model import Floats, GasQuality
from telemetry.ptz.composition import full_analysis

_KILOPASCAL: Final = 1000.0


class Solver(Protocol):
    """What pyaga8's Detail and Gerg2008 have in common."""

    pressure: float
    temperature: float
    z: float
    dp_dd: float

    def set_composition(self, composition: Composition) -> None:
        """Take the gas."""

    def calc_properties(self) -> None:
        """Compute the properties at the density last solved for."""


def solve_each(
    solver: Solver,
    solve_density: Callable[[], None],
    gas: GasQuality,
    pressure_pa: Floats,
    temperature_k: Floats,
) -> Floats:
    """Return Z at each state; NaN where no stable density of a gas was found."""
    solver.set_composition(_composition(gas))
    z = np.empty(len(pressure_pa))
    states = zip(pressure_pa.tolist(), temperature_k.tolist(), strict=True)
    for i, (pressure, temperature) in enumerate(states):
        z[i] = _solve(solver, solve_density, pressure, temperature)
    return z


def _solve(solver: Solver, solve_density: Callable[[], None], pressure: float, temperature: float) -> float:
    solver.pressure = pressure / _KILOPASCAL
    solver.temperature = temperature
    try:
        solve_density()
    except (RuntimeError, ValueError):
        # The solver leaves the ideal-gas density behind when it gives up.
        return nan
    solver.calc_properties()
    # Without a rising pressure the density is a root inside the two-phase loop, not a gas.
    return solver.z if isfinite(solver.z) and solver.z > 0 and solver.dp_dd > 0 else nan


def _composition(gas: GasQuality) -> Composition:
    composition = Composition()
    for component, fraction in full_analysis(gas).items():
        setattr(composition, component, fraction)
    return composition
