"""Correction of readings: modes, flags, and that no reading depends on its neighbours."""

from collections.abc import Callable

import numpy as np
import pytest

from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.correct import Correction, correct, correct_each
from telemetry.ptz.factor import correction_factor
from telemetry.ptz.kernel import BLOCK
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.quality import Flag

GasMaker = Callable[..., GasQuality]
NAN = float("nan")
METHODS = ["fixed", "nx19", "sgerg88", "aga8_detail", "gerg2008"]


def _same(one: Correction, other: Correction) -> bool:
    """Say whether two corrections agree to the last bit."""
    return all(
        np.array_equal(a.view(np.int64), b.view(np.int64))
        for a, b in ((one.factor, other.factor), (one.z_ratio, other.z_ratio), (one.flags, other.flags))
    )


def _states(count: int, seed: int = 7) -> tuple[Floats, Floats]:
    """Return states of a city, some of them cold, out of range or unusable."""
    generator = np.random.default_rng(seed)
    p, t = generator.uniform(0.08e6, 5e6, count), generator.uniform(248.0, 330.0, count)
    odd = generator.integers(0, 40, count)
    p[odd == 0], p[odd == 1], p[odd == 2] = NAN, -1.0, 80e6
    t[odd == 3], t[odd == 4], t[odd == 5] = np.inf, 0.0, 200.0
    return p, t


def _part(whole: Correction, part: slice | Integers) -> Correction:
    return Correction(whole.factor[part].copy(), whole.z_ratio[part].copy(), whole.flags[part].copy())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("exact", [False, True])
def test_a_reading_comes_out_alike_alone_and_in_any_batch(
    method: str, exact: bool, by_method: dict[str, GasQuality]
) -> None:
    gas = by_method[method]
    count = 400 if exact else 2 * BLOCK + 77
    p, t = _states(count)
    whole = correct(gas, CHINA, p, t, exact=exact)
    for part in (
        slice(0, 1),
        slice(1, 8),
        slice(3, 300),
        slice(5, BLOCK + 6),
        slice(None, None, -1),
        slice(2, None, 3),
    ):
        assert _same(correct(gas, CHINA, p[part], t[part], exact=exact), _part(whole, part))
    for i in range(0, count, max(1, count // 97)):
        alone = slice(i, i + 1)
        assert _same(correct(gas, CHINA, p[alone], t[alone], exact=exact), _part(whole, alone))


def test_many_gases_at_once_come_out_as_one_by_one(by_method: dict[str, GasQuality]) -> None:
    bases = (CHINA, BaseConditions(temperature_k=273.15))
    specs = [CorrectionSpec(gas=gas, base=base) for gas in by_method.values() for base in bases]
    p, t = _states(3 * BLOCK)
    which = np.random.default_rng(3).integers(-1, len(specs), len(p))
    together = correct_each(specs, which, p, t)
    for i, spec in enumerate(specs):
        mine = np.flatnonzero(which == i)
        assert spec.gas is not None
        assert _same(correct(spec.gas, spec.base, p[mine], t[mine]), _part(together, mine))


@pytest.mark.parametrize("method", METHODS)
def test_the_factor_is_that_of_the_equation(method: str, by_method: dict[str, GasQuality]) -> None:
    p, t = _states(1000)
    found = correct(by_method[method], CHINA, p, t)
    assert np.array_equal(found.factor, correction_factor(p, t, found.z_ratio), equal_nan=True)


def test_flags_say_why(by_method: dict[str, GasQuality]) -> None:
    p = np.array([5e5, NAN, -1.0, 0.0, 5e5, 5e5, 5e5, 5e5, 13e6, 5e5, NAN, 70e6])
    t = np.array([288.0, 288, 288, 288, np.inf, 0.0, 251.0, 224.0, 288, 345.0, NAN, 288])
    found = correct(by_method["aga8_detail"], CHINA, p, t)
    bad_p, bad_t = Flag.PRESSURE_UNUSABLE, Flag.TEMPERATURE_UNUSABLE
    wider, out = Flag.Z_WIDER_RANGE, Flag.Z_OUT_OF_RANGE
    assert found.flags.tolist() == [
        0, bad_p, bad_p, bad_p, bad_t, bad_t, wider, out, wider, wider, bad_p | bad_t, out,
    ]  # fmt: skip
    numbers = (found.flags & ~int(wider)) == 0
    assert np.array_equal(np.isfinite(found.factor), numbers)
    assert np.array_equal(np.isfinite(found.z_ratio), numbers)


@pytest.mark.parametrize(
    ("method", "inside", "outside"),
    [
        ("sgerg88", (12e6, 263.0), (12.01e6, 263.0)),
        ("sgerg88", (12e6, 338.0), (12e6, 338.01)),
        ("sgerg88", (1e5, 263.0), (1e5, 262.99)),
        ("nx19", (12e6, 300.0), (12.01e6, 300.0)),
        ("aga8_detail", (64.9e6, 300.0), (65.1e6, 300.0)),
        ("aga8_detail", (1e5, 225.0), (1e5, 224.9)),
        ("gerg2008", (1e5, 699.0), (1e5, 701.0)),
    ],
)
def test_beyond_the_edge_there_is_no_number(
    method: str, inside: tuple[float, float], outside: tuple[float, float], by_method: dict[str, GasQuality]
) -> None:
    p, t = np.array([inside[0], outside[0]]), np.array([inside[1], outside[1]])
    found = correct(by_method[method], CHINA, p, t)
    assert np.isfinite(found.factor).tolist() == [True, False]
    assert found.flags[1] == Flag.Z_OUT_OF_RANGE


def test_the_modes(by_method: dict[str, GasQuality]) -> None:
    gas = by_method["aga8_detail"]
    specs = [
        CorrectionSpec(mode=Mode.NONE),
        CorrectionSpec(mode=Mode.NONE, fixed_factor=1.042),
        CorrectionSpec(mode=Mode.T, gas=gas, fixed_pressure_pa=103_325.0),
        CorrectionSpec(mode=Mode.T, fixed_pressure_pa=103_325.0),
        CorrectionSpec(mode=Mode.PT, gas=gas),
        CorrectionSpec(mode=Mode.PTZ, gas=gas),
        CorrectionSpec(mode=Mode.DEVICE, gas=gas),
        CorrectionSpec(mode=Mode.PTZ),
    ]
    count = len(specs) + 1
    p, t = np.full(count, 501_325.0), np.full(count, 278.15)
    found = correct_each(specs, np.array([*range(len(specs)), -1]), p, t)
    full = correct(gas, CHINA, p[:1], t[:1])
    fixed = correct(gas, CHINA, np.array([103_325.0]), t[:1])
    plain = correction_factor(p[:1], t[:1])[0]
    assert found.factor[:2].tolist() == [1.0, 1.042]
    assert found.factor[2] == fixed.factor[0]
    assert found.factor[3] == correction_factor(np.array([103_325.0]), t[:1])[0]
    assert found.factor[4:7].tolist() == [plain, full.factor[0], full.factor[0]]
    assert found.z_ratio[:7].tolist() == [1, 1, fixed.z_ratio[0], 1, 1, full.z_ratio[0], full.z_ratio[0]]
    assert np.isnan(found.factor[7:]).all()
    assert found.flags.tolist() == [0] * 7 + [Flag.GAS_QUALITY_MISSING] * 2


def test_a_mode_does_not_look_at_what_it_does_not_need(by_method: dict[str, GasQuality]) -> None:
    specs = [
        CorrectionSpec(mode=Mode.NONE, fixed_factor=2.0),
        CorrectionSpec(mode=Mode.T, gas=by_method["aga8_detail"], fixed_pressure_pa=1.1e5),
    ]
    found = correct_each(specs, np.array([0, 1, 1]), np.full(3, NAN), np.array([NAN, 290.0, NAN]))
    assert np.isfinite(found.factor).tolist() == [True, True, False]
    assert found.flags.tolist() == [0, 0, Flag.TEMPERATURE_UNUSABLE]


def test_a_reading_without_gas_says_what_else_is_wrong() -> None:
    found = correct_each([], np.array([-1]), np.array([NAN]), np.array([290.0]))
    assert found.flags.tolist() == [Flag.GAS_QUALITY_MISSING | Flag.PRESSURE_UNUSABLE]


def test_a_gas_beyond_the_wider_composition_gets_no_number(few_inputs: GasMaker) -> None:
    gas = few_inputs(19.0, 0.7)
    found = correct(gas, CHINA, np.array([4e5, NAN]), np.array([288.15, 288.15]))
    assert found.flags.tolist() == [Flag.Z_OUT_OF_RANGE, Flag.PRESSURE_UNUSABLE]
    assert np.isnan(found.factor).all()


@pytest.mark.parametrize("exact", [False, True])
def test_no_readings_give_no_factors(exact: bool, by_method: dict[str, GasQuality]) -> None:
    empty = np.empty(0)
    assert len(correct(by_method["gerg2008"], CHINA, empty, empty, exact=exact).factor) == 0
    assert len(correct_each([], np.empty(0, np.int64), empty, empty, exact=exact).flags) == 0


@pytest.mark.parametrize("which", [[2], [-2]])
def test_a_specification_that_is_not_there_is_an_error(which: list[int]) -> None:
    with pytest.raises(IndexError):
        correct_each([CorrectionSpec(mode=Mode.PT)] * 2, np.array(which), np.ones(1), np.ones(1))


def test_arrays_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        correct(GasQuality(), CHINA, np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="differ in length"):
        correct_each([CorrectionSpec(mode=Mode.PT)], np.zeros(1, np.int64), np.ones(2), np.ones(2))


def test_a_base_that_the_method_does_not_reach_is_a_wrong_configuration(
    by_method: dict[str, GasQuality],
) -> None:
    with pytest.raises(ConfigurationError, match="base conditions"):
        correct(by_method["sgerg88"], BaseConditions(temperature_k=200.0), np.ones(1), np.ones(1))


def test_mode_t_without_a_pressure_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match="fixed pressure"):
        CorrectionSpec(mode=Mode.T)
    with pytest.raises(ConfigurationError, match="fixed_factor is -1"):
        CorrectionSpec(mode=Mode.NONE, fixed_factor=-1.0)
