"""Any JSON, by a mapping in the route's settings or in ``ingest/decoders/maps``.

The mapping says where each key of the native format stands and in which unit; what it finds is then
held to what the native format asks for: an optional key that is wrong is dropped and flagged, an
element without what it needs is refused alone, keys nobody asked for are noted. docs/decoders.md tells
how a mapping is written.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ingest.decoders._lenient import parse, require_register, salvage, shown
from ingest.decoders._map_spec import TAKES, map_spec
from ingest.decoders._mapping import Compiled, compiled
from ingest.decoders._records import records
from ingest.decoders._topic import name_at
from ingest.decoders._wire import WireReading
from ingest.decoding import Decoded, Decoder, Part, Record, Refusal, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import RawMessage, Reading, Valve
from telemetry.quality import Flag

_FAST: Final = msgspec.json.Decoder()
_NO_KEYS: Final[frozenset[str]] = frozenset()


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return what decodes the payloads of one mapping."""
    mapping = compiled(map_spec(settings))
    return lambda message: _decode(mapping, message)


def _without_mapping(_message: RawMessage) -> Decoded:
    raise DecodeError("decode_error", "json_map has no mapping: its route or source needs settings")


def _decode(mapping: Compiled, message: RawMessage) -> Decoded:
    speaker = name_at(message.topic, mapping.device_level) if mapping.device_level else None
    root = _parsed(message.payload)
    elements = _elements(mapping, root)
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    unknown: set[str] = set(mapping.in_root.unknown(root)) if mapping.elements else set()
    for position, element in enumerate(elements):
        device = speaker
        try:
            keyed = _object(element)
            device = device or _device(mapping, keyed, root)
            taken, lost = _taken(mapping, device, keyed, root)
        except DecodeError as error:
            refusals.append(Refusal(position, error.reason, error.detail, device))
        else:
            found += [(position, record) for record in taken]
            if lost:
                unknown.update(lost)
    return Decoded(
        len(elements),
        found,
        refusals,
        speaker,
        frozenset(unknown) if unknown else _NO_KEYS,
        mapping.local_times,
    )


def _parsed(payload: bytes) -> object:
    try:
        return _FAST.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return parse(payload)


def _elements(mapping: Compiled, root: object) -> Sequence[object]:
    given = root if mapping.elements is None else mapping.elements(root, root)
    if given is None or given == []:
        raise DecodeError("missing_field", "no elements")
    return given if isinstance(given, list) else (given,)


def _object(element: object) -> dict[str, object]:
    if not isinstance(element, dict):
        raise DecodeError("wrong_type", f"{shown(element)}; expected an object")
    return element


def _device(mapping: Compiled, element: object, root: object) -> str:
    given = mapping.device(element, root) if mapping.device else None
    if given is None:
        raise DecodeError("missing_field", "device")
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        raise DecodeError("wrong_type", f"device: {shown(given)}")
    return str(given)


def _taken(
    mapping: Compiled, device: str, element: dict[str, object], root: object
) -> tuple[list[Record], list[str]]:
    """Return what an element says, and the keys of it that nobody asked for."""
    keys = mapping.keys(element, root)
    keys["measured_at"] = mapping.time(element, root)
    unknown = mapping.in_element.unknown(element)
    try:
        wire = msgspec.convert(keys, mapping.wire)
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter: a lone surrogate
        kept, lost = salvage(keys, mapping.wire)
        if isinstance(kept, WireReading):
            require_register(kept, lost)
        return records(device, kept, lost.flags), unknown
    if isinstance(wire, WireReading) and wire.index_m3 is None and wire.base_index_m3 is None:
        raise DecodeError("missing_field", "index_m3 or base_index_m3")
    return records(device, wire), unknown


def explain(message: RawMessage, settings: Settings) -> list[Part]:
    """Tell what stands at each place that the mapping names."""
    mapping = compiled(map_spec(settings))
    try:
        root = _parsed(message.payload)
        elements = _elements(mapping, root)
    except DecodeError as error:
        return [Part(str(error), path="$")]
    named = [one for one in mapping.values if one.place]
    return [
        Part(one.meaning, raw, path=f"{number}: {one.place.text}" if len(elements) > 1 else one.place.text)
        for number, element in enumerate(elements)
        for one in named
        if one.place and (raw := one.look(element, root)) is not None
    ]


_EXAMPLE: Final = {
    "device": "sn",
    "time": {"path": "t", "as": "%Y-%m-%d %H:%M:%S"},
    "elements": "data.points",
    "ignore": ["model"],
    "fields": {
        "index_m3": {"path": "vm", "unit": "L"},
        "gauge_pressure_kpa": {"path": "ai.p", "unit": "MPa"},
        "temperature_degc": {"path": "ai.t", "unit": "degF", "text": True},
        "valve": {"path": "st", "mask": 3, "words": {"0": "open", "1": "closed", "3": "fault"}},
        "flags": {"path": "st", "bits": {"4": "low_battery", "5": "case_open"}},
    },
}
_PAYLOAD: Final = (
    b'{"data":{"points":[{"sn":"EVC-7","t":"1970-01-01 08:00:01","vm":12345,"model":"X",'
    b'"ai":{"p":0.25,"t":"59"},"st":17},{"sn":"EVC-8","t":"1970-01-01 08:00:01","ai":{"p":0.25}}]}}'
)

DECODER: Final = Decoder(
    name="json_map",
    decode=_without_mapping,
    configure=configure,
    takes=TAKES,
    explain=explain,
    vectors=(
        Vector(
            "dtu/gw-1/up",
            _PAYLOAD,
            settings=_EXAMPLE,
            records=[
                Reading(
                    device="EVC-7",
                    measured_at=28_801_000_000,
                    index_m3=12.345,
                    gauge_pressure_kpa=250.0,
                    temperature_degc=15.0,
                    valve=Valve.CLOSED,
                    flags=int(Flag.LOW_BATTERY),
                )
            ],
            reasons=["missing_field"],
        ),
    ),
)
