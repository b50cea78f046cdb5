"""The city's own compression factor agrees with published city-gas points far below a corrector's error."""

import numpy as np
import pytest

from simulators.gas import LEAN, RICH, correction_factor


@pytest.mark.parametrize(
    ("gauge_kpa", "atmosphere_kpa", "degc", "expected"),
    [
        (2.5, 101.325, 15, 1.042641),
        (100, 101.325, 15, 2.025966),
        (200, 101.325, 15, 3.038757),
        (400, 101.325, 5, 5.267367),
        (400, 85.0, 5, 5.093820),
    ],
)
def test_correction_agrees_with_the_detailed_equation(
    gauge_kpa: float, atmosphere_kpa: float, degc: float, expected: float
) -> None:
    factor = correction_factor(LEAN, np.array([gauge_kpa + atmosphere_kpa]), np.array([degc]))
    assert factor[0] == pytest.approx(expected, rel=1e-4)


def test_a_richer_gas_is_more_compressible() -> None:
    pressure, kelvin = np.array([500.0]), np.array([283.15])
    assert RICH.compression_factor(pressure, kelvin) < LEAN.compression_factor(pressure, kelvin) < 1


def test_fractions_sum_to_one() -> None:
    for gas in (LEAN, RICH):
        assert sum(share for _, share in gas.fractions) == pytest.approx(1, abs=1e-12)
