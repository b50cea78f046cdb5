"""CJ/T 188: which frames are readings, what the others are called, what settings change."""

from datetime import UTC, datetime

import pytest

from ingest.decoding import Decoded, decoder_named
from simulators.encoders import cjt188
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import CardState, RawMessage, Reading, Valve, instant

CJT188 = decoder_named("cjt188")
LOCAL = datetime(2026, 3, 1, 8, 0, 5)  # noqa: DTZ001  # a meter's clock knows no zone
AT = instant(LOCAL.replace(tzinfo=UTC))
METER = "00000000000003"
RECEIVED = AT + 1
TOTAL = cjt188.metering(METER, LOCAL, 12_345_678)


def decoded(payload: bytes, topic: str = "concentrator/7", **settings: object) -> Decoded:
    return CJT188.set(settings).decode(RawMessage(topic, payload, RECEIVED))


def read(payload: bytes, topic: str = "concentrator/7", **settings: object) -> Reading:
    found = decoded(payload, topic, **settings)
    assert not found.refusals
    (_, reading) = found.records[0]
    assert isinstance(reading, Reading)
    return reading


def why(payload: bytes, **settings: object) -> list[tuple[str, str]]:
    return [(one.reason, one.detail) for one in decoded(payload, **settings).refusals]


@pytest.mark.parametrize(
    "payload",
    [
        TOTAL,
        TOTAL.removeprefix(b"\xfe" * 4),
        TOTAL.hex().encode(),
        TOTAL.hex(" ").upper().encode() + b"\r\n",
        cjt188.metering(METER, LOCAL, 12_345_678, identifier=cjt188.HIGH_FIRST, serial=9),
        cjt188.metering(METER, LOCAL, 12_345_678, settled=99_999_999),
        b"\xff\x07\x8d\x98\x10\x00\x00\x00\x03" + TOTAL + b"\r\n",
        cjt188.request(METER) + TOTAL,
    ],
    ids=[
        "preamble",
        "none",
        "hexadecimal",
        "spaced",
        "901F",
        "settled",
        "in an envelope",
        "after its request",
    ],
)
def test_a_total_is_read_however_it_is_sent(payload: bytes) -> None:
    found = decoded(payload)
    expected = Reading(device=METER, measured_at=AT, index_m3=123_456.78, valve=Valve.OPEN)
    assert (found.records, found.refusals) == ([(0, expected)], [])
    assert found.local_times


def test_a_total_in_litres_is_a_thousandth() -> None:
    assert read(cjt188.metering(METER, LOCAL, 12_345_678, unit=cjt188.LITRES)).index_m3 == 123.45678


@pytest.mark.parametrize(("valve", "word"), [(0, Valve.OPEN), (1, Valve.CLOSED), (3, Valve.FAULT)])
def test_the_bits_of_the_status_are_where_the_route_says(valve: int, word: Valve) -> None:
    low = cjt188.metering(METER, LOCAL, 1, said=cjt188.status(valve=valve, low_battery=True))
    high = cjt188.metering(
        METER, LOCAL, 1, said=cjt188.status(valve=valve, low_battery=True, valve_bit=6, battery_bit=5)
    )
    for reading in (read(low), read(high, status={"valve": 6, "battery": 5})):
        assert (reading.valve, reading.flags) == (word, 1)
    nothing = read(low, status={})
    assert (nothing.valve, nothing.flags) == (None, 0)


def test_a_position_that_no_valve_has_is_dropped_and_flagged() -> None:
    reading = read(cjt188.metering(METER, LOCAL, 1, said=cjt188.status(valve=2)))
    assert (reading.valve, reading.flags) == (None, 1 << 16)


def test_whose_a_frame_is_says_the_address_or_the_topic() -> None:
    sent = cjt188.metering("78330011223344", LOCAL, 1)
    assert read(sent).device == "78330011223344"
    assert read(sent, name="number").device == "0011223344"
    assert read(sent, topic="meter/M-1/up", device_level=2).device == "M-1"
    with pytest.raises(DecodeError, match="unknown_topic"):
        decoded(sent, topic="meter", device_level=2)


def test_a_meter_without_clock_is_read_when_its_message_came() -> None:
    stopped = cjt188.frame(METER, 0x81, bytes.fromhex("1F90 00 78563412 2C 00000000 2C 00000000000000 0000"))
    assert why(stopped) == [("wrong_type", "clock: measured_at: 00000000000000 is no date and time")]
    found = decoded(stopped, clock="received")
    assert [record.measured_at for _, record in found.records] == [RECEIVED]
    assert not found.local_times


def test_frames_of_several_meters_are_read_and_one_bad_costs_no_other() -> None:
    bad = bytearray(cjt188.metering("00000000000004", LOCAL, 5))
    bad[-2] ^= 0xFF
    payload = TOTAL + bytes(bad) + cjt188.metering("00000000000005", LOCAL, 7) + TOTAL[:-3]
    found = decoded(payload)
    assert [(at, record.device) for at, record in found.records] == [(0, METER), (2, "00000000000005")]  # type: ignore[union-attr]
    assert [(one.element, one.reason) for one in found.refusals] == [(1, "decode_error"), (3, "decode_error")]
    assert "checksum" in found.refusals[0].detail
    assert (
        found.refusals[1].detail == "cut off: 22 bytes of data, checksum and 16 are said, 21 bytes are there"
    )


def test_a_start_byte_in_an_envelope_loses_no_frame() -> None:
    found = decoded(b"\x68\x10" + TOTAL)
    assert [at for at, _ in found.records] == [1]
    assert [one.element for one in found.refusals] == [0]


def test_purchases_belong_to_the_reading_of_their_meter_before_them() -> None:
    bought = cjt188.purchases(METER, 17, 50_000, 1_250_000, 12_345)
    found = decoded(TOTAL + bought)
    card = CardState(device=METER, measured_at=AT, remaining_money=123.45, sequence=17)
    assert [(at, type(record)) for at, record in found.records] == [(0, Reading), (0, CardState)]
    assert found.records[1] == (0, card)
    assert found.elements == 1
    reason = (
        "missing_field",
        f"answer to a read: purchases and remaining money (8105) without a reading of {METER} before it",
    )
    assert why(bought) == [reason]
    other = decoded(cjt188.metering("00000000000004", LOCAL, 1) + bought)
    assert [(one.element, one.reason) for one in other.refusals] == [(1, "missing_field")]


@pytest.mark.parametrize("remaining", [25_618, -25_618])
def test_a_maker_s_report_says_what_remains_where_the_route_knows_of_what(remaining: int) -> None:
    sent = cjt188.report(METER, LOCAL, 37_425_618, remaining)
    assert len(decoded(sent).records) == 1
    (_, card) = decoded(sent, credit="money").records[1]
    assert card == CardState(device=METER, measured_at=AT, remaining_money=remaining / 100)
    (_, volume) = decoded(sent, credit="volume").records[1]
    assert volume == CardState(device=METER, measured_at=AT, remaining_m3=remaining / 100)


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (
            "68 30 03 00 00 00 00 00 00 01 03 1F 90 FF 4D 16",
            "request to read data: metering data (901F), no reading",
        ),
        (
            "68 30 03 00 00 00 00 00 00 04 04 17 A0 01 55 B0 16",
            "command to write data: valve (A017), no reading",
        ),
        (
            "68 30 03 00 00 00 00 00 00 04 04 17 A0 01 99 F4 16",
            "command to write data: valve (A017), no reading",
        ),
        (
            "68 30 03 00 00 00 00 00 00 16 08 16 A0 FF 78 56 34 12 00 82 16",
            "command to set the register: register (A016), no reading",
        ),
    ],
    ids=["read", "open", "close", "set"],
)
def test_what_whoever_reads_meters_sends_is_told_apart(payload: str, detail: str) -> None:
    assert why(payload.encode()) == [("decode_error", detail)]
    assert not any(
        part.meaning.startswith("fault") for part in CJT188.parts(RawMessage("t", payload.encode(), 0))
    )


@pytest.mark.parametrize(
    ("payload", "reason", "detail"),
    [
        (b"\x68\x30", "decode_error", "cut off: 2 bytes from the start byte 68 on"),
        (TOTAL[:-1] + b"\x17", "decode_error", "no end byte 16 after the 22 bytes of data that are said"),
        (
            cjt188.frame(METER, 0x81, TOTAL[15:-2], kind=0x10),
            "decode_error",
            "type 10: a cold-water meter; expected gas, 30",
        ),
        (
            cjt188.frame(METER, 0x81, TOTAL[15:-2], kind=0x77),
            "decode_error",
            "type 77: no gas meter; expected gas, 30",
        ),
        (
            cjt188.frame(METER, 0xC1, b"\x00\x01\x00"),
            "decode_error",
            "answer to a read: the meter failed: unknown identifier (0001), no reading",
        ),
        (
            cjt188.frame(METER, 0x81, bytes.fromhex("21D1 00 00000000 2C")),
            "decode_error",
            "answer to a read: total of the settlement day 2 months ago (D121), no reading",
        ),
        (
            cjt188.frame(METER, 0x81, b""),
            "decode_error",
            "answer to a read: unknown identifier (0000), no reading",
        ),
        (
            cjt188.frame(METER, 0x81, TOTAL[15:-3]),
            "decode_error",
            "901F with 21 bytes of data, expected 22",
        ),
        (
            cjt188.metering(METER, LOCAL, 1, unit=5),
            "wrong_type",
            "total [m³]: unit code 05; expected 2C (m³) or 29 (L)",
        ),
        (
            cjt188.frame(METER, 0x81, TOTAL[15:18] + b"\xab" + TOTAL[19:-2]),
            "wrong_type",
            "total [m³]: AB 56 34 12 are no decimal digits",
        ),
    ],
)
def test_what_is_no_reading_is_refused_and_said(payload: bytes, reason: str, detail: str) -> None:
    assert why(payload) == [(reason, detail)]


def test_credit_that_is_no_number_is_dropped_and_the_register_kept() -> None:
    bought = cjt188.frame(METER, 0x81, bytes.fromhex("0581 00 17") + b"\xff" * 12 + b"\0\0")
    found = decoded(TOTAL + bought)
    reading, card = (record for _, record in found.records)
    assert isinstance(reading, Reading)
    assert reading.flags == 1 << 16
    assert card == CardState(device=METER, measured_at=AT, sequence=17)


def test_a_payload_without_frame_or_of_too_many_is_refused_whole() -> None:
    with pytest.raises(DecodeError, match="no start byte 68"):
        decoded(b"\xfe\xfe\xfe")
    with pytest.raises(DecodeError, match="no start byte 68"):
        decoded(b"")
    with pytest.raises(DecodeError, match="a byte lacks its second digit"):
        decoded(b"683")
    with pytest.raises(DecodeError, match="more than 4096"):
        decoded(cjt188.frame(METER, 0x81, b"", preamble=0) * 4097)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "serial"}, "name: 'serial'; expected one of address, number"),
        ({"clock": "platform"}, "expected one of meter, received"),
        ({"credit": "gas"}, "expected one of money, volume"),
        ({"status": 5}, "status: 5; expected bits of valve and battery"),
        ({"status": {"lid": 3}}, "expected bits of valve and battery"),
        ({"status": {"valve": 15}}, "valve 15; expected a bit, 0 to 14"),
        ({"status": {"battery": True}}, "battery True; expected a bit, 0 to 15"),
        ({"device_level": "two"}, "device_level: 'two'"),
    ],
)
def test_wrong_settings_say_what_was_expected(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        CJT188.set(settings)


def test_the_parts_of_a_payload_are_named_with_their_place_and_value() -> None:
    text = TOTAL.hex(" ").upper().encode()
    parts = {part.meaning: part for part in CJT188.parts(RawMessage("t", text, 0))}
    total, clock = parts["total [m³]"], parts["clock"]
    assert (total.value, text[total.begin : total.end]) == (123_456.78, b"78 56 34 12 2C")
    assert clock.value == "2026-03-01 08:00:05 local"
    assert (parts["preamble"].begin, parts["end"].end) == (0, len(text))
    valve = CJT188.parts(RawMessage("t", b"68 30 03000000000000 04 04 17A0 01 55 B0 16", 0))
    assert [part.value for part in valve if part.meaning.startswith("valve")] == ["55"]


def test_parts_are_told_of_what_is_refused() -> None:
    broken = cjt188.frame(METER, 0x81, TOTAL[15:18] + b"\xab" + TOTAL[19:-2])
    assert any(
        part.value == "unreadable: AB 56 34 12 are no decimal digits"
        for part in CJT188.parts(RawMessage("t", broken + b"\r\n", 0))
    )
    assert CJT188.parts(RawMessage("t", TOTAL[:-1], 0))[-1].meaning.startswith("cut off")
    assert CJT188.parts(RawMessage("t", b"", 0))[0].meaning.startswith(
        "fault: decode_error: no CJ/T 188 frame"
    )
