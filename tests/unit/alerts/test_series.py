"""The short notation of a series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rule_tests.notation import Value, series
from telemetry.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("300", [300.0]),
        ("300x3", [300.0] * 3),
        ("200+0x2 250x2 _x2", [200.0, 200.0, 250.0, 250.0, None, None]),
        ("1+0.1x4", [1.0, 1.1, 1.2, 1.3]),
        ("1-.5x3", [1.0, 0.5, 0.0]),
        ("-5-1x3", [-5.0, -6.0, -7.0]),
        ("1e3-1e2x2", [1000.0, 900.0]),
        ("openx2 tripped _ closed", ["open", "open", "tripped", None, "closed"]),
        ("low_battery,case_openx2", ["low_battery,case_open"] * 2),
        ("(1 (2)x2)x2 3", [1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 3.0]),
        ("5x0 (6)x0 7", [7.0]),
        ("  1   2  ", [1.0, 2.0]),
    ],
)
def test_a_series_stands_for(text: str, values: list[Value]) -> None:
    assert series(text) == values


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("300y", "300y"),
        ("12,5", "12,5"),
        ("1x", "'1x'"),
        ("1x-3", "1x-3"),
        ("Open", "Open"),
        ("(1", "without its \\)"),
        ("1)", "without its \\("),
        ("(1)y", "expected an item"),
        ("1x9999999", "1x9999999"),
        ("((1x1000)x1000)x1000", "more than"),
    ],
)
def test_anything_else_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        series(text)


_RUNS = st.lists(
    st.tuples(st.none() | st.integers(-(10**6), 10**6).map(float) | st.just("open"), st.integers(0, 50))
)


@given(_RUNS)
def test_runs_come_out_as_they_were_written(runs: list[tuple[Value, int]]) -> None:
    text = " ".join(f"{'_' if value is None else value}x{times}" for value, times in runs)
    assert series(text) == [value for value, times in runs for _ in range(times)]
