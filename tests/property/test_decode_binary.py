"""Whatever a data terminal or a network server passes on is decoded or refused, in bounded time."""

import json
import sys
import tracemalloc
from base64 import b64encode
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.assembly import TOO_LARGE
from ingest.decoding import Decoded, Decoder, decoder_named
from simulators.encoders import cjt188, modbus
from telemetry.errors import DecodeError
from telemetry.model import RawMessage
from tests.binary_families import FAMILIES, closes, payloads, routes, told

ROUTES: Final = routes()
SENT: Final = payloads()
ANY_ROUTE = st.sampled_from(ROUTES)
REASONS: Final = {
    "not_utf8",
    "not_json",
    "missing_field",
    "wrong_type",
    "not_finite",
    "unknown_device",
    "unknown_topic",
    "decode_error",
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def sound(found: Decoded | DecodeError) -> bool:
    if isinstance(found, DecodeError):
        return found.reason in REASONS and bool(found.detail)
    assert all(one.reason in REASONS and one.detail for one in found.refusals)
    return closes(found)


@st.composite
def altered(draw: st.DrawFn) -> bytes:
    """Return a payload of a vector with some bytes changed, left out, put in or repeated."""
    payload = bytearray(draw(st.sampled_from(SENT)))
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(payload)))
        end = draw(st.integers(begin, min(len(payload), begin + 8)))
        payload[begin:end] = draw(st.binary(max_size=8))
    return bytes(payload) * draw(st.integers(1, 3))


@given(ANY_ROUTE, st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(decoder: Decoder, payload: bytes) -> None:
    assert sound(told(decoder, payload))


@given(ANY_ROUTE, altered())
def test_a_payload_changed_on_its_way_is_decoded_or_refused(decoder: Decoder, payload: bytes) -> None:
    assert sound(told(decoder, payload))


@given(ANY_ROUTE, st.text(alphabet="0123456789abcdefABCDEF \r\n", max_size=300))
def test_any_text_of_digits_is_decoded_or_refused(decoder: Decoder, text: str) -> None:
    assert sound(told(decoder, text.encode()))


@given(ANY_ROUTE, st.text(max_size=30), st.sampled_from(SENT))
def test_any_topic_is_decoded_or_refused(decoder: Decoder, topic: str, payload: bytes) -> None:
    assert sound(told(decoder, payload, topic))


def network_servers() -> st.SearchStrategy[tuple[Decoder, dict[str, Any]]]:
    events = {
        "chirpstack": ("time", "deviceInfo", "data", "object"),
        "ttn": ("end_device_ids", "received_at", "uplink_message"),
    }
    return st.sampled_from([one for one in ROUTES if one.name in events]).flatmap(
        lambda decoder: st.tuples(
            st.just(decoder),
            st.dictionaries(st.sampled_from(events[decoder.name]), ANY_JSON, max_size=3),
        )
    )


@given(network_servers())
def test_an_event_with_anything_in_its_keys_is_decoded_or_refused(
    given_event: tuple[Decoder, dict[str, Any]],
) -> None:
    decoder, changes = given_event
    whole = json.loads(next(one.payload for one in decoder_named(decoder.name).vectors))
    assert sound(told(decoder, json.dumps(whole | changes).encode()))


@given(st.sampled_from([one for one in ROUTES if one.name in ("chirpstack", "ttn")]), st.binary(max_size=20))
def test_any_frame_in_an_uplink_is_decoded_or_refused(decoder: Decoder, frame: bytes) -> None:
    event = next(one.payload for one in decoder_named(decoder.name).vectors)
    payload = event.replace(b"BAwMAQAxhAAAA1YK4w==", b64encode(frame))
    assert payload != event or frame == bytes.fromhex("040C0C0100318400000356 0AE3")
    assert sound(told(decoder, payload))


@given(ANY_ROUTE, st.one_of(altered(), st.binary(max_size=100)))
def test_the_parts_of_any_payload_lie_within_it(decoder: Decoder, payload: bytes) -> None:
    for part in decoder.parts(RawMessage("a/b", payload, 0)):
        assert part.meaning
        assert (part.begin is None) == (part.end is None)
        if part.begin is not None and part.end is not None:
            assert 0 <= part.begin <= part.end <= len(payload)


def filled(*pattern: bytes) -> bytes:
    """Return a payload as long as one may be, of a pattern over and over."""
    whole = b"".join(pattern)
    return (whole * (TOO_LARGE // len(whole) + 1))[:TOO_LARGE]


LONGEST: Final = {
    "start bytes": filled(b"\x68"),
    "start bytes as text": filled(b"68"),
    "preambles": filled(b"\xfe"),
    "starts with an end where they say": filled(b"\x68\x30" + b"\x00" * 8 + b"\x01\x16\x16"),
    "starts that say the longest data": filled(b"\x68" * 10 + b"\xff"),
    "frames with a wrong checksum": filled(cjt188.request("00000000000001")[4:-2] + b"\0\x16"),
    "frames that are requests": filled(cjt188.request("00000000000001")),
    "Modbus heads": filled(b"\x01\x03\x02"),
    "Modbus heads of the longest": filled(b"\x01\x03\xfe"),
    "Modbus failures": filled(modbus.failure(1, 2)),
    "Modbus requests": filled(modbus.request(1, 0, 1)),
    "nothing": bytes(TOO_LARGE),
    "digits": filled(b"0"),
    "space": filled(b" "),
    "brackets": filled(b"["),
    "objects": filled(b'{"a":'),
    "numbers": b'{"time":' + b"9" * (TOO_LARGE - 9) + b"}",
    "a long frame": b'{"time":"2026-03-01T00:00:00Z","deviceInfo":{"devEui":"1"},"data":"'
    + b"A" * (TOO_LARGE - 100 - TOO_LARGE % 4)
    + b'"}',
}


STEPS_A_BYTE: Final = 10
BYTES_A_BYTE: Final = 16


class Effort:
    """Counts what a decoder does, in lines of Python: what it does in C is one pass over the payload."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(self, frame: object, event: str, argument: object) -> "Effort":
        """Count a line, as `sys.settrace` asks."""
        del frame, argument
        self.lines += event == "line"
        return self


ONE_A_FAMILY: Final = [next(one for one in ROUTES if one.name == name) for name in FAMILIES]


@pytest.mark.parametrize("payload", LONGEST.values(), ids=LONGEST.keys())
@pytest.mark.parametrize("decoder", ONE_A_FAMILY, ids=lambda one: str(one.name))
def test_the_longest_payload_costs_a_bounded_number_of_steps(decoder: Decoder, payload: bytes) -> None:
    effort = Effort()
    sys.settrace(effort)
    try:
        found = told(decoder, payload)
    finally:
        sys.settrace(None)
    assert sound(found)
    assert effort.lines < STEPS_A_BYTE * TOO_LARGE


@pytest.mark.parametrize(
    "name", ["frames that are requests", "Modbus failures", "digits", "objects", "a long frame"]
)
@pytest.mark.parametrize("decoder", ONE_A_FAMILY, ids=lambda one: str(one.name))
def test_the_longest_payload_takes_bounded_memory(decoder: Decoder, name: str) -> None:
    tracemalloc.start()
    try:
        found = told(decoder, LONGEST[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sound(found)
    assert peak < BYTES_A_BYTE * TOO_LARGE
