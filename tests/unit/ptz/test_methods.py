"""The methods: what each needs, where each ends, and what others make of the same gas."""

from collections.abc import Callable

import numpy as np
import pygerg
import pytest

from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, COMPONENTS, GasQuality
from telemetry.ptz.compression import compression_factor, z_ratio_exact
from telemetry.ptz.method import find_method, method_names, suitability
from telemetry.ptz.methods import sgerg88
from telemetry.quality import Flag

GasMaker = Callable[..., GasQuality]
NO_FRACTIONS = (0.0,) * len(COMPONENTS)


def test_methods_are_found_by_their_files() -> None:
    assert method_names() == ("aga8_detail", "fixed", "gerg2008", "nx19", "sgerg88")
    assert all(find_method(name).name == name for name in method_names())


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'magic' is none of aga8_detail, fixed"):
        suitability(GasQuality(method="magic"))


@pytest.mark.parametrize(
    ("gas", "names"),
    [
        (GasQuality(method="aga8_detail"), "mole fractions"),
        (GasQuality(method="aga8_detail", fractions=(1.0,)), "1 mole fractions, expected 21"),
        (GasQuality(method="gerg2008", fractions=(0.9998, *NO_FRACTIONS[1:])), r"sum to 0.9998"),
        (GasQuality(method="gerg2008", fractions=(1.1, -0.1, *NO_FRACTIONS[2:])), "methane is 1.1"),
        (GasQuality(method="aga8_detail", fractions=(float("nan"), *NO_FRACTIONS[1:])), "methane is nan"),
        (GasQuality(method="sgerg88", relative_density=0.6, fractions=NO_FRACTIONS), "heating_value_mj_m3"),
        (GasQuality(method="sgerg88", heating_value_mj_m3=38.0, fractions=NO_FRACTIONS), "relative_density"),
        (GasQuality(method="sgerg88", heating_value_mj_m3=38.0, relative_density=0.6), "carbon_dioxide"),
        (GasQuality(method="nx19", fractions=NO_FRACTIONS), "relative_density"),
        (GasQuality(method="nx19", relative_density=0.6), "carbon_dioxide"),
        (
            GasQuality(method="nx19", relative_density=-0.6, fractions=NO_FRACTIONS),
            "relative_density is -0.6",
        ),
        (GasQuality(z_ratio=0.0), "z_ratio is 0.0"),
        (GasQuality(z_ratio=float("nan")), "z_ratio is nan"),
    ],
)
def test_what_is_missing_or_wrong_is_named(gas: GasQuality, names: str) -> None:
    with pytest.raises(ConfigurationError, match=names):
        suitability(gas)


def test_an_analysis_is_brought_to_a_sum_of_one(analysed: GasMaker) -> None:
    gas = analysed("gas 1")
    scaled = GasQuality(method=gas.method, fractions=tuple(x * 1.00009 for x in gas.fractions))
    states = np.array([4e6]), np.array([280.0])
    assert compression_factor(scaled, *states)[0][0] == pytest.approx(compression_factor(gas, *states)[0][0])


def test_sgerg88_meets_the_independent_program(few_inputs: GasMaker) -> None:
    """`pygerg` iterates to 1e-5 bar and 1e-4 MJ/m³, which bounds how well the two can agree."""
    generator = np.random.default_rng(88)
    worst, compared = 0.0, 0
    for _ in range(6000):
        heating_value, density = generator.uniform(20, 48), generator.uniform(0.55, 0.9)
        carbon_dioxide = generator.uniform(0, 0.3)
        hydrogen = generator.choice([0.0, generator.uniform(0, 0.1)])
        bar, degc = generator.uniform(0.5, 120), generator.uniform(-10.1, 64.8)
        try:
            _, theirs, _ = pygerg.sgerg(carbon_dioxide, heating_value, density, hydrogen, bar, degc)
        except (ValueError, RuntimeError):
            continue
        gas = few_inputs(heating_value, density, carbon_dioxide, hydrogen)
        ours = sgerg88.z(gas, np.array([bar * 1e5]), np.array([degc + 273.15]))
        worst, compared = max(worst, abs(float(ours[0]) - theirs)), compared + 1
    assert compared > 1500
    assert worst < 1e-5


@pytest.mark.parametrize(
    ("inputs", "flag"),
    [
        ((40.0, 0.6), 0),
        ((29.8767, 0.7319, 0.128), Flag.Z_WIDER_RANGE),
        ((31.5547, 0.8741, 0.1174, 0.0696), Flag.Z_WIDER_RANGE),
        ((48.1, 0.7), Flag.Z_OUT_OF_RANGE),
        ((40.0, 0.91), Flag.Z_OUT_OF_RANGE),
        ((30.0, 0.85, 0.31), Flag.Z_OUT_OF_RANGE),
        ((40.0, 0.6, 0.0, 0.11), Flag.Z_OUT_OF_RANGE),
    ],
)
def test_sgerg88_keeps_the_limits_of_the_standard(
    inputs: tuple[float, ...], flag: int, few_inputs: GasMaker
) -> None:
    assert suitability(few_inputs(*inputs)) == flag


def test_sgerg88_refuses_inputs_that_contradict_each_other(few_inputs: GasMaker) -> None:
    with pytest.raises(ConfigurationError, match="contradict each other"):
        suitability(few_inputs(45.0, 0.56))


@pytest.mark.parametrize(
    ("combustion", "metering", "factor", "density_factor"),
    [(20, 20, 1.0732, 1.0003), (15, 15, 1.0543, 1.0002), (0, 0, 0.9974, 1.0), (25, 0, 1.0, 1.0)],
)
def test_sgerg88_brings_its_inputs_to_its_reference(
    combustion: float, metering: float, factor: float, density_factor: float, few_inputs: GasMaker
) -> None:
    known = few_inputs(40.66, 0.581, 0.006)
    stated = GasQuality(
        method="sgerg88",
        heating_value_mj_m3=40.66 / factor,
        relative_density=0.581 / density_factor,
        heating_value_combustion_degc=combustion,
        heating_value_metering_degc=metering,
        fractions=known.fractions,
    )
    p, t = np.array([6e6]), np.array([290.0])
    assert compression_factor(stated, p, t)[0][0] == pytest.approx(
        compression_factor(known, p, t)[0][0], abs=1e-12
    )


def test_sixty_fahrenheit_is_known_and_an_unlisted_pair_refused(few_inputs: GasMaker) -> None:
    fractions = few_inputs(40.0, 0.6).fractions

    def stated(combustion: float, metering: float) -> GasQuality:
        return GasQuality(
            method="sgerg88",
            heating_value_mj_m3=38.0,
            relative_density=0.6,
            heating_value_combustion_degc=combustion,
            heating_value_metering_degc=metering,
            fractions=fractions,
        )

    assert suitability(stated(15.5556, 15.5556)) == 0
    with pytest.raises(ConfigurationError, match=r"are 25/20, expected one of 25/0, 20/20"):
        suitability(stated(25.0, 20.0))


@pytest.mark.parametrize(("gas", "heating_value", "density", "within"), [
    ("gas 1", 40.66, 0.581, 2e-3), ("gas 2", 40.62, 0.609, 2e-3), ("gas 3", 43.53, 0.650, 2e-3),
])  # fmt: skip
def test_the_methods_agree_within_what_they_claim(
    gas: str, heating_value: float, density: float, within: float, analysed: GasMaker, few_inputs: GasMaker
) -> None:
    p, t = (a.ravel() for a in np.meshgrid(np.linspace(1e5, 10e6, 20), np.linspace(275.0, 335.0, 10)))
    detail = analysed(gas)
    z, _ = compression_factor(detail, p, t)
    others = (
        analysed(gas, "gerg2008"),
        few_inputs(heating_value, density, detail.fraction("carbon_dioxide")),
    )
    for other in others:
        assert np.abs(compression_factor(other, p, t)[0] / z - 1).max() < within


def test_nx19_is_near_aga8_where_the_reference_says_so(by_method: dict[str, GasQuality]) -> None:
    """No official figure is known: this only says that the equation is not mistyped."""
    p, t = np.array([1e5, 3e5, 5e5, 1e6]), np.full(4, 288.15)
    theirs, _ = z_ratio_exact(by_method["aga8_detail"], CHINA, p, t)
    ours, _ = z_ratio_exact(by_method["nx19"], CHINA, p, t)
    assert np.abs(ours / theirs - 1).max() < 1.5e-3


@pytest.mark.parametrize(
    ("density", "nitrogen", "flag"),
    [(0.74, 0.14, 0), (0.76, 0.0, Flag.Z_OUT_OF_RANGE), (0.6, 0.16, Flag.Z_OUT_OF_RANGE)],
)
def test_nx19_keeps_its_limits(density: float, nitrogen: float, flag: int) -> None:
    fractions = tuple(nitrogen if name == "nitrogen" else 0.0 for name in COMPONENTS)
    assert suitability(GasQuality(method="nx19", relative_density=density, fractions=fractions)) == flag


@pytest.mark.parametrize("method", ["aga8_detail", "gerg2008"])
def test_a_density_that_is_not_found_is_never_a_silent_number(method: str, analysed: GasMaker) -> None:
    """At these states the solver gives up and leaves the ideal-gas density behind."""
    states = np.array([6e6, 1e12, 35e6, float("nan")]), np.array([150.0, 280.0, 60.0, 280.0])
    with np.errstate(all="ignore"):
        z = find_method(method).z(analysed("gas 3", method), *states)
    ideal = np.abs(z - 1) < 1e-9
    assert not ideal.any()
    assert np.isnan(z[[1, 3]]).all()
