"""The largest payloads there can be, made to be slow: decoded or refused within bounds."""

import json
import time
import tracemalloc
from typing import Final

import pytest

from ingest.assembly import TOO_LARGE, decode
from ingest.decoding import decoder_named
from simulators.encoders import sparkplug_b, wmbus
from telemetry.model import RawMessage

_SECONDS: Final = 10.0
"""Of processor time; the slowest takes a tenth."""
_MEBIBYTES: Final = 200.0


def filled(begin: bytes, part: bytes, end: bytes = b"") -> bytes:
    return begin + part * ((TOO_LARGE - len(begin) - len(end)) // len(part)) + end


NUMBERS: Final = filled(b"[1", b",1", b"]")
OBJECTS: Final = filled(b"[{}", b",{}", b"]")
FEWER: Final = b"[" + b",".join([b'{"id":"1","media":"gas","total_m3":"much"}'] * 20_000) + b"]"
NESTED: Final = b"[" * TOO_LARGE
ONE_KEY: Final = filled(b'{"id":"', b"9", b'"}')

SENML_NAMES: Final = filled(b'[{"bn":"' + b"x" * 500_000 + b'"}', b',{"n":"1"}', b"]")
SENML_TIMES: Final = b"[%s]" % b",".join(b'{"n":"/3423/0/2","v":1,"t":%d}' % n for n in range(30_000))

P1_LINES: Final = filled(b"/X\n", b"0-1:24.2.1(" + b"(" * 80 + b"\n", b"\n!0000")
P1_CHANNELS: Final = filled(b"/X\n", b"0-1:24.1.0(3)(3)(3)(3)\n", b"\n!")

SETTINGS: Final[dict[str, dict[str, object]]] = {
    "elster_archive": {"device_level": 1},
    "lwm2m": {"device_level": 1},
    "rtl433": {"unit": "ft3"},
    "sparkplug_b": {"fields": {"base_index_m3": "V"}},
}
SPARKPLUG: Final = "spBv1.0/G/DDATA/E/D"
EMPTY_METRICS: Final = filled(b"", b"\x12\x00")
METRICS: Final = b"".join(
    sparkplug_b.payload([sparkplug_b.Metric("V", None, 10, 1.0, at_ms=n)], at_ms=None, seq=None)
    for n in range(19_000)
)
LONG_VARINT: Final = filled(b"\x08", b"\xff", b"\x01")

LARGE: Final[dict[str, list[bytes]]] = {
    "dsmr": [P1_LINES, P1_CHANNELS, filled(b"/", b"\r\n", b"\n!"), filled(b"/", b"\n!")],
    "elster_archive": [
        filled(b"", b"(1)\n"),
        b"(" * TOO_LARGE,
        filled(b"", b"()"),
        filled(b"(Zeit)\n", b"(a)"),
    ],
    "lwm2m": [NUMBERS, OBJECTS, NESTED, SENML_NAMES, SENML_TIMES, filled(b'{"', b"9/", b'":1}')],
    "mbus_json": [NUMBERS, OBJECTS, NESTED, filled(b'{"id":1,"medium":3,"values":[1', b",{}", b"]}")],
    "rtl433": [NUMBERS, OBJECTS, NESTED, filled(b'{"time":"', b"9", b'"}')],
    "sparkplug_b": [EMPTY_METRICS, LONG_VARINT, filled(b"\x12\xfe\xff\x3f", b"\x0a"), METRICS[:-1]],
    "wmbus": [b"2F" * (TOO_LARGE // 2), b"\xff" * TOO_LARGE, filled(b"", b" _"), filled(b"", b"0", b"z")],
    "wmbusmeters": [NUMBERS, OBJECTS, FEWER, NESTED, ONE_KEY],
}


@pytest.mark.parametrize(
    ("family", "payload"), [(family, payload) for family, many in LARGE.items() for payload in many]
)
def test_a_mebibyte_made_to_be_slow_is_answered_within_bounds(family: str, payload: bytes) -> None:
    message = RawMessage(SPARKPLUG if family == "sparkplug_b" else "any/where", payload, 0)
    decoder = decoder_named(family).set(SETTINGS.get(family, {}))
    before = time.process_time()
    found = decode(message, decoder)
    spent_s = time.process_time() - before
    assert found.refusals
    assert all(len(one.detail) < 1000 for one in found.refusals)
    assert spent_s < _SECONDS
    tracemalloc.start()
    decode(message, decoder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 2**20 < _MEBIBYTES


def test_a_telegram_of_nothing_but_extensions_is_refused() -> None:
    payload = wmbus.telegram(7, [b"\xff" * 200])
    assert (
        decode(RawMessage("t", payload, 0), decoder_named("wmbus"))
        .refusals[0]
        .detail.startswith("more than 10")
    )


def test_an_element_nested_deeply_is_refused_alone() -> None:
    deep = json.loads("[" * 500 + "]" * 500)
    payload = json.dumps([{"media": deep, "id": "1"}, {"media": "gas", "id": "2", "total_m3": 1}]).encode()
    found = decode(RawMessage("t", payload, 0), decoder_named("wmbusmeters"))
    assert [one.element for one in found.refusals] == [0]
    assert [position for position, _ in found.records] == [1]
