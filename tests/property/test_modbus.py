"""What a corrector's registers say is read back, over the whole range of each of its numbers."""

from struct import pack, unpack
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoders._fields import shortest
from ingest.decoding import decoder_named
from simulators.encoders import modbus
from telemetry.model import RawMessage, Reading

NUMBERS = st.floats(-(2.0**49), 2.0**49, width=32)
TOTALS = st.integers(0, 10**12 - 1).map(lambda digits: digits / 10_000)
SHOWN = st.integers(-999_999, 999_999).flatmap(
    lambda digits: st.integers(0, 6).map(lambda decimals: digits / 10**decimals)
)
"""What a display of six digits can show."""
ORDERS: st.SearchStrategy[modbus.Order] = st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"])
SIZES: Final = {"u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8}
FROM_F32: Final = 2.0**-24
"""What a float32 may be off, relative."""


def read(payload: bytes, **settings: object) -> Reading:
    decoder = decoder_named("modbus").set({"device_level": 1} | settings)
    (_, record) = decoder.decode(RawMessage("EVC-1", payload, 0)).records[0]
    assert isinstance(record, Reading)
    return record


def same_float32(one: float | None, other: float) -> bool:
    return one is not None and pack(">f", one) == pack(">f", other)


@given(TOTALS, TOTALS, NUMBERS, NUMBERS, SHOWN, SHOWN, st.integers(1, 247), st.sampled_from([3, 4]))
def test_a_fuxin_corrector_is_read_back(
    index: float,
    base: float,
    flow: float,
    base_flow: float,
    degc: float,
    kpa: float,
    slave: int,
    function: int,
) -> None:
    registers = modbus.fxgasflow(
        index_m3=index,
        base_index_m3=base,
        flow_m3h=flow,
        base_flow_m3h=base_flow,
        temperature_degc=degc,
        pressure_kpa=kpa,
    )
    reading = read(modbus.response(slave, registers, function), map="fxgasflow")
    assert (reading.index_m3, reading.base_index_m3, reading.flags) == (index, base, 0)
    assert (reading.temperature_degc, reading.pressure_kpa) == (degc, kpa)
    assert same_float32(reading.flow_m3h, flow)
    assert same_float32(reading.base_flow_m3h, base_flow)


@given(st.integers(0, 2**24 * 10_000 - 1), st.floats(0, 1e6), SHOWN, SHOWN, st.integers(0, 2**32 - 1))
def test_a_tianxin_meter_is_read_back(
    hundredths: int, base_flow: float, degc: float, kpa: float, alarms: int
) -> None:
    registers = modbus.tianxin(
        base_index_m3=hundredths / 100,
        base_flow_m3h=base_flow,
        temperature_degc=degc,
        pressure_kpa=kpa,
        above=alarms,
        below=alarms,
    )
    reading = read(modbus.response(1, registers), map="tianxin")
    assert reading.base_index_m3 == pytest.approx(hundredths / 100, rel=1e-15)
    assert reading.base_flow_m3h == pytest.approx(base_flow, rel=2 * FROM_F32, abs=1e-40)
    assert (reading.temperature_degc, reading.pressure_kpa, reading.flags) == (degc, kpa, 0)


@given(st.integers(0, 9_999_999), st.floats(0, 1e7), SHOWN, SHOWN, SHOWN, SHOWN, SHOWN)
def test_a_macbat_is_read_back(
    index: int, base: float, flow: float, base_flow: float, degc: float, kpa: float, gauge: float
) -> None:
    registers = modbus.macbat5(
        index_m3=index,
        base_index_m3=base,
        flow_m3h=flow,
        base_flow_m3h=base_flow,
        temperature_degc=degc,
        pressure_kpa=kpa,
        gauge_pressure_kpa=gauge,
    )
    reading = read(modbus.response(1, registers), map="macbat5")
    assert reading.index_m3 == index
    assert same_float32(reading.base_index_m3, base)
    assert (reading.flow_m3h, reading.base_flow_m3h, reading.temperature_degc) == (flow, base_flow, degc)
    assert (reading.pressure_kpa, reading.gauge_pressure_kpa) == (kpa, gauge)


@given(
    st.integers(0, 10**11 - 1),
    st.integers(0, 10**11 - 1),
    SHOWN,
    SHOWN,
    SHOWN,
    st.integers(60_000, 8_000_000),
)
def test_a_uniflo_is_read_back(
    thousandths: int, base_thousandths: int, flow: float, base_flow: float, degc: float, pascal: int
) -> None:
    registers = modbus.uniflo1200(
        index_m3=thousandths / 1000,
        base_index_m3=base_thousandths / 1000,
        flow_m3h=flow,
        base_flow_m3h=base_flow,
        temperature_degc=degc,
        pressure_kpa=pascal / 1000,
    )
    reading = read(modbus.response(1, registers), map="uniflo1200")
    assert reading.index_m3 == pytest.approx(thousandths / 1000, abs=1e-7)
    assert reading.base_index_m3 == pytest.approx(base_thousandths / 1000, abs=1e-7)
    assert (reading.flow_m3h, reading.base_flow_m3h, reading.temperature_degc) == (flow, base_flow, degc)
    assert reading.pressure_kpa == pytest.approx(pascal / 1000, rel=FROM_F32)


def one_number(**field: object) -> dict[str, Any]:
    register = {"address": 0, "type": "u16", "key": "index_m3"}
    number = {"address": 1, "key": "temperature_degc"} | field
    return {"title": "t", "source": "s", "reads": [[0, 9]], "register": [register, number]}


@given(st.sampled_from(sorted(SIZES)), ORDERS, st.data())
def test_a_whole_number_of_any_size_and_order_is_read_back(
    kind: str, order: modbus.Order, data: st.DataObject
) -> None:
    size, signed = SIZES[kind], kind.startswith("i")
    most = min(10**15, 2 ** (8 * size - signed) - 1)
    number = data.draw(st.integers(-most - 1 if signed and most < 10**15 else -most * signed, most))
    sent = bytes(2) + modbus.laid(number.to_bytes(size, "big", signed=signed), order)
    reading = read(sent.ljust(18, b"\0"), map=one_number(type=kind, order=order), frame="bare")
    assert reading.temperature_degc == number


@given(st.sampled_from(["f32", "f64"]), ORDERS, NUMBERS, st.sampled_from([1, 0.1, 0.001, 100]), SHOWN)
def test_a_float_of_any_size_and_order_is_scaled_and_moved(
    kind: str, order: modbus.Order, number: float, scale: float, offset: float
) -> None:
    sent = bytes(2) + modbus.laid(pack(">f" if kind == "f32" else ">d", number), order)
    told = one_number(type=kind, order=order, scale=scale, offset=offset)
    reading = read(sent.ljust(18, b"\0"), map=told, frame="bare")
    expected = number * scale + offset
    if abs(expected) > 1e15:
        assert (reading.temperature_degc, reading.flags) == (None, 1 << 16)
    else:
        assert reading.temperature_degc == pytest.approx(expected, rel=1e-6, abs=abs(offset) * 1e-9 + 1e-30)


@given(st.integers(0, 10**16 - 1), st.integers(1, 8), ORDERS, st.integers(0, 6))
def test_decimals_of_any_length_and_order_are_read_back(
    digits: int, length: int, order: modbus.Order, decimals: int
) -> None:
    if length % 2:  # words of two bytes cannot be swapped
        order = "ABCD" if order in ("ABCD", "CDAB") else "DCBA"
    whole = digits % 10 ** min(2 * length, 15)
    high_first = modbus.bcd(whole, 2 * length, 0)
    laid = high_first[::-1] if order == "DCBA" else modbus.laid(high_first, order)
    told = one_number(type="bcd", bytes=length, order=order, scale=10.0**-decimals)
    reading = read((bytes(2) + laid).ljust(18, b"\0"), map=told, frame="bare")
    assert reading.temperature_degc == whole / 10**decimals


@given(st.integers(0, 2**32 - 1))
@example(0x7F7FFFFF)
@example(0x00000001)
@example(0xFF800000)
def test_the_shortest_decimal_of_a_float32_is_that_float32(bits: int) -> None:
    (single,) = unpack(">f", bits.to_bytes(4, "big"))
    near = shortest(single)
    assert near != near or pack(">f", near) == pack(">f", single)  # noqa: PLR0124  # NaN
    assert len(f"{near:.9g}") <= len(f"{single:.9g}")
