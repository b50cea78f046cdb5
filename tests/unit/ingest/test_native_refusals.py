"""Every reason for which the native format is refused, and that it costs no neighbour."""

import pytest

from ingest.assembly import TOO_LARGE
from tests.unit.ingest.payloads import BATCH, EVENT, PRESSURE, TOPIC, decoded, reading, reasons, records

GOOD = {"measured_at": 1, "index_m3": 5}
WHOLE_PAYLOAD = [
    ("not_utf8", TOPIC, b'{"measured_at":1,"index_m3":1,"note":"\xff"}'),
    ("not_utf8", TOPIC, b"\xff\xfe{}"),
    ("not_utf8", TOPIC, b'{"measured_at":1,"index_m3":1,"note":"\xed\xa0\x80"}'),
    ("not_json", TOPIC, b""),
    ("not_json", TOPIC, b"\0"),
    ("not_json", TOPIC, b"hello"),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":1'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":1} {}'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":NaN}'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":1,"flow_m3h":-Infinity}'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":12,5}'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":+1}'),
    ("not_json", TOPIC, b'{"measured_at":1,"index_m3":007}'),
    ("not_json", TOPIC, b"[" * 10_000 + b"]" * 10_000),
    ("not_json", TOPIC, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    ("missing_field", TOPIC, b"[]"),
    ("missing_field", BATCH, b"{}"),
    ("missing_field", BATCH, b'{"messages":null}'),
    ("missing_field", BATCH, b'{"messages":[]}'),
    ("wrong_type", BATCH, b'{"messages":{}}'),
    ("wrong_type", BATCH, b"5"),
    ("too_large", TOPIC, b" " * (TOO_LARGE + 1)),
    ("unknown_topic", "citygas/v1/north/EVC-1", b"{}"),
    ("unknown_topic", "citygas/v1/north/EVC-1/readings", b"{}"),
    ("unknown_topic", "citygas/v1/north/EVC-1/reading/now", b"{}"),
    ("unknown_topic", "citygas/v2/north/EVC-1/reading", b"{}"),
]
ELEMENT = [
    ("wrong_type", TOPIC, "5"),
    ("wrong_type", TOPIC, "[]"),
    ("wrong_type", TOPIC, "null"),
    ("missing_field", TOPIC, "{}"),
    ("missing_field", TOPIC, '{"index_m3":5}'),
    ("missing_field", TOPIC, '{"index_m3":5,"measured_at":null}'),
    ("missing_field", TOPIC, '{"measured_at":1}'),
    ("missing_field", TOPIC, '{"measured_at":1,"index_m3":null,"flow_m3h":3}'),
    ("missing_field", EVENT, '{"measured_at":1,"state":"on"}'),
    ("missing_field", EVENT, '{"measured_at":1,"code":"case_open"}'),
    ("wrong_type", TOPIC, '{"measured_at":"2026-01-01T00:00:00","index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":"yesterday","index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":"1767225600","index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":true,"index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":[1],"index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":"\\ud800","index_m3":5}'),
    ("wrong_type", TOPIC, '{"measured_at":1,"index_m3":"5"}'),
    ("wrong_type", TOPIC, '{"measured_at":1,"index_m3":true}'),
    ("wrong_type", TOPIC, '{"measured_at":1,"index_m3":12345678901234567890}'),
    ("wrong_type", EVENT, '{"measured_at":1,"code":"kaput","state":"on"}'),
    ("wrong_type", EVENT, '{"measured_at":1,"code":"case_open","state":"perhaps"}'),
    ("not_finite", TOPIC, '{"measured_at":1,"index_m3":1e400}'),
    ("not_finite", TOPIC, '{"measured_at":1,"index_m3":-1e400,"base_index_m3":null}'),
    ("not_finite", TOPIC, '{"measured_at":1e400,"index_m3":1}'),
    ("not_finite", TOPIC, '{"measured_at":1,"index_m3":1' + 400 * "0" + "}"),
    ("not_finite", TOPIC, '{"measured_at":1,"index_m3":1' + 5000 * "0" + "}"),
    ("identity_mismatch", TOPIC, '{"measured_at":1,"index_m3":5,"device":"EVC-2"}'),
    ("identity_mismatch", TOPIC, '{"measured_at":1,"index_m3":5,"device":["EVC-1"]}'),
    ("missing_field", BATCH, '{"kind":"reading","measured_at":1,"index_m3":5}'),
    ("missing_field", BATCH, '{"device":"EVC-1","measured_at":1,"index_m3":5}'),
    ("wrong_type", BATCH, '{"device":7,"kind":"reading","measured_at":1,"index_m3":5}'),
    ("wrong_type", BATCH, '{"device":"EVC-1","kind":"batch","measured_at":1,"index_m3":5}'),
    ("wrong_type", BATCH, '{"device":"EVC-1","kind":["reading"],"measured_at":1,"index_m3":5}'),
    ("missing_field", PRESSURE, '{"outlet_gauge_pressure_kpa":5}'),
]


@pytest.mark.parametrize(("reason", "topic", "payload"), WHOLE_PAYLOAD)
def test_a_whole_payload_is_refused(reason: str, topic: str, payload: bytes) -> None:
    found = decoded(payload, topic)
    assert (found.elements, found.records) == (1, ())
    assert [(one.element, one.reason) for one in found.refusals] == [(None, reason)]


@pytest.mark.parametrize(("reason", "topic", "element"), ELEMENT)
def test_one_element_is_refused_alone(reason: str, topic: str, element: str) -> None:
    good = {
        TOPIC: '{"measured_at":1,"index_m3":5}',
        PRESSURE: '{"measured_at":1,"outlet_gauge_pressure_kpa":5}',
        EVENT: '{"measured_at":1,"code":"case_open","state":"on"}',
        BATCH: '{"device":"EVC-1","kind":"reading","measured_at":1,"index_m3":5}',
    }[topic]
    array = f"[{good},{element},{good}]"
    found = decoded(f'{{"messages":{array}}}' if topic == BATCH else array, topic)
    assert found.elements == 3
    assert [(one.element, one.reason) for one in found.refusals] == [(1, reason)]
    assert [position for position, _ in found.records] == [0, 2]


@pytest.mark.parametrize("seconds", ["1e305", "1.7976931348623157e308", "1e400", "-1e305"])
def test_a_time_beyond_all_bounds_costs_no_neighbour(seconds: str) -> None:
    found = decoded(f'[{{"measured_at":1,"index_m3":5}},{{"measured_at":{seconds},"index_m3":5}}]')
    assert (0, reading(GOOD)) in found.records
    assert len(found.records) + len(found.refusals) == 2


def test_a_payload_of_the_largest_size_is_taken() -> None:
    payload = b'{"measured_at":1,"index_m3":5}'
    assert reading(payload + b" " * (TOO_LARGE - len(payload))) == reading(GOOD)


def test_an_element_nested_as_deeply_as_json_allows_is_refused_alone() -> None:
    deep = "[" * 900 + "]" * 900
    assert reasons(f'[{{"measured_at":{deep},"index_m3":5}},{{"measured_at":1,"index_m3":5}}]') == [
        (0, "wrong_type")
    ]
    assert reasons(f'{{"measured_at":1,"index_m3":5,"device":{deep}}}') == [(0, "identity_mismatch")]


def test_a_bad_envelope_in_an_array_costs_no_other() -> None:
    envelope = '{"messages":[{"device":"EVC-1","kind":"reading","measured_at":1,"index_m3":5}]}'
    assert reasons(f"[{envelope},5,{envelope}]", BATCH) == [(1, "wrong_type")]
    assert len(records(f"[{envelope},{envelope}]", BATCH)) == 2


def test_a_refusal_names_the_device() -> None:
    (of_the_topic,) = decoded("{}").refusals
    (of_the_payload,) = decoded('{"messages":[{"device":"EVC-7","kind":"reading"}]}', BATCH).refusals
    assert (of_the_topic.device, of_the_payload.device) == ("EVC-1", "EVC-7")
