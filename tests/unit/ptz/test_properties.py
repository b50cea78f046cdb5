"""What holds for any numbers whatever."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.model import CHINA, COMPONENTS, BaseConditions, Floats, GasQuality
from telemetry.ptz.correct import correct, correct_each
from telemetry.ptz.factor import correction_factor
from telemetry.ptz.limits import NO_NUMBER
from telemetry.ptz.spec import CorrectionSpec, Mode
from tests.effort import examples

METHANE = (1.0,) + (0.0,) * 20
GASES = (
    GasQuality(z_ratio=1.002),
    GasQuality(method="nx19", relative_density=0.6, fractions=METHANE),
    GasQuality(
        method="sgerg88",
        heating_value_mj_m3=38.0,
        relative_density=0.6,
        fractions=tuple(0.01 if name == "carbon_dioxide" else 0.0 for name in COMPONENTS),
    ),
    GasQuality(method="aga8_detail", fractions=METHANE),
    GasQuality(method="gerg2008", fractions=METHANE),
)
ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True)
PRESSURE = st.one_of(ANY_FLOAT, st.floats(-1e5, 2e7), st.floats(1e4, 13e6))
TEMPERATURE = st.one_of(ANY_FLOAT, st.floats(-50, 800), st.floats(240, 340))
STATES = st.lists(st.tuples(PRESSURE, TEMPERATURE), min_size=1, max_size=30)
SPECS = (
    *(CorrectionSpec(gas=gas) for gas in GASES),
    CorrectionSpec(mode=Mode.PT),
    CorrectionSpec(mode=Mode.NONE, fixed_factor=1.1),
    CorrectionSpec(mode=Mode.T, gas=GASES[3], fixed_pressure_pa=1.04e5),
)


def _columns(states: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    columns = np.array(states)
    return columns[:, 0], columns[:, 1]


@given(STATES, st.sampled_from(GASES), st.booleans())
def test_any_reading_is_a_factor_or_a_flag(
    states: list[tuple[float, float]], gas: GasQuality, exact: bool
) -> None:
    p, t = _columns(states)
    found = correct(gas, CHINA, p, t, exact=exact)
    answered = (found.flags & NO_NUMBER) == 0
    assert np.array_equal(np.isfinite(found.factor), answered)
    assert np.array_equal(np.isfinite(found.z_ratio), answered)
    assert (found.factor[answered] >= 0).all()
    assert np.array_equal(found.factor, correction_factor(p, t, found.z_ratio), equal_nan=True)


@given(STATES, st.integers(0, 2**32))
def test_mixed_readings_are_each_as_if_alone(states: list[tuple[float, float]], seed: int) -> None:
    p, t = _columns(states)
    which = np.random.default_rng(seed).integers(-1, len(SPECS), len(p))
    together = correct_each(SPECS, which, p, t)
    for i in range(len(p)):
        part = slice(i, i + 1)
        alone = correct_each(SPECS, which[part], p[part], t[part])
        assert np.array_equal(alone.factor, together.factor[part], equal_nan=True)
        assert alone.flags[0] == together.flags[i]


@given(PRESSURE, TEMPERATURE, ANY_FLOAT)
def test_the_equation_gives_a_number_or_nan(pressure: float, temperature: float, z_ratio: float) -> None:
    factor = correction_factor(np.array([pressure]), np.array([temperature]), np.array([z_ratio]))[0]
    assert np.isnan(factor) or (np.isfinite(factor) and factor >= 0)


@pytest.mark.parametrize("exact", [False, True])
@given(
    gas=st.sampled_from(GASES),
    pressure=st.floats(1e4, 11e6),
    more=st.floats(1e-4, 0.5),
    temperature=st.floats(263.5, 337.0),
)
def test_more_pressure_is_more_gas(
    gas: GasQuality, pressure: float, more: float, temperature: float, exact: bool
) -> None:
    p = np.array([pressure, min(pressure * (1 + more), 12e6)])
    factor = correct(gas, CHINA, p, np.full(2, temperature), exact=exact).factor
    assert factor[1] > factor[0]


@given(
    gas=st.sampled_from(GASES),
    pressure=st.floats(1e4, 4e6),
    warmer=st.floats(0.05, 20.0),
    temperature=st.floats(265.0, 315.0),
)
def test_warmer_gas_is_less_gas(gas: GasQuality, pressure: float, warmer: float, temperature: float) -> None:
    t = np.array([temperature, temperature + warmer])
    factor = correct(gas, CHINA, np.full(2, pressure), t).factor
    assert factor[1] < factor[0]


@settings(max_examples=examples(40))
@given(st.floats(95e3, 105e3), st.floats(270, 300), st.sampled_from(GASES[2:]))
def test_at_base_conditions_nothing_is_corrected(
    pressure: float, temperature: float, gas: GasQuality
) -> None:
    base = BaseConditions(pressure_pa=pressure, temperature_k=temperature)
    found = correct(gas, base, np.array([pressure]), np.array([temperature]), exact=True)
    assert found.factor[0] == pytest.approx(1.0, rel=1e-12)
