"""Modbus RTU: what a payload may hold, what is refused and why, what settings are wrong."""

from typing import Any

import pytest

from ingest.decoding import Decoded, decoder_named
from simulators.encoders import modbus
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage, Reading

MODBUS = decoder_named("modbus")
FX = bytes.fromhex("4B3C6156449B63920000000040220C4A0000124311164020000012285686422241AD312742CC6C8B")
FIELD = {"address": 0, "type": "u32", "key": "index_m3"}


def table(*registers: dict[str, Any], reads: object = ((0, 2),), **more: object) -> dict[str, Any]:
    listed = [list(read) for read in reads]  # type: ignore[attr-defined]  # wrong ones are the point
    return {"title": "t", "source": "s", "reads": listed, "register": list(registers), **more}


def decoded(payload: bytes, topic: str = "dtu/EVC-1", **settings: object) -> Decoded:
    return MODBUS.set(settings).decode(RawMessage(topic, payload, 7_000_000))


def read(payload: bytes, **settings: object) -> Reading:
    found = decoded(payload, **settings)
    assert not found.refusals
    (_, reading) = found.records[0]
    assert isinstance(reading, Reading)
    return reading


def why(payload: bytes, **settings: object) -> list[str]:
    return [refusal.detail for refusal in decoded(payload, **settings).refusals]


@pytest.mark.parametrize(
    "payload",
    [
        modbus.response(1, FX),
        modbus.response(1, FX, function=4),
        modbus.response(1, FX)[:-2],
        modbus.response(1, FX).hex().encode(),
        modbus.response(1, FX).hex(" ").upper().encode() + b"\r\n",
        modbus.request(1, 10, 20) + modbus.response(1, FX),
    ],
    ids=["whole", "input registers", "without CRC", "hexadecimal", "spaced", "after its request"],
)
def test_the_public_sample_means_what_its_bytes_say_however_it_is_sent(payload: bytes) -> None:
    reading = read(payload, map="fxgasflow", device_level=2)
    assert reading == Reading(
        device="EVC-1",
        measured_at=7_000_000,
        index_m3=12_285_686.4222,
        base_index_m3=1243.1116,
        flow_m3h=2.5,
        base_flow_m3h=2.532,
        temperature_degc=21.649,
        pressure_kpa=102.212,
    )


def test_bare_registers_are_read_as_bytes_and_as_text() -> None:
    for payload in (FX, FX.hex().encode()):
        assert read(payload, map="fxgasflow", device_level=2, frame="bare").index_m3 == 12_285_686.4222


def test_bare_registers_that_look_like_digits_are_bytes_where_their_length_says_so() -> None:
    bare = {"map": table(FIELD), "device_level": 2, "frame": "bare"}
    assert read(b"1234", **bare).index_m3 == 0x31323334
    assert read(b"00001234", **bare).index_m3 == 0x1234


def test_the_total_of_a_vortex_meter_is_put_together_and_its_flow_is_per_second() -> None:
    sent = modbus.tianxin(base_index_m3=123_487.89, base_flow_m3h=36, temperature_degc=23, pressure_kpa=250)
    reading = read(modbus.response(1, sent), map="tianxin", device_level=2)
    assert (reading.base_index_m3, reading.base_flow_m3h) == (123_487.89, 36.0)


def test_several_slaves_answer_in_one_payload_and_one_bad_answer_costs_no_other() -> None:
    broken = bytearray(modbus.response(2, FX))
    broken[-1] ^= 1
    payload = modbus.response(1, FX) + broken + modbus.response(3, FX) + modbus.failure(1, 2)
    found = decoded(payload, map="fxgasflow", devices={"1": "A", "3": "C"})
    assert [(at, record.device) for at, record in found.records] == [(0, "A"), (2, "C")]  # type: ignore[union-attr]
    assert [(one.element, one.reason) for one in found.refusals] == [(1, "decode_error"), (3, "decode_error")]
    assert "CRC" in found.refusals[0].detail
    assert "exception 02: illegal register address" in found.refusals[1].detail
    assert found.elements == 4


def test_a_slave_without_name_is_refused_as_unknown() -> None:
    found = decoded(modbus.response(9, FX), map="fxgasflow", devices={"1": "A"})
    assert [(one.reason, one.detail) for one in found.refusals] == [
        ("unknown_device", "the route names no device of slave 9")
    ]


def test_a_topic_without_the_level_of_the_device_is_refused() -> None:
    with pytest.raises(DecodeError, match="unknown_topic: expected a name at level 2"):
        decoded(modbus.response(1, FX), topic="dtu", map="fxgasflow", device_level=2)


PAIR = table(
    {"address": 4102, "type": "u32", "key": "index_m3"},
    {"address": 5136, "type": "f32", "unit": "bar(a)", "key": "pressure_kpa"},
    reads=((4102, 2), (5136, 2)),
)


def test_a_reading_may_take_several_responses() -> None:
    first, second = (
        modbus.response(1, bytes.fromhex("0001E240")),
        modbus.response(1, bytes.fromhex("40800000")),
    )
    reading = read(first + second, map=PAIR, device_level=2)
    assert (reading.index_m3, reading.pressure_kpa) == (123_456, 400.0)
    assert why(first, map=PAIR, device_level=2) == ["4 bytes of registers; the map reads [4, 4]"]


def test_a_response_that_is_missing_costs_no_other_slave() -> None:
    first, second = bytes.fromhex("0001E240"), bytes.fromhex("40800000")
    payload = modbus.response(1, first) + modbus.response(2, first) + modbus.response(2, second)
    found = decoded(payload, map=PAIR, devices={"1": "A", "2": "B"})
    assert [(at, record.device) for at, record in found.records] == [(1, "B")]  # type: ignore[union-attr]
    assert [(one.element, one.detail) for one in found.refusals] == [
        (0, "4 bytes of registers; the map reads [4, 4]")
    ]
    broken = modbus.response(1, first) + modbus.response(1, second)[:-1] + b"?"
    assert len(why(broken, map=PAIR, device_level=2)) == 1


def test_other_registers_may_be_read_than_the_map_says() -> None:
    reading = read(modbus.response(1, FX[26:40]), map="fxgasflow", device_level=2, reads=[[23, 7]])
    assert (reading.index_m3, reading.base_index_m3, reading.pressure_kpa) == (12_285_686.4222, None, 102.212)


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (b"\x01\x03", "2 bytes are no Modbus frame"),
        (modbus.response(1, FX)[:-3], "cut off: 40 bytes and a CRC are said, 39 are there"),
        (modbus.request(1, 10, 20), "a request to read 20 registers from 10 on, no response"),
        (b"\x01\x83\x02", "the device answered exception 02: illegal register address"),
        (b"\x01\x83\x63", "the device answered exception 63: unknown"),
        (b"\x01\x83\x02\x00\x00", "function 83: a failure without its CRC"),
        (b"\x01\x10\x00\x0a\x00\x14", "function 10 is no read of registers (03, 04)"),
        (b"\x01\x03\x03abc", "byte count 3: registers have two bytes each"),
        (b"\x01\x03\x00", "byte count 0: registers have two bytes each"),
        (modbus.response(1, FX[:4]), "4 bytes of registers; the map reads [40]"),
    ],
)
def test_what_is_no_response_is_refused_and_said(payload: bytes, detail: str) -> None:
    assert why(payload, map="fxgasflow", device_level=2) == [detail]


def test_a_payload_without_end_is_refused_whole() -> None:
    with pytest.raises(DecodeError, match="more than 1024 Modbus frames"):
        decoded(modbus.failure(1, 2) * 1025, map="fxgasflow", device_level=2)
    with pytest.raises(DecodeError, match="an empty payload"):
        decoded(b"", map="fxgasflow", device_level=2)
    with pytest.raises(DecodeError, match="40 bytes, the map reads 4 of bare"):
        decoded(FX, map=table(FIELD), device_level=2, frame="bare")
    with pytest.raises(DecodeError, match="a byte lacks its second digit"):
        decoded(b"010", map="fxgasflow", device_level=2)
    with pytest.raises(DecodeError, match="says no map and no device"):
        MODBUS.decode(RawMessage("t", FX, 0))


def test_a_total_that_is_no_decimal_is_refused_and_another_number_dropped() -> None:
    total = {"address": 0, "type": "bcd", "bytes": 2, "key": "index_m3"}
    part = {"address": 1, "type": "bcd", "bytes": 2, "key": "index_m3", "scale": 0.01}
    other = {"address": 1, "type": "bcd", "bytes": 2, "key": "temperature_degc"}
    summed = {"map": table(total, part), "device_level": 2, "frame": "bare"}
    assert read(b"\x12\x34\x00\x56", **summed).index_m3 == 1234.56
    assert [one.reason for one in decoded(b"\x12\x34\x00\x5f", **summed).refusals] == ["wrong_type"]
    apart = read(b"\x12\x34\x00\x5f", map=table(total, other), device_level=2, frame="bare")
    assert (apart.index_m3, apart.temperature_degc, apart.flags) == (1234, None, 1 << 16)


def test_flags_words_and_numbers_that_mean_nothing_are_read_from_bits() -> None:
    registers = [
        {"address": 0, "type": "u16", "key": "index_m3", "scale": 0.1},
        {"address": 1, "type": "bits", "bytes": 2, "flags": {"0": "low_battery", "15": "magnetic_tamper"}},
        {
            "address": 2,
            "type": "bits",
            "bytes": 2,
            "mask": 0x0300,
            "key": "valve",
            "words": {"0": "open", "1": "closed", "3": "fault"},
        },
        {
            "address": 3,
            "type": "i16",
            "key": "temperature_degc",
            "scale": 0.1,
            "offset": -5,
            "missing": -32768,
        },
    ]
    told = {"map": table(*registers, reads=((0, 4),)), "device_level": 2, "frame": "bare"}
    reading = read(bytes.fromhex("000F 8001 01FF FF9C"), **told)
    assert (reading.index_m3, reading.flags, reading.valve, reading.temperature_degc) == (1.5, 0b11, 1, -15.0)
    missing = read(bytes.fromhex("000F 0000 0200 8000"), **told)
    assert (missing.flags, missing.valve, missing.temperature_degc) == (1 << 16, None, None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "whose the registers are"),
        ({"map": "fxgasflow"}, "expected one of device_level and devices"),
        ({"map": "fxgasflow", "device_level": 2, "devices": {"1": "A"}}, "expected one of"),
        ({"map": "fxgasflow", "device_level": 0}, "device_level: 0"),
        ({"map": "fxgasflow", "devices": {"one": "A"}}, "expected slave address to name"),
        ({"map": "fxgasflow", "devices": {}}, "expected slave address to name"),
        ({"map": "fxgasflow", "devices": "A"}, "expected slave address to name"),
        ({"map": "fxgasflow", "devices": {"1": "A"}, "frame": "bare"}, "bare registers name no slave"),
        ({"map": "fxgasflow", "device_level": 1, "frame": "ascii"}, 'expected "rtu" or "bare"'),
        (
            {"map": "fxgas", "device_level": 1},
            "map fxgas: not found; there are fxgasflow, macbat5, tianxin, uniflo1200",
        ),
        ({"map": "/nowhere/x.toml", "device_level": 1}, "not found"),
        ({"map": 5, "device_level": 1}, "expected a name, a path or a table"),
        ({"device_level": 1}, "expected a name, a path or a table"),
        ({"map": "fxgasflow", "device_level": 1, "reads": [[500, 2]]}, "no register of the map lies there"),
        ({"map": "fxgasflow", "device_level": 1, "reads": [[10, 126]]}, "what one response holds"),
        ({"map": "fxgasflow", "device_level": 1, "reads": []}, "what one response holds"),
    ],
)
def test_wrong_settings_say_what_was_expected(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        MODBUS.configure(settings)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"type": "u17"}, "Invalid enum value"),
        ({"kind": "u16"}, "unknown field `kind`"),
        ({"type": "bcd"}, "bytes: None; expected 1 to 8"),
        ({"type": "bcd", "bytes": 9}, "bytes: 9; expected 1 to 8"),
        ({"bytes": 4}, "u32 has its own length"),
        ({"type": "u24", "order": "CDAB"}, "words of two bytes, not of 3"),
        ({"key": "volume"}, "key: 'volume'; expected one of"),
        ({"key": "valve"}, "words: expected of the keys valve"),
        ({"words": {"0": "open"}}, "words: expected of the keys valve"),
        ({"key": "valve", "words": {"o": "open"}}, "words: o; expected whole numbers"),
        ({"flags": {"0": "low_battery"}}, "expected of the type bits alone"),
        ({"type": "bits", "bytes": 2, "flags": {"16": "low_battery"}}, "expected bits 0 to 15"),
        ({"type": "bits", "bytes": 2, "flags": {"x": "low_battery"}}, "expected bits 0 to 15"),
        ({"type": "bits", "bytes": 2, "flags": {"0": "empty"}}, "Invalid enum value 'empty'"),
        ({"type": "bits", "bytes": 2, "mask": 0}, "mask: 0; expected some of 16 bits"),
        ({"unit": "kPa"}, "unit 'kPa'"),
        ({"key": "pressure_kpa", "unit": "bar(g)"}, "gauge pressure, expected a unit of absolute pressure"),
        ({"unit": "Nm3"}, "means base conditions"),
        ({"key": "seq", "unit": "m3"}, "seq: has no unit"),
    ],
)
def test_a_map_that_contradicts_itself_says_where(field: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        MODBUS.set({"map": table(FIELD | field), "device_level": 1})


def test_a_map_may_be_a_file(tmp_path: Any) -> None:  # noqa: ANN401
    path = tmp_path / "own.toml"
    path.write_text(
        'title = "t"\nsource = "s"\nreads = [[0, 2]]\n'
        '[[register]]\naddress = 0\ntype = "u32"\nkey = "index_m3"\n'
    )
    assert read(b"\0\0\0\x05", map=str(path), device_level=2, frame="bare").index_m3 == 5
    path.write_text("title = ")
    with pytest.raises(ConfigurationError, match=r"own\.toml: "):
        MODBUS.set({"map": str(path), "device_level": 2})


def test_the_parts_of_a_payload_are_named_with_their_place_and_value() -> None:
    set_to = MODBUS.set({"map": "fxgasflow", "device_level": 2})
    frame = modbus.response(1, FX)
    parts = {part.meaning: part for part in set_to.parts(RawMessage("dtu/EVC-1", frame, 0))}
    assert (parts["slave"].value, parts["slave"].begin, parts["slave"].end) == (1, 0, 1)
    total = parts["actual total [index_m3]"]
    assert (total.value, total.begin, total.end) == (12_285_686.4222, 29, 35)
    assert parts["CRC-16, right"].end == len(frame)
    text = frame.hex(" ").encode()
    spaced = {part.meaning: part for part in set_to.parts(RawMessage("dtu/EVC-1", text, 0))}
    place = spaced["actual total [index_m3]"]
    assert text[place.begin : place.end] == b"12 28 56 86 42 22"


def test_parts_are_told_of_what_is_refused_and_without_settings() -> None:
    set_to = MODBUS.set({"map": PAIR, "device_level": 2})
    asked = modbus.request(1, 4102, 2)
    first, second = modbus.response(1, bytes(4)), modbus.response(2, bytes(4))
    told = [part.meaning for part in set_to.parts(RawMessage("dtu/1", asked + first + second, 0))]
    assert told[0] == "a request to read 2 registers from 4102 on, no response"
    assert told.count("fault: 4 bytes of registers; the map reads [4, 4]") == 2
    bare = [part.meaning for part in MODBUS.parts(RawMessage("t", first, 0))]
    assert bare == ["slave", "function: read registers", "bytes of registers", "registers", "CRC-16, right"]
    assert [part.meaning for part in MODBUS.parts(RawMessage("t", b"010", 0))] == [
        "fault: decode_error: hexadecimal text: a byte lacks its second digit"
    ]
