"""Whatever is published is decoded or refused, and what is well formed means the same by either way."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.assembly import decode
from ingest.decoders._lenient import salvage
from ingest.decoders._records import records
from ingest.decoders._wire import KINDS
from ingest.decoding import Decoded, decoders
from telemetry.batch import REGISTER_LIMIT_M3
from telemetry.model import RawMessage

KINDS_AND_BATCH: Final = (*KINDS, "batch")
NUMBERS = st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15))
REGISTERS = st.one_of(
    st.integers(-int(REGISTER_LIMIT_M3), int(REGISTER_LIMIT_M3)),
    st.floats(-REGISTER_LIMIT_M3, REGISTER_LIMIT_M3),
)
MINUTES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.one_of(
    st.integers(-(10**11), 10**11),
    st.floats(-1e11, 1e11),
    st.datetimes(timezones=MINUTES).map(datetime.isoformat),
)
WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
SWITCHES = st.sampled_from(["open", "closed"])
FLAGS = st.sampled_from(["low_battery", "magnetic_tamper", "case_open", "lock_open", "clock_set"])
TEXTS = st.text(max_size=20)

CREDIT = st.fixed_dictionaries(
    {},
    optional={
        "remaining_m3": NUMBERS,
        "remaining_money": NUMBERS,
        "basis": st.sampled_from(["metering", "base"]),
        "cumulative_purchased_m3": NUMBERS,
        "sequence": WHOLE,
        "price_version": TEXTS,
    },
)
READING = st.fixed_dictionaries(
    {"measured_at": TIMES, "index_m3": REGISTERS},
    optional={
        "base_index_m3": st.none() | REGISTERS,
        "pressure_kpa": st.none() | NUMBERS,
        "temperature_degc": NUMBERS,
        "battery_pct": NUMBERS,
        "valve": st.sampled_from(["open", "closed", "fault"]),
        "meter_bypass_valve": st.none() | SWITCHES,
        "flags": st.lists(FLAGS, max_size=3),
        "credit": st.none() | CREDIT,
        "seq": WHOLE,
    },
)
STREAM: Final[dict[str, st.SearchStrategy[Any]]] = {
    "inlet_gauge_pressure_kpa": NUMBERS,
    "outlet_gauge_pressure_kpa": st.none() | NUMBERS,
    "flow_m3h": NUMBERS,
    "slam_shut": st.sampled_from(["open", "tripped"]),
    "relief": SWITCHES,
    "cabinet_open": st.none() | st.booleans(),
}
PRESSURE = st.fixed_dictionaries(
    {"measured_at": TIMES},
    optional={
        **STREAM,
        "streams": st.none()
        | st.fixed_dictionaries({}, optional=dict.fromkeys("AB", st.fixed_dictionaries({}, optional=STREAM))),
    },
)
EVENT = st.fixed_dictionaries(
    {
        "measured_at": TIMES,
        "code": FLAGS | st.just("relief"),
        "state": st.sampled_from(["on", "off", "once"]),
    },
    optional={"text": st.none() | TEXTS},
)
WELL_FORMED: Final[dict[str, st.SearchStrategy[dict[str, Any]]]] = {
    "reading": READING,
    "pressure": PRESSURE,
    "event": EVENT,
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def written(value: object) -> str:
    """Return JSON in which the infinite is a number that no float holds."""
    return json.dumps(value).replace("Infinity", "1e400")


def of_kind(kind: str, payload: bytes) -> Decoded:
    return decode(RawMessage(f"citygas/v1/north/D/{kind}", payload, 0), decoders()["native"])


@st.composite
def elements(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    kind = draw(st.sampled_from(sorted(WELL_FORMED)))
    return kind, draw(WELL_FORMED[kind])


@given(elements())
@example(("reading", {"measured_at": -0.0, "index_m3": -0.0, "seq": -(2**63) + 1}))
@example(("reading", {"measured_at": "0001-01-01T00:00:00+23:59", "index_m3": 0}))
def test_a_well_formed_element_means_the_same_by_the_fast_and_the_lenient_way(
    given_element: tuple[str, dict[str, Any]],
) -> None:
    kind, element = given_element
    payload = json.dumps(element).encode()
    wire, lost = salvage(json.loads(payload), KINDS[kind])
    fast = msgspec.json.decode(payload, type=KINDS[kind])
    assert fast == wire
    assert (lost.dropped, lost.unknown) == ({}, set())
    assert [one for _, one in of_kind(kind, payload).records] == records("D", wire)


@given(elements())
def test_beside_a_bad_element_a_well_formed_one_means_the_same(
    given_element: tuple[str, dict[str, Any]],
) -> None:
    kind, element = given_element
    alone = of_kind(kind, json.dumps(element).encode())
    beside = of_kind(kind, json.dumps([5, element]).encode())
    assert [one for _, one in beside.records] == [one for _, one in alone.records]
    assert [(one.element, one.reason) for one in beside.refusals] == [(0, "wrong_type")]


@given(elements())
def test_a_gateway_s_element_means_what_the_device_s_own_would(
    given_element: tuple[str, dict[str, Any]],
) -> None:
    kind, element = given_element
    own = of_kind(kind, json.dumps(element).encode())
    passed_on = of_kind(
        "batch", json.dumps({"messages": [{"device": "D", "kind": kind, **element}]}).encode()
    )
    assert passed_on.records == own.records


def closes(found: Decoded) -> bool:
    """Tell whether each element is found again, in records or in a refusal, and never in both."""
    recorded = {position for position, _ in found.records}
    refused = [one.element for one in found.refusals]
    if refused == [None]:
        return (found.elements, recorded) == (1, set())
    return sorted([*recorded, *(one for one in refused if one is not None)]) == list(range(found.elements))


@given(st.sampled_from(KINDS_AND_BATCH), st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(kind: str, payload: bytes) -> None:
    found = of_kind(kind, payload)
    assert closes(found)
    assert all(one.reason != "decode_error" for one in found.refusals)


@given(st.sampled_from(KINDS_AND_BATCH), ANY_JSON)
def test_any_json_is_decoded_or_refused(kind: str, value: object) -> None:
    found = of_kind(kind, written(value).encode())
    assert closes(found)
    assert all(one.reason != "decode_error" for one in found.refusals)


@given(elements(), st.data())
def test_an_element_with_anything_in_one_key_is_decoded_or_refused(
    given_element: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    kind, element = given_element
    key = data.draw(st.sampled_from([*KINDS[kind].__struct_fields__, "device", "kind"]))
    good = json.dumps(element)
    bad = written(element | {key: data.draw(ANY_JSON)})
    found = of_kind(kind, f"[{good},{bad},{good}]".encode())
    assert closes(found)
    assert {0, 2} <= {position for position, _ in found.records}
    assert all(one.reason != "decode_error" for one in found.refusals)


@given(st.text(max_size=80), st.binary(max_size=40))
def test_any_topic_is_decoded_or_refused(topic: str, payload: bytes) -> None:
    assert closes(decode(RawMessage(topic, payload, 0), decoders()["native"]))
