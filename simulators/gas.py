"""The gases the city sells and a compression factor of their own, from critical constants alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BASE_KPA: Final = 101.325
BASE_K: Final = 293.15
ZERO_DEGC_K: Final = 273.15
_GAS_CONSTANT: Final = 8.314462618
_FIT_K: Final = (250.0, 285.0, 320.0)

_CRITICAL: Final[Mapping[str, tuple[float, float, float, float]]] = {
    # Critical temperature (K), pressure (kPa), volume (cm3/mol) and acentric factor.
    "methane": (190.56, 4599.0, 98.6, 0.0115),
    "nitrogen": (126.19, 3396.0, 89.2, 0.0372),
    "carbon_dioxide": (304.13, 7377.0, 94.1, 0.2239),
    "ethane": (305.32, 4872.0, 145.5, 0.0995),
    "propane": (369.83, 4248.0, 200.0, 0.1523),
    "isobutane": (407.8, 3640.0, 259.0, 0.1835),
    "n_butane": (425.12, 3796.0, 255.0, 0.2002),
    "isopentane": (460.4, 3380.0, 306.0, 0.2279),
    "n_pentane": (469.7, 3370.0, 313.0, 0.2515),
    "hexane": (507.6, 3025.0, 371.0, 0.3013),
}


@dataclass(frozen=True, slots=True)
class Gas:
    """A composition with what a chromatograph's report says beside it (20 °C, 20 °C)."""

    name: str
    heating_value_mj_m3: float
    relative_density: float
    fractions: tuple[tuple[str, float], ...]
    virial: tuple[float, float, float]
    """Second virial coefficient as a parabola of temperature, m³/mol by powers of K."""

    def compression_factor(
        self, pressure_kpa: NDArray[np.float64], kelvin: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return Z from the second virial coefficient: enough below 1 MPa, and nobody else's method."""
        constant, linear, square = self.virial
        second = constant + kelvin * (linear + kelvin * square)
        return 1 + second * pressure_kpa * 1000 / (_GAS_CONSTANT * kelvin)


def _second_virial(fractions: Mapping[str, float], kelvin: float) -> float:
    """Mix the coefficients of all pairs by corresponding states (Abbott's form of Pitzer's correlation)."""
    total = 0.0
    for first, share in fractions.items():
        for second, other_share in fractions.items():
            total += share * other_share * _pair_virial(_CRITICAL[first], _CRITICAL[second], kelvin)
    return total


def _pair_virial(
    first: tuple[float, float, float, float], second: tuple[float, float, float, float], kelvin: float
) -> float:
    critical_k = (first[0] * second[0]) ** 0.5
    volume = ((first[2] ** (1 / 3) + second[2] ** (1 / 3)) / 2) ** 3 * 1e-6
    z_critical = sum(p * 1e3 * v * 1e-6 / (_GAS_CONSTANT * t) for t, p, v, _ in (first, second)) / 2
    critical_pa = z_critical * _GAS_CONSTANT * critical_k / volume
    reduced = kelvin / critical_k
    simple = 0.083 - 0.422 / reduced**1.6
    acentric = 0.139 - 0.172 / reduced**4.2
    scale = _GAS_CONSTANT * critical_k / critical_pa
    return float(scale * (simple + (first[3] + second[3]) / 2 * acentric))


def _gas(name: str, heating_value_mj_m3: float, relative_density: float, **fractions: float) -> Gas:
    values = [_second_virial(fractions, kelvin) for kelvin in _FIT_K]
    square, linear, constant = (float(c) for c in np.polyfit(_FIT_K, values, 2))
    return Gas(
        name, heating_value_mj_m3, relative_density, tuple(fractions.items()), (constant, linear, square)
    )


LEAN: Final = _gas(
    "lean",
    37.887,
    0.5808,
    methane=0.965,
    nitrogen=0.003,
    carbon_dioxide=0.006,
    ethane=0.018,
    propane=0.0045,
    isobutane=0.001,
    n_butane=0.001,
    isopentane=0.0005,
    n_pentane=0.0003,
    hexane=0.0007,
)
RICH: Final = _gas(
    "rich",
    37.849,
    0.6088,
    methane=0.907,
    nitrogen=0.031,
    carbon_dioxide=0.005,
    ethane=0.045,
    propane=0.0084,
    isobutane=0.001,
    n_butane=0.0015,
    isopentane=0.0003,
    n_pentane=0.0004,
    hexane=0.0004,
)


def correction_factor(
    gas: Gas, pressure_kpa: NDArray[np.float64], temperature_degc: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return C, metering to base conditions, as a corrector of this city computes it."""
    kelvin = temperature_degc + ZERO_DEGC_K
    base = gas.compression_factor(np.array(BASE_KPA), np.array(BASE_K))
    ratio = base / gas.compression_factor(pressure_kpa, kelvin)
    return pressure_kpa / BASE_KPA * BASE_K / kelvin * ratio
