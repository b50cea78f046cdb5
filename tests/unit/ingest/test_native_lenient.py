"""What is wrong with an optional key is dropped and flagged, what is unknown is noted, the rest is kept."""

import pytest

from telemetry.model import (
    CardState,
    CreditBasis,
    DeviceEvent,
    EventState,
    PressureSample,
    SlamShut,
    Stream,
    Switch,
    Valve,
)
from telemetry.quality import Flag
from tests.unit.ingest.payloads import BATCH, EVENT, PRESSURE, decoded, reading, records, sample

DROPPED, NOT_FINITE = int(Flag.FIELD_DROPPED), int(Flag.NOT_FINITE)


def with_key(key: str, value: str) -> str:
    return f'{{"measured_at":1,"index_m3":5,"{key}":{value}}}'


@pytest.mark.parametrize(
    ("key", "value", "flag"),
    [
        ("pressure_kpa", '"301.5"', DROPPED),
        ("pressure_kpa", "true", DROPPED),
        ("pressure_kpa", "[1]", DROPPED),
        ("pressure_kpa", '"12,5"', DROPPED),
        ("pressure_kpa", "12345678901234567890", DROPPED),
        ("pressure_kpa", "1e400", NOT_FINITE),
        ("pressure_kpa", "-1e400", NOT_FINITE),
        ("pressure_kpa", "1" + 5000 * "0", NOT_FINITE),
        ("base_index_m3", '"5"', DROPPED),
        ("seq", "1.5", DROPPED),
        ("seq", "12345678901234567890", DROPPED),
        ("seq", "-9223372036854775808", DROPPED),
        ("seq", "1e400", NOT_FINITE),
        ("valve", '"ajar"', DROPPED),
        ("valve", '"\\ud800"', DROPPED),
        ("valve", "1", DROPPED),
        ("meter_bypass_valve", '"fault"', DROPPED),
        ("credit", "5", DROPPED),
        ("credit", "[]", DROPPED),
        ("flags", '"low_battery"', DROPPED),
        ("flags", "5", DROPPED),
        ("flags", '[5,{},null,"sirens"]', DROPPED),
    ],
)
def test_a_wrong_optional_key_is_dropped_with_a_flag(key: str, value: str, flag: int) -> None:
    assert reading(with_key(key, value)) == reading(with_key(key, "null"), flags=flag)


@pytest.mark.parametrize(
    "key", ["pressure_kpa", "seq", "valve", "flags", "credit", "base_index_m3", "device"]
)
def test_null_means_not_sent(key: str) -> None:
    assert reading(with_key(key, "null")) == reading({"measured_at": 1, "index_m3": 5})


def test_the_words_we_know_are_kept_of_a_list_with_others() -> None:
    flags = reading(with_key("flags", '["low_battery","sirens","case_open"]')).flags
    assert flags == Flag.LOW_BATTERY | Flag.CASE_OPEN | Flag.FIELD_DROPPED


def test_a_register_that_is_not_finite_is_dropped_beside_one_that_is() -> None:
    found = reading('{"measured_at":1,"index_m3":1e400,"base_index_m3":7}')
    assert (found.index_m3, found.base_index_m3, found.flags) == (None, 7.0, NOT_FINITE)


def test_minus_zero_and_exponents_are_numbers() -> None:
    found = reading('{"measured_at":-0,"index_m3":-0,"flow_m3h":-0.0,"pressure_kpa":1.5E+2,"seq":-0}')
    assert (found.measured_at, found.index_m3, found.flow_m3h, found.pressure_kpa) == (0, 0.0, 0.0, 150.0)
    assert (found.seq, found.flags) == (0, 0)


@pytest.mark.parametrize("first", ['"x"', "1"])
def test_of_a_key_given_twice_the_last_counts(first: str) -> None:
    assert reading(f'{{"measured_at":1,"index_m3":{first},"index_m3":5}}') == reading(
        {"measured_at": 1, "index_m3": 5}
    )


def test_a_byte_order_mark_is_no_fault() -> None:
    assert reading(b'\xef\xbb\xbf{"measured_at":1,"index_m3":5}') == reading(
        {"measured_at": 1, "index_m3": 5}
    )


def test_the_device_in_the_payload_of_its_own_topic_is_known() -> None:
    found = decoded('{"measured_at":1,"index_m3":5,"device":"EVC-1"}')
    assert (len(found.records), found.unknown_keys) == (1, frozenset())


def test_unknown_keys_are_noted_wherever_they_stand() -> None:
    assert decoded(
        '[{"measured_at":1,"index_m3":5,"rssi":-90},{"measured_at":1,"index_m3":5,"credit":{"tariff":2}}]'
    ).unknown_keys == {"rssi", "credit.tariff"}
    assert decoded(
        '{"measured_at":1,"streams":{"A":{"colour":1},"C":{}}}', PRESSURE
    ).unknown_keys == {"streams.A.colour", "streams.C"}  # fmt: skip
    assert decoded(
        '{"messages":[{"device":"D","kind":"reading","measured_at":1,"index_m3":5}],"sent_at":3}', BATCH
    ).unknown_keys == {"sent_at"}


def test_what_is_wrong_inside_credit_is_dropped_and_the_rest_kept() -> None:
    first, card = records(
        with_key(
            "credit",
            '{"remaining_m3":"much","remaining_money":1e400,"basis":"metering","sequence":3,"alarm_m3":5,'
            '"price_version":"a\\u0000b\\ud800c"}',
        )
    )
    assert first == reading({"measured_at": 1, "index_m3": 5}, flags=DROPPED | NOT_FINITE)
    assert card == CardState(
        device="EVC-1",
        measured_at=1_000_000,
        basis=CreditBasis.METERING,
        sequence=3,
        alarm_m3=5.0,
        price_version="a�b?c",
    )


def test_two_streams_are_two_samples_of_one_element() -> None:
    found = decoded(
        '{"measured_at":1,"streams":{"A":{"outlet_gauge_pressure_kpa":200,"slam_shut":"tripped"},'
        '"B":{"outlet_gauge_pressure_kpa":195,"slam_shut":"shut"}}}',
        PRESSURE,
    )
    assert found.elements == 1
    assert found.records == [
        (0, PressureSample(station="RS-1", measured_at=1_000_000, stream=Stream.A, flags=DROPPED,
                           outlet_gauge_pressure_kpa=200.0, slam_shut=SlamShut.TRIPPED)),
        (0, PressureSample(station="RS-1", measured_at=1_000_000, stream=Stream.B, flags=DROPPED,
                           outlet_gauge_pressure_kpa=195.0)),
    ]  # fmt: skip


def test_a_station_speaks_for_itself_beside_its_streams() -> None:
    streams = [
        one.stream
        for one in records('{"measured_at":1,"cabinet_open":false,"streams":{"B":{"flow_m3h":1}}}', PRESSURE)
        if isinstance(one, PressureSample)
    ]
    assert streams == [Stream.SINGLE, Stream.B]


@pytest.mark.parametrize("streams", ["{}", "[]", '{"A":null}', '{"C":{}}'])
def test_a_sample_without_streams_is_of_the_only_one(streams: str) -> None:
    found = sample(f'{{"measured_at":1,"outlet_gauge_pressure_kpa":200,"streams":{streams}}}')
    assert (found.stream, found.outlet_gauge_pressure_kpa) == (Stream.SINGLE, 200.0)


def test_every_key_of_a_reading_arrives() -> None:
    found = reading(
        {
            "measured_at": "2026-03-01T08:00:00+08:00",
            "index_m3": 1.25,
            "base_index_m3": 2.5,
            "mechanical_index_m3": 3.5,
            "disturbed_index_m3": 4.5,
            "base_disturbed_index_m3": 5.5,
            "pressure_kpa": 301.5,
            "gauge_pressure_kpa": 200.5,
            "temperature_degc": -5.5,
            "flow_m3h": 6.5,
            "base_flow_m3h": 7.5,
            "battery_v": 3.6,
            "battery_pct": 55,
            "valve": "fault",
            "meter_bypass_valve": "open",
            "flags": ["lock_open", "reverse_flow"],
            "seq": 9_007_199_254_740_993,
        }
    )
    assert found.measured_at == 1_772_323_200_000_000
    assert (found.index_m3, found.base_index_m3, found.mechanical_index_m3) == (1.25, 2.5, 3.5)
    assert (found.disturbed_index_m3, found.base_disturbed_index_m3) == (4.5, 5.5)
    assert (found.pressure_kpa, found.gauge_pressure_kpa, found.temperature_degc) == (301.5, 200.5, -5.5)
    assert (found.flow_m3h, found.base_flow_m3h, found.battery_v, found.battery_pct) == (6.5, 7.5, 3.6, 55.0)
    assert (found.valve, found.meter_bypass_valve) == (Valve.FAULT, Switch.OPEN)
    assert (found.flags, found.seq) == (Flag.LOCK_OPEN | Flag.REVERSE_FLOW, 9_007_199_254_740_993)


def test_an_event_keeps_its_words_and_a_text_that_can_be_stored() -> None:
    (found,) = records('{"measured_at":1,"code":"relief","state":"once","text":"a\\u0000\\udc00"}', EVENT)
    assert found == DeviceEvent(
        device="EVC-1", measured_at=1_000_000, code="relief", state=EventState.ONCE, text="a�?"
    )


def test_a_gateway_passes_every_kind_on() -> None:
    found = records(
        {
            "messages": [
                {"device": "EVC-1", "kind": "reading", "measured_at": 1, "base_index_m3": 5},
                {"device": "RS-1", "kind": "pressure", "measured_at": 1, "bypass_valve": "open"},
                {"device": "EVC-1", "kind": "event", "measured_at": 1, "code": "case_open", "state": "off"},
            ]
        },
        BATCH,
    )
    assert [type(one).__name__ for one in found] == ["Reading", "PressureSample", "DeviceEvent"]
