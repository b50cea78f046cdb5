"""Rows of a CSV as native elements: nothing of a figure is lost, and what is odd is left to the decoder."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.assembly import TOO_LARGE
from ingest.backfill import _number, _payloads, parse_columns
from telemetry.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        ("-1.50", "-1.50"),
        ("+7", "7"),
        ("00012.500", "12.500"),
        ("000", "0"),
        ("-0", "-0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e400", "1e400"),
        ("1E-3", "1E-3"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_number_keeps_its_digits(text: str, number: str) -> None:
    assert _number(text) == msgspec.Raw(number.encode())


@pytest.mark.parametrize(
    "text", ["", ".", "-", "+-1", "--1", "e5", "1e", "1.2.3", "12,5", "0x1", "1_0", "nan", "inf", "\u0663"]
)
def test_what_is_no_number_stays_text(text: str) -> None:
    assert _number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20))
def test_every_figure_that_python_writes_is_read_back(value: float) -> None:
    number = _number(repr(value))
    assert number is not None
    assert json.loads(bytes(number)) == value


def test_columns_are_mapped_by_name() -> None:
    assert parse_columns("measured_at=CreateDate, index_m3=GTotal,") == {
        "measured_at": "CreateDate",
        "index_m3": "GTotal",
    }
    assert parse_columns(None) == {}


@pytest.mark.parametrize("text", ["index_m3", "index=GTotal", "device=D", "flags=F"])
def test_a_column_that_we_do_not_take_is_named(text: str) -> None:
    with pytest.raises(
        ConfigurationError, match="expected ours=theirs with ours one of measured_at, index_m3"
    ):
        parse_columns(text)


def test_rows_are_divided_until_no_payload_is_too_large() -> None:
    long = {"valve": "x" * 400_000}
    sizes = [len(json.loads(payload)) for payload in _payloads([long] * 5)]
    assert sizes == [2, 1, 2]
    assert all(len(payload) <= TOO_LARGE for payload in _payloads([long] * 5))
    (alone,) = _payloads([{"valve": "x" * TOO_LARGE}])
    assert len(alone) > TOO_LARGE
