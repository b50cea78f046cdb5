"""Any bytes by any mapping that was taken: a record or a refusal, never a crash, and what is meant."""

import json
from collections.abc import Sequence
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from ingest.assembly import decode
from ingest.decoders._wire import WireCredit, WireReading
from ingest.decoding import Decoded, decoder_named
from telemetry.model import RawMessage
from tests.property.test_decode import ANY_JSON, READING, closes, of_kind, written

KEYS: Final = st.sampled_from(["a", "b", "c.d", "e.0", "f[n=x].v", "$.g"])
WRITTEN: Final = st.sampled_from(
    ["rfc3339", "local", "epoch_s", "epoch_ms", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"]
)
WORDS: Final = {
    "valve": ["open", "closed", "fault"],
    "meter_bypass_valve": ["open", "closed"],
    "basis": ["base"],
}
UNITS: Final = {
    "index_m3": ["L", "m3", "ft3"],
    "pressure_kpa": ["bar", "MPa", "psi"],
    "degc": ["K", "degF"],
    "m3h": ["m3/h", "L/min"],
    "_v": ["mV"],
    "pct": ["percent"],
}


def specs(name: str) -> st.SearchStrategy[object]:
    """Return what a mapping may say of a key."""
    if name in WORDS:
        said = st.dictionaries(st.sampled_from(["0", "1", "true", "x"]), st.sampled_from(WORDS[name]))
        more: dict[str, st.SearchStrategy[Any]] = {"mask": st.integers(0, 255), "words": said}
    elif name in ("seq", "sequence"):
        more = {"text": st.booleans()}
    elif name == "price_version":
        more = {"words": st.dictionaries(st.sampled_from(["0", "x"]), st.text(max_size=3))}
    else:
        units = next((units for end, units in UNITS.items() if name.endswith(end)), [])
        more = {
            "factor": st.floats(-1e6, 1e6).filter(lambda factor: abs(factor) > 1e-9),
            "offset": st.floats(-1e6, 1e6),
            "text": st.booleans(),
            **({"unit": st.sampled_from(units)} if units else {}),
        }
    return KEYS | st.fixed_dictionaries({"path": KEYS}, optional=more)


def tables(names: Sequence[str]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={name: specs(name) for name in names})


FLAGS: Final = st.fixed_dictionaries(
    {"path": KEYS}, optional={"bits": st.dictionaries(st.sampled_from("0123"), st.just("case_open"))}
)
NAMES: Final = [
    name for name in WireReading.__struct_fields__ if name not in ("measured_at", "flags", "credit")
]
FIELDS: Final = st.builds(
    lambda register, fields, more: {"index_m3": register, **fields, **more},
    KEYS,
    tables(NAMES),
    st.fixed_dictionaries({}, optional={"flags": FLAGS, "credit": tables(WireCredit.__struct_fields__)}),
)
MAPPINGS: Final = st.fixed_dictionaries(
    {
        "device": KEYS,
        "time": st.fixed_dictionaries({"path": KEYS, "as": WRITTEN}),
        "fields": FIELDS,
    },
    optional={
        "elements": KEYS.filter(lambda key: not key.startswith("$")),
        "ignore": st.lists(KEYS, max_size=2),
    },
)
SAID: Final = st.one_of(
    ANY_JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "a": ANY_JSON | st.just("1970-01-01 00:00:01"),
            "b": ANY_JSON | st.integers(),
            "c": st.fixed_dictionaries({"d": ANY_JSON}),
            "e": st.lists(ANY_JSON, max_size=2),
            "f": st.lists(st.fixed_dictionaries({"n": st.just("x"), "v": ANY_JSON}), max_size=2),
            "g": ANY_JSON,
        },
    ),
)


def by(settings: dict[str, Any], payload: bytes) -> Decoded:
    decoder = decoder_named("json_map").set(settings)
    message = RawMessage("t", payload, 0)
    assert all(part.path for part in decoder.parts(message))
    return decode(message, decoder)


@given(MAPPINGS, SAID | st.lists(SAID, max_size=3))
def test_any_json_by_any_mapping_is_decoded_or_refused(settings: dict[str, Any], value: object) -> None:
    found = by(settings, written(value).encode())
    assert closes(found)
    assert all(one.reason != "decode_error" for one in found.refusals)


@given(MAPPINGS, st.binary(max_size=60))
def test_any_bytes_by_any_mapping_are_decoded_or_refused(settings: dict[str, Any], payload: bytes) -> None:
    found = by(settings, payload)
    assert closes(found)
    assert all(one.reason != "decode_error" for one in found.refusals)


@given(READING)
def test_the_native_format_s_own_keys_mapped_to_themselves_mean_the_same(element: dict[str, Any]) -> None:
    """What the mapping adds is a name for the device; what is kept, dropped and refused is as it was."""
    fields: dict[str, Any] = {name: name for name in element if name not in ("measured_at", "credit")}
    if isinstance(element.get("credit"), dict):
        fields["credit"] = {name: f"credit.{name}" for name in element["credit"]}
    as_written = "rfc3339" if isinstance(element["measured_at"], str) else "epoch_s"
    settings = {"device": "id", "time": {"path": "measured_at", "as": as_written}, "fields": fields}
    native = of_kind("reading", json.dumps(element).encode())
    mapped = by(settings, json.dumps(element | {"id": "D"}).encode())
    # An empty credit says nothing here, and that it was empty there.
    told = [record for _, record in native.records]
    assert [record for _, record in mapped.records] == (told if element.get("credit") != {} else told[:1])
