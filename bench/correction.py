"""Readings per second through C with AGA8 DETAIL, against a loop over pyaga8."""

import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from pyaga8 import Composition, Detail

from bench import report
from telemetry.model import CHINA, COMPONENTS, Floats, GasQuality
from telemetry.ptz.correct import correct

READINGS: Final = 1_000_000
SAMPLE: Final = 50_000
RUNS: Final = 9
BASELINE_RUNS: Final = 3
PRESSURES_PA: Final = (0.1e6, 4.2e6)
TEMPERATURES_DEGC: Final = (-10.0, 45.0)
GAS: Final = GasQuality(
    method="aga8_detail",
    fractions=(0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007) + 11 * (0.0,),
)
"""Gas 1 of ISO 12213-2 Annex C."""


def run(readings: int = READINGS) -> report.Result:
    """Measure, and write the result."""
    generator = np.random.default_rng(1)
    p = generator.uniform(*PRESSURES_PA, readings)
    t = generator.uniform(*TEMPERATURES_DEGC, readings) + 273.15
    sample = min(SAMPLE, readings)
    ours = _median_seconds(lambda: correct(GAS, CHINA, p, t), RUNS)
    theirs = _median_seconds(lambda: _loop(p[:sample], t[:sample]), BASELINE_RUNS)
    agree = np.abs(correct(GAS, CHINA, p[:sample], t[:sample]).factor / _loop(p[:sample], t[:sample]) - 1)
    if not agree.max() < 1e-6:
        raise RuntimeError(f"the two differ by {agree.max():.1e}: the figures mean nothing")
    baseline = f"loop of pyaga8 Detail, density and C only, on {sample} of the same readings"
    return report.write("correction", readings / ours, "readings/s", baseline, sample / theirs, readings)


def _median_seconds(work: Callable[[], object], runs: int) -> float:
    """Return how long some work takes once everything it keeps has been built."""
    work()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _loop(pressure_pa: Floats, temperature_k: Floats) -> Floats:
    """Return C reading by reading, with as little around pyaga8 as can be."""
    composition, solver = Composition(), Detail()
    for name, fraction in zip(COMPONENTS, GAS.fractions, strict=True):
        setattr(composition, name, fraction)
    solver.set_composition(composition)
    solver.pressure, solver.temperature = CHINA.pressure_pa / 1000, CHINA.temperature_k
    solver.calc_density()
    # C is the ratio of the molar densities, so that no other property is needed.
    base_density = solver.d
    factors = []
    for p, t in zip((pressure_pa / 1000).tolist(), temperature_k.tolist(), strict=True):
        solver.pressure, solver.temperature = p, t
        solver.calc_density()
        factors.append(solver.d / base_density)
    return np.array(factors)


def main() -> None:
    """Measure and say what came out."""
    result = run()
    print(f"{result['name']}: {result['value']:,.0f} {result['unit']}")
    print(f"{result['ratio']:.1f} times the {result['baseline']}")


if __name__ == "__main__":
    main()
