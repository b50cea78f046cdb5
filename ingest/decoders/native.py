"""The native format: JSON under ``citygas/v1/{area}/{device}/{kind}``.

========  ==========================================  =============================
kind      payload                                     who the fourth level is
========  ==========================================  =============================
reading   an object, or an array of them              the device of a meter
pressure  an object, or an array of them              a regulator station
event     an object, or an array of them              a device or a station
batch     ``{"messages": [{"device", "kind", …}]}``   a gateway
========  ==========================================  =============================

A well-formed payload is decoded at once into typed structs. Anything else goes element by
element: an optional key that is wrong is dropped and flagged, an element without what it needs
is refused alone.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from ingest.decoders._json_parts import json_parts
from ingest.decoders._lenient import Salvage, parse, require_register, salvage, shown
from ingest.decoders._records import records
from ingest.decoders._wire import KINDS, Wire, WireBatch, WireReading
from ingest.decoding import Decoded, Decoder, Record, Refusal, Vector
from telemetry.errors import DecodeError
from telemetry.model import DeviceEvent, EventState, PressureSample, RawMessage, Reading

_LEVELS: Final = 5
_FAST: Final = {kind: msgspec.json.Decoder(wire | list[wire]) for kind, wire in KINDS.items()}  # type: ignore[valid-type]  # a type made at run time
_FAST_BATCH: Final = msgspec.json.Decoder(WireBatch)
_ENVELOPE: Final = frozenset({"device", "kind"})


def decode(message: RawMessage) -> Decoded:
    """Decode one publication; what is wrong with the whole of it is a refusal without element."""
    levels = message.topic.split("/")
    if len(levels) != _LEVELS or levels[:2] != ["citygas", "v1"] or levels[4] not in (*KINDS, "batch"):
        return _refused(DecodeError("unknown_topic", "expected citygas/v1/{area}/{device}/{kind}"), None)
    speaker, kind = levels[3], levels[4]
    try:
        if kind == "batch":
            return _decode_batch(speaker, message.payload)
        return _decode_kind(speaker, kind, message.payload)
    except DecodeError as error:
        return _refused(error, speaker)


def _decode_kind(device: str, kind: str, payload: bytes) -> Decoded:
    try:
        decoded = _FAST[kind].decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        elements = _elements(parse(payload))
        return _one_by_one(device, elements, lambda element: _lenient(device, kind, element))
    wires: Sequence[Wire] = decoded if isinstance(decoded, list) else (decoded,)
    return _well_formed(device, [(device, wire) for wire in wires])


def _decode_batch(gateway: str, payload: bytes) -> Decoded:
    try:
        batch = _FAST_BATCH.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        envelopes = _envelopes(parse(payload))
        elements = [element for messages, _ in envelopes for element in messages]
        decoded = _one_by_one(gateway, elements, _lenient_of_gateway)
        return replace(decoded, unknown_keys=decoded.unknown_keys.union(*(keys for _, keys in envelopes)))
    return _well_formed(gateway, [(wire.device, wire) for wire in batch.messages])


def _well_formed(speaker: str, wires: Sequence[tuple[str, Wire]]) -> Decoded:
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    for position, (device, wire) in enumerate(wires):
        if isinstance(wire, WireReading) and wire.index_m3 is None and wire.base_index_m3 is None:
            refusals.append(Refusal(position, "missing_field", "index_m3 or base_index_m3", device))
        else:
            found += [(position, record) for record in records(device, wire)]
    return _checked(Decoded(len(wires), found, refusals, speaker))


def _one_by_one(
    speaker: str, elements: Sequence[object], take: Callable[[object], tuple[list[Record], Salvage]]
) -> Decoded:
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    unknown: set[str] = set()
    for position, element in enumerate(elements):
        try:
            taken, lost = take(element)
        except DecodeError as error:
            refusals.append(Refusal(position, error.reason, error.detail, _named(element) or speaker))
        else:
            found.extend((position, record) for record in taken)
            unknown |= lost.unknown
    return _checked(Decoded(len(elements), found, refusals, speaker, frozenset(unknown)))


def _envelopes(parsed: object) -> list[tuple[list[object], set[str]]]:
    """Return each envelope's messages and unknown keys; in an array, what is none stands for itself."""
    if not isinstance(parsed, list):
        return [_envelope(parsed)]
    found: list[tuple[list[object], set[str]]] = []
    for one in parsed:
        try:
            found.append(_envelope(one))
        except DecodeError:
            found.append(([one], set()))
    return found


def _envelope(given: object) -> tuple[list[object], set[str]]:
    if not isinstance(given, dict):
        raise DecodeError("wrong_type", 'expected {"messages": […]}')
    messages = given.get("messages")
    if not isinstance(messages, list):
        raise DecodeError(
            "missing_field" if messages is None else "wrong_type", "messages: expected an array"
        )
    return messages, given.keys() - {"messages"}


def _lenient(device: str, kind: str, element: object) -> tuple[list[Record], Salvage]:
    if not isinstance(element, dict):
        raise DecodeError("wrong_type", "expected an object")
    if element.get("device") not in (None, device):
        raise DecodeError("identity_mismatch", f"the topic says {device}, not {shown(element['device'])}")
    wire, lost = salvage(element, KINDS[kind], _ENVELOPE)
    if isinstance(wire, WireReading):
        require_register(wire, lost)
    return records(device, wire, lost.flags), lost


def _lenient_of_gateway(element: object) -> tuple[list[Record], Salvage]:
    if not isinstance(element, dict):
        raise DecodeError("wrong_type", "expected an object")
    device, kind = element.get("device"), element.get("kind")
    for name, value in (("device", device), ("kind", kind)):
        if value is None:
            raise DecodeError("missing_field", name)
    if not isinstance(device, str) or not isinstance(kind, str) or kind not in KINDS:
        raise DecodeError("wrong_type", "device: a name; kind: reading, pressure or event")
    return _lenient(device, kind, element)


def _elements(parsed: object) -> Sequence[object]:
    return parsed if isinstance(parsed, list) else (parsed,)


def _checked(decoded: Decoded) -> Decoded:
    if decoded.elements == 0:
        raise DecodeError("missing_field", "an empty array")
    return decoded


def _named(element: object) -> str | None:
    name = element.get("device") if isinstance(element, dict) else None
    return name[:64] if isinstance(name, str) else None


def _refused(error: DecodeError, speaker: str | None) -> Decoded:
    return Decoded(1, refusals=[Refusal(None, error.reason, error.detail, speaker)], speaker=speaker)


DECODER: Final = Decoder(
    name="native",
    decode=decode,
    explain=lambda message, _settings: json_parts(message.payload),
    vectors=(
        Vector(
            "citygas/v1/north/EVC-1/reading",
            b'{"measured_at":"1970-01-01T08:00:01+08:00","index_m3":12.5,"pressure_kpa":301.5}',
            records=[Reading(device="EVC-1", measured_at=1_000_000, index_m3=12.5, pressure_kpa=301.5)],
        ),
        Vector(
            "citygas/v1/north/RS-1/pressure",
            b'[{"measured_at":0.5,"outlet_gauge_pressure_kpa":200},{"outlet_gauge_pressure_kpa":200}]',
            records=[PressureSample(station="RS-1", measured_at=500_000, outlet_gauge_pressure_kpa=200.0)],
            reasons=["missing_field"],
        ),
        Vector(
            "citygas/v1/north/GW-1/batch",
            b'{"messages":[{"device":"RS-1","kind":"event","measured_at":1,"code":"slam_shut","state":"on"}]}',
            records=[
                DeviceEvent(device="RS-1", measured_at=1_000_000, code="slam_shut", state=EventState.ON)
            ],
        ),
        Vector("citygas/v1/north/EVC-1/reading", b'{"measured_at":1,"index_m3":NaN}', reasons=["not_json"]),
    ),
)
