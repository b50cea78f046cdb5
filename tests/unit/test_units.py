"""Units at the door: what pint decides, and what must never pass silently."""

import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import ConfigurationError
from telemetry.units import SI_UNITS, Conversion, converter, factor, to_si


@pytest.mark.parametrize(
    ("value", "unit", "quantity", "si"),
    [
        (4.0, "bar(g)", "gauge_pressure", 4e5),
        (4.0, "barg", "gauge_pressure", 4e5),
        (400.0, "kPa (g)", "gauge_pressure", 4e5),
        (0.4, "MPaG", "gauge_pressure", 4e5),
        (1.0, "psig", "gauge_pressure", 6894.757293168362),
        (5.01325, "BarA", "pressure", 501_325.0),
        (501.325, "kPa(abs)", "pressure", 501_325.0),
        (14.73, "psia", "pressure", 101_559.77492836999),
        (1.0, "kgf/cm2", "pressure", 98_066.5),
        (1.0, "mmH2O", "differential_pressure", 9.80665),
        (20.0, "°C", "temperature", 293.15),
        (20.0, "℃", "temperature", 293.15),
        (60.0, "degF", "temperature", 288.7055555555556),
        (1.0, "L", "volume", 0.001),
        (1.0, "ft³", "volume", 0.028316846592),
        (3600.0, "m3/h", "flow", 1.0),
        (1.0, "kWh/m3", "heating_value", 3.6e6),
        (50.0, "%", "fraction", 0.5),
    ],
)
def test_a_unit_comes_to_si(value: float, unit: str, quantity: str, si: float) -> None:
    assert float(to_si(value, unit, quantity)) == pytest.approx(si, rel=1e-15)


@pytest.mark.parametrize("unit", ["bar(g)", "barg", "kPa(G)", "psig", "MPa_g", "Pa (gauge)", "kPag"])
def test_gauge_never_becomes_absolute(unit: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is one of gauge pressure, expected a unit of absolute"):
        converter("pressure", unit)


@pytest.mark.parametrize("unit", ["bar(a)", "bara", "kPa(A)", "psia", "kPa (absolute)"])
def test_absolute_never_becomes_gauge(unit: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is one of absolute pressure, expected a unit of gauge"):
        converter("gauge_pressure", unit)


@pytest.mark.parametrize("unit", ["Nm3", "nm³", "Sm^3", "scf", "Nm3/h", "Sm³/d"])
def test_a_cubic_metre_at_base_conditions_is_no_unit(unit: str) -> None:
    with pytest.raises(ConfigurationError, match="base conditions"):
        converter("flow" if "/" in unit else "volume", unit)


@pytest.mark.parametrize(
    "unit", ["m3", "degC", "", "((", "3 bar", "kPa*", "1/0", "m**1e400", "x" * 41, "nonsense"]
)
def test_a_wrong_unit_is_named_with_what_was_expected(unit: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        converter("pressure", unit)
    assert repr(unit) in str(refused.value)
    assert "expected a unit of absolute pressure" in str(refused.value)


def test_a_temperature_difference_is_no_temperature() -> None:
    with pytest.raises(ConfigurationError, match="temperature difference"):
        converter("temperature", "delta_degC")


def test_an_unknown_quantity_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="none of pressure, gauge_pressure"):
        converter("loudness", "dB")


def test_a_factor_stands_between_units_of_one_dimension() -> None:
    assert factor("kWh/m3", "MJ/m3") == 3.6
    with pytest.raises(ConfigurationError, match="no factor alone"):
        factor("degC", "K")
    with pytest.raises(ConfigurationError, match="expected what 'm3' measures"):
        factor("bar", "m3")


def test_pint_decides_each_conversion_once() -> None:
    converter("flow", "ft3/min")
    before = converter.cache_info()
    to_si(np.ones(3), "ft3/min", "flow")
    assert converter.cache_info().misses == before.misses


@given(st.text(max_size=45), st.sampled_from(sorted(SI_UNITS)))
def test_any_text_is_a_conversion_or_refused(unit: str, quantity: str) -> None:
    with suppress(ConfigurationError):
        assert isinstance(converter(quantity, unit), Conversion)


def test_importing_the_module_leaves_pint_out() -> None:
    program = "import sys, telemetry.units; sys.exit('pint' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
