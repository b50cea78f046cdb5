"""JSON that rtl_433 prints of ERT radio meters (SCM, SCM+): one object a message.

==========================================  =============================  ==================================
key                                         is                             becomes
==========================================  =============================  ==================================
``model``                                   ``ERT-SCM`` (``SCM``),         any other is refused
                                            ``SCMplus`` (``ERT-SCM+``)
``id``; ``EndpointID`` of SCM+              the radio's number             the device
``ert_type``; ``MeterType`` of SCM+         0, 1, 2, 9, 12; ``Gas``        any other is refused
``consumption_data``; ``Consumption``       the register, in ``unit``      ``index_m3``
``physical_tamper``, ``encoder_tamper``     how often, modulo 4            flags ``case_open``,
                                                                           ``magnetic_tamper`` where not 0
``battery_ok``                              0 or 1                         0: flag ``low_battery``
``time``                                    local time, time with offset,  ``measured_at``; local times where
                                            or epoch seconds               it has no offset; else the arrival
==========================================  =============================  ==================================

A ``time`` that begins with @ counts from the start of a recording: the arrival counts. What one count is
the radio does not say: most American gas meters count cubic feet, some hundreds of them; so the setting
``unit`` is needed. Type 12 is used by electric meters too: theirs are numbers that the registry does not
know. Sources: rtl_433 ``ert_scm``, rtlamr's list of types; the messages are public samples.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ingest.decoders._element import read
from ingest.decoders._lenient import parse, shown
from ingest.decoders._one_by_one import as_elements, as_object, one_by_one
from ingest.decoders._rtl433_time import heard_at, is_local
from ingest.decoding import Decoded, Decoder, Record, Settings, Vector
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage, Reading, instant
from telemetry.quality import Flag
from telemetry.units import converter

_GAS_TYPES: Final = frozenset({0, 1, 2, 9, 12})
_SCM: Final = frozenset({"ERT-SCM", "SCM"})
_SCM_PLUS: Final = frozenset({"SCMplus", "ERT-SCM+"})
_UNIT: Final = re.compile(r"(?:(\d{1,6}(?:\.\d{1,6})?) +)?(\S.*)", re.ASCII)


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    return partial(_decode, count_m3=_count_m3(settings))


def _count_m3(settings: Settings) -> float | None:
    """Return how much one count is; None where the route does not say."""
    unit = settings.get("unit")
    if unit is None:
        return None
    match = _UNIT.fullmatch(unit) if isinstance(unit, str) else None
    if match is None:
        raise ConfigurationError(f"unit: {unit!r}; expected a unit of volume such as ft3 or 100 ft3")
    return float(match[1] or 1) * converter("volume", match[2]).scale


def _decode(message: RawMessage, count_m3: float | None) -> Decoded:
    if count_m3 is None:
        raise DecodeError("decode_error", "the setting unit is missing: a count may be ft3 or 100 ft3")
    elements = as_elements(parse(message.payload))
    local = {is_local(element.get("time")) for element in elements if isinstance(element, dict)}
    if len(local) > 1:
        raise DecodeError("decode_error", "some times have an offset and some have none")
    return one_by_one(
        elements,
        lambda element: _records(as_object(element), message, count_m3),
        _named,
        local_times=local == {True},
    )


def _records(said: Mapping[str, object], message: RawMessage, count_m3: float) -> list[Record]:
    device = _named(said)
    if device is None:
        raise DecodeError("missing_field", "id: expected a whole number")
    _require_gas(said)
    count = said.get("Consumption" if said["model"] in _SCM_PLUS else "consumption_data")
    fields = {
        "index_m3": count * count_m3 if isinstance(count, float) or type(count) is int else count,
        "flags": _flags(said),
    }
    return read(device, heard_at(said.get("time"), message.received_at), fields)


def _require_gas(said: Mapping[str, object]) -> None:
    model = said.get("model")
    if isinstance(model, str) and model in _SCM_PLUS:
        if said.get("MeterType") != "Gas":
            raise DecodeError("decode_error", f"MeterType: {shown(said.get('MeterType'))}; expected 'Gas'")
    elif isinstance(model, str) and model in _SCM:
        kind = said.get("ert_type", said.get("type"))
        if not isinstance(kind, int) or kind not in _GAS_TYPES:
            raise DecodeError("decode_error", f"ert_type: {shown(kind)}; expected 0, 1, 2, 9 or 12: gas")
    else:
        raise DecodeError("decode_error", f"model: {shown(model)}; expected ERT-SCM or SCMplus")


def _flags(said: Mapping[str, object]) -> list[str]:
    physical = ["case_open"] if said.get("physical_tamper", 0) else []
    encoder = ["magnetic_tamper"] if said.get("encoder_tamper", 0) else []
    return [*physical, *encoder, *(["low_battery"] if said.get("battery_ok", 1) == 0 else [])]


def _named(element: object) -> str | None:
    if not isinstance(element, dict):
        return None
    number = element.get("id", element.get("EndpointID"))
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None


_SCM_MESSAGE: Final = (
    b'{"time":"2022-10-25 20:32:05","model":"ERT-SCM","id":4198071,"physical_tamper":0,"ert_type":12,'
    b'"encoder_tamper":3,"consumption_data":5200778,"mic":"CRC"}'
)
_SCM_PLUS_MESSAGE: Final = (
    b'{"time":"2022-10-25T20:31:31+0000","model":"SCMplus","id":69474676,"ProtocolID":"0x1E",'
    b'"EndpointType":"0x9C","EndpointID":69474676,"Consumption":4341297,"Tamper":"0x0201",'
    b'"PacketCRC":"0x9DCF","MeterType":"Gas","mic":"CRC"}'
)
_FT3: Final = {"unit": "ft3"}

DECODER: Final = Decoder(
    name="rtl433",
    decode=configure({}),
    configure=configure,
    takes={"unit": "what one count is: ft3, 100 ft3, m3 …; needed"},
    vectors=(
        Vector(  # a public message of an electric meter, with a gas meter's type
            "rtl_433/roof",
            _SCM_MESSAGE,
            records=[
                Reading(
                    device="4198071",
                    measured_at=instant(datetime(2022, 10, 25, 20, 32, 5, tzinfo=UTC)),
                    index_m3=5_200_778 * 0.028316846592,
                    flags=int(Flag.MAGNETIC_TAMPER),
                )
            ],
            settings=_FT3,
        ),
        Vector(  # likewise
            "rtl_433/roof",
            _SCM_PLUS_MESSAGE,
            records=[
                Reading(
                    device="69474676",
                    measured_at=instant(datetime(2022, 10, 25, 20, 31, 31, tzinfo=UTC)),
                    index_m3=4_341_297 * 2.8316846592,
                )
            ],
            settings={"unit": "100 ft3"},
        ),
        Vector("rtl_433/roof", _SCM_MESSAGE, reasons=["decode_error"]),
        Vector(
            "rtl_433/roof", _SCM_MESSAGE.replace(b":12,", b":5,"), reasons=["decode_error"], settings=_FT3
        ),
        Vector(
            "rtl_433/roof", _SCM_MESSAGE.replace(b"5200778", b"1e400"), reasons=["not_finite"], settings=_FT3
        ),
    ),
)
