"""Gases the physics is tried with."""

from collections.abc import Callable

import pytest

from telemetry.model import COMPONENTS, GasQuality

GasMaker = Callable[..., GasQuality]

_HEAVY = {
    "ethane": 0.1,
    "propane": 0.035,
    "isobutane": 0.0075,
    "n_butane": 0.0075,
    "isopentane": 0.0025,
    "n_pentane": 0.0025,
    "hexane": 0.001,
}
ANALYSES: dict[str, dict[str, float]] = {
    "gas 1": {
        "methane": 0.965,
        "nitrogen": 0.003,
        "carbon_dioxide": 0.006,
        "ethane": 0.018,
        "propane": 0.0045,
        "isobutane": 0.001,
        "n_butane": 0.001,
        "isopentane": 0.0005,
        "n_pentane": 0.0003,
        "hexane": 0.0007,
    },
    "gas 2": {
        "methane": 0.907,
        "nitrogen": 0.031,
        "carbon_dioxide": 0.005,
        "ethane": 0.045,
        "propane": 0.0084,
        "isobutane": 0.001,
        "n_butane": 0.0015,
        "isopentane": 0.0003,
        "n_pentane": 0.0004,
        "hexane": 0.0004,
    },
    "gas 3": {
        "methane": 0.859,
        "nitrogen": 0.01,
        "carbon_dioxide": 0.015,
        "ethane": 0.085,
        "propane": 0.023,
        "isobutane": 0.0035,
        "n_butane": 0.0035,
        "isopentane": 0.0005,
        "n_pentane": 0.0005,
    },
    "lean": {"methane": 1.0},
    "most nitrogen": {"nitrogen": 0.2},
    "most carbon dioxide": {"carbon_dioxide": 0.2},
    "most hydrogen": {"hydrogen": 0.1, "carbon_monoxide": 0.03},
    "richest": _HEAVY,
    "beyond pipeline": {**_HEAVY, "carbon_dioxide": 0.2, "nitrogen": 0.1, "propane": 0.06},
    "nist": {
        "methane": 0.77824,
        "nitrogen": 0.02,
        "carbon_dioxide": 0.06,
        "ethane": 0.08,
        "propane": 0.03,
        "isobutane": 0.0015,
        "n_butane": 0.003,
        "isopentane": 0.0005,
        "n_pentane": 0.00165,
        "hexane": 0.00215,
        "heptane": 0.00088,
        "octane": 0.00024,
        "nonane": 0.00015,
        "decane": 0.00009,
        "hydrogen": 0.004,
        "oxygen": 0.005,
        "carbon_monoxide": 0.002,
        "water": 0.0001,
        "hydrogen_sulfide": 0.0025,
        "helium": 0.007,
        "argon": 0.001,
    },
}
SGERG_INPUTS = {"gas 1": (40.66, 0.581), "gas 2": (40.62, 0.609), "gas 3": (43.53, 0.650)}
"""Heating value [MJ/m³, 25/0] and relative density of ISO 12213-3 Annex C."""


@pytest.fixture(scope="session")
def analysed() -> GasMaker:
    """Make a gas of one of the analyses; methane fills what is not given."""

    def make(name: str, method: str = "aga8_detail") -> GasQuality:
        fractions = dict(ANALYSES[name])
        fractions.setdefault("methane", 1 - sum(fractions.values()))
        ordered = tuple(fractions.get(component, 0.0) for component in COMPONENTS)
        return GasQuality(method=method, fractions=ordered)

    return make


@pytest.fixture(scope="session")
def few_inputs() -> GasMaker:
    """Make a gas known by heating value, density, carbon dioxide and hydrogen only."""

    def make(
        heating_value: float, density: float, carbon_dioxide: float = 0.0, hydrogen: float = 0.0
    ) -> GasQuality:
        given = {"carbon_dioxide": carbon_dioxide, "hydrogen": hydrogen}
        return GasQuality(
            method="sgerg88",
            heating_value_mj_m3=heating_value,
            heating_value_combustion_degc=25.0,
            heating_value_metering_degc=0.0,
            relative_density=density,
            fractions=tuple(given.get(component, 0.0) for component in COMPONENTS),
        )

    return make


@pytest.fixture(scope="session")
def by_method(analysed: GasMaker, few_inputs: GasMaker) -> dict[str, GasQuality]:
    """One ordinary gas for every method."""
    gas_1 = analysed("gas 1")
    return {
        "fixed": GasQuality(z_ratio=1.0101),
        "nx19": GasQuality(method="nx19", relative_density=0.581, fractions=gas_1.fractions),
        "sgerg88": few_inputs(*SGERG_INPUTS["gas 1"], 0.006),
        "aga8_detail": gas_1,
        "gerg2008": analysed("gas 1", "gerg2008"),
    }
