"""Sparkplug B 3.0: ``spBv1.0/{group}/{type}/{edge}[/{device}]``, protobuf.

==================  =================================================  =======================================
type                is                                                 becomes
==================  =================================================  =======================================
NBIRTH, DBIRTH      all metrics of an edge node, of a device, with     what its aliases mean from then on; an
                    their names, datatypes, aliases and values         event ``birth``, and a reading
NDATA, DDATA        metrics that changed, by alias or by name          a reading for each time they tell
NDEATH, DDEATH      it is gone                                         nothing: ``device_silent`` notices
NCMD, DCMD, STATE   for others                                         nothing
==================  =================================================  =======================================

A metric (`_sparkplug_b.proto`) is name 1, alias 2, timestamp 3 [ms], datatype 4, null 7 and one value of 10
to 15; a payload is timestamp 1, metrics 2, seq 3. Which metric is which key of ours, and in which unit, the
route says in ``fields``, as of `json_map`. The device is the last level of the topic; the edge node speaks
for it. A metric without timestamp has the payload's, a payload without one its arrival's.

An event ``birth`` keeps a birth findable: whoever reads on after a restart has read all births before
(`Decoder.remembers`). Why so: docs/decisions/0026. Source: Sparkplug 3.0.0, chapters 4 and 6.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from ingest.decoders._one_by_one import one_by_one
from ingest.decoders._sparkplug_births import Aliases, NoBirthError
from ingest.decoders._sparkplug_parts import explain
from ingest.decoders._sparkplug_payload import Payload, sparkplug_payload
from ingest.decoders._sparkplug_route import TAKES, US_PER_MS, SparkplugRoute, needs_birth
from ingest.decoders._sparkplug_samples import NBIRTH, NDATA
from ingest.decoders._sparkplug_topic import Speaker, spoken
from ingest.decoding import Decoded, Decoder, Refusal, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import SECOND, DeviceEvent, Instant, RawMessage, Reading

BIRTH: Final = "birth"
_READ: Final = frozenset({"NBIRTH", "DBIRTH", "NDATA", "DDATA"})


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for; it remembers the births that it has read."""
    route = SparkplugRoute(settings)
    return lambda message: _decode(route, message)


def _without_fields(_message: RawMessage) -> Decoded:
    raise DecodeError("decode_error", "sparkplug_b has no fields: its route needs settings")


def _decode(route: SparkplugRoute, message: RawMessage) -> Decoded:
    kind, speaker = spoken(message.topic)
    if kind not in _READ:
        return Decoded(0, speaker=speaker.edge)
    device = speaker.device or speaker.edge
    if route.with_edge and speaker.device:
        device = f"{speaker.edge}.{speaker.device}"
    at, live, missed = message.received_at, not message.redelivered, False
    try:
        payload = sparkplug_payload(message.payload)
        missed = live and route.sequences.heard(speaker, at, payload.seq, anew=kind == "NBIRTH") > 0
        decoded = _said(route, message, payload, speaker, device, born=kind.endswith("BIRTH"))
    except DecodeError as error:
        decoded = Decoded(1, refusals=[Refusal(None, error.reason, error.detail, device)])
        missed = missed or (live and isinstance(error, NoBirthError))
    asks = route.rebirths.ask(speaker.node, at) if missed else ()
    return replace(decoded, speaker=speaker.edge, asks=asks)


def _said(
    route: SparkplugRoute, message: RawMessage, payload: Payload, speaker: Speaker, device: str, *, born: bool
) -> Decoded:
    """Return what a birth or a message after it says: an element for each time that it tells."""
    at = message.received_at
    if born:
        # Of a node too that is no meter: its devices are then born anew.
        route.births.remember(speaker, at, route.aliases(payload))
    if not speaker.device and not route.nodes:
        return Decoded(0)
    aliases = route.births.aliases(speaker, at) if born or needs_birth(payload) else Aliases()
    elements = route.elements(payload, aliases, at, born=born)
    event = [_event(device, payload, aliases, at)] if born and aliases.meaning else []
    together: list[DeviceEvent | tuple[Instant, dict[str, object]]] = [*event, *elements]
    if not together:
        return Decoded(0)
    return one_by_one(
        together,
        lambda one: [one] if isinstance(one, DeviceEvent) else route.records(device, *one),
        lambda _: device,
    )


def _event(device: str, payload: Payload, aliases: Aliases, received_at: Instant) -> DeviceEvent:
    """Return what keeps a birth findable; the text tells two of one millisecond apart."""
    at = received_at if payload.at_ms is None else payload.at_ms * US_PER_MS
    table = sorted((str(key), one.metric, one.datatype) for key, one in aliases.meaning.items())
    text = sha256(repr(table).encode("utf-8", "replace")).hexdigest()[:16]
    return DeviceEvent(device=device, measured_at=at, code=BIRTH, text=text)


_MACHINE: Final = {
    "fields": {
        "index_m3": "program.part_count",
        "pressure_kpa": {"path": "hydraulic.pressure.bar", "unit": "bar"},
        "temperature_degc": "coolant.temperature.celsius",
    },
    "nodes": True,
}
_METER: Final = {
    "fields": {
        "index_m3": "Meter/Volume",
        "pressure_kpa": {"path": "Gas/Pressure", "unit": "bar"},
        "valve": {"path": "Valve/Closed", "words": {"true": "closed", "false": "open"}},
    },
    "names": "edge.device",
}
_NAMED: Final = bytes.fromhex(
    "08c894cbb5ca3312200a0c4d657465722f566f6c756d6518e08ccbb5ca33200a6900000000a0e9d140121c0a0c4761732f5072"
    "65737375726518e08ccbb5ca3320096585eb41401802"
)
_BORN_AT: Final = 1_750_000_000 * SECOND

DECODER: Final = Decoder(
    name="sparkplug_b",
    decode=_without_fields,
    configure=configure,
    takes=TAKES,
    explain=explain,
    remembers=BIRTH,
    vectors=(
        Vector(
            "spBv1.0/tedge/NBIRTH/sim-cnc01",
            NBIRTH,
            records=[
                DeviceEvent(device="sim-cnc01", measured_at=_BORN_AT, code=BIRTH, text="46b1cbfad0f753e4"),
                Reading(
                    device="sim-cnc01",
                    measured_at=_BORN_AT,
                    index_m3=0.0,
                    pressure_kpa=14_031.539286243705,
                    temperature_degc=20.969153482786453,
                ),
            ],
            settings=_MACHINE,
        ),
        Vector(  # with names, a float32, and times of its own before the payload's
            "spBv1.0/north/DDATA/RTU-3/EVC-7",
            _NAMED,
            records=[
                Reading(
                    device="RTU-3.EVC-7",
                    measured_at=1_772_323_260 * SECOND,
                    index_m3=18_342.5,
                    pressure_kpa=303.0,
                )
            ],
            settings=_METER,
        ),
        Vector("spBv1.0/tedge/NDATA/sim-cnc01", NDATA, reasons=["decode_error"], settings=_MACHINE),
        Vector("spBv1.0/north/DDATA/RTU-3/EVC-7", _NAMED[:-3], reasons=["decode_error"], settings=_METER),
        Vector("spBv1.0/north/DDATA/RTU-3", _NAMED, reasons=["unknown_topic"], settings=_METER),
        Vector("spBv1.0/north/DDATA/RTU-3/EVC-7", _NAMED, reasons=["decode_error"]),
    ),
)
