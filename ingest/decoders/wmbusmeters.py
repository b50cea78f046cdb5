"""JSON that wmbusmeters prints of a radio telegram: one object a telegram, units in the keys.

===================================  ===============================  ======================================
key                                  is                               becomes
===================================  ===============================  ======================================
``id``                               the meter's number               the device
``media``                            ``gas``; any other is refused
``timestamp``                        when the telegram was heard      ``measured_at``
``actuality_duration_s``             how old its register was then    taken from ``measured_at``
``total_m3``                         the register                     ``index_m3``; ``base_index_m3`` of
                                                                      ``aerius``, whose total is at base
                                                                      conditions
``flow_m3h``                         flow                             ``flow_m3h``, beside ``base_index_m3``
                                                                      ``base_flow_m3h``
``temperature_c``,                   gas temperature                  ``temperature_degc``
``flow_temperature_c``
``battery_v``                        battery                          ``battery_v``
``status``                           ``POWER_LOW``,                   flags ``low_battery``,
                                     ``PERMANENT_ERROR``              ``sensor_fault``
===================================  ===============================  ======================================

What a meter stored at its due date (``target_m3``) makes no reading: it comes again with every telegram.
Source: wmbusmeters, README and ``drivers/src/*.xmq``, whose samples the vectors quote.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from ingest.decoders._choices import chosen
from ingest.decoders._element import read
from ingest.decoders._lenient import parse, shown
from ingest.decoders._one_by_one import as_elements, as_object, one_by_one
from ingest.decoders._told_time import told_time
from ingest.decoding import Decoded, Decoder, Record, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import SECOND, Instant, RawMessage, Reading, instant
from telemetry.quality import Flag

_REGISTERS: Final = ("index_m3", "base_index_m3")
_AT_BASE: Final = frozenset({"aerius"})
_STATUS: Final = {"POWER_LOW": "low_battery", "PERMANENT_ERROR": "sensor_fault"}


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    register = chosen(settings, "register", _REGISTERS)
    device = chosen(settings, "device", ("id", "name")) or "id"
    return partial(_decode, register=register, device=device)


def _decode(message: RawMessage, register: str | None, device: str) -> Decoded:
    return one_by_one(
        as_elements(parse(message.payload)),
        lambda element: _records(as_object(element), message, register, device),
        lambda element: _named(element, device),
    )


def _records(
    telegram: Mapping[str, object], message: RawMessage, register: str | None, device: str
) -> list[Record]:
    name = _named(telegram, device)
    if name is None:
        raise DecodeError("missing_field", f"{device}: expected a text")
    if telegram.get("media") != "gas":
        raise DecodeError("decode_error", f"media: {shown(telegram.get('media'))}; expected 'gas'")
    driver = telegram.get("meter", telegram.get("driver"))
    register = register or ("base_index_m3" if driver in _AT_BASE else "index_m3")
    fields = {
        register: telegram.get("total_m3"),
        "flow_m3h" if register == "index_m3" else "base_flow_m3h": telegram.get("flow_m3h"),
        "temperature_degc": telegram.get("temperature_c", telegram.get("flow_temperature_c")),
        "battery_v": telegram.get("battery_v"),
        "flags": _flags(telegram.get("status")),
    }
    return read(name, _measured_at(telegram, message), fields)


def _measured_at(telegram: Mapping[str, object], message: RawMessage) -> Instant:
    """Return when the register had its value."""
    said = telegram.get("timestamp")
    heard = message.received_at if said is None else told_time("timestamp", said)
    age_s = telegram.get("actuality_duration_s", 0)
    if isinstance(age_s, str):
        raise DecodeError("wrong_type", f"actuality_duration_s: {shown(age_s)}; expected seconds")
    return heard - told_time("actuality_duration_s", age_s)


def _flags(status: object) -> list[str]:
    words = status.split() if isinstance(status, str) else []
    return [_STATUS[word] for word in words if word in _STATUS]


def _named(telegram: object, device: str) -> str | None:
    name = telegram.get(device) if isinstance(telegram, dict) else None
    return name if isinstance(name, str) else None


_AERIUS: Final = (
    b'{"_":"telegram","media":"gas","meter":"aerius","name":"aerius_gas","id":"99657098","total_m3":6842.784,'
    b'"flow_m3h":0,"temperature_c":15.9,"target_datetime":"2022-12-31 23:59","target_m3":6260.324,'
    b'"timestamp":"1111-11-11T11:11:11Z"}'
)
_ELSTER: Final = (
    b'{"_":"telegram","media":"gas","meter":"elster","name":"Gas","id":"05105025","actuality_duration_s":742,'
    b'"total_m3":3223.47,"timestamp":"2023-03-01T08:00:00Z","status":"POWER_LOW"}'
)
_HEARD: Final = instant(datetime.fromisoformat("2023-03-01T08:00:00Z"))

DECODER: Final = Decoder(
    name="wmbusmeters",
    decode=configure({}),
    configure=configure,
    takes={
        "register": "index_m3 or base_index_m3: what total_m3 is; else by the driver",
        "device": "id or name: which of them is the registered device; else id",
    },
    vectors=(
        Vector(
            "wmbusmeters/aerius_gas",
            _AERIUS,
            records=[
                Reading(
                    device="99657098",
                    measured_at=instant(datetime.fromisoformat("1111-11-11T11:11:11Z")),
                    base_index_m3=6842.784,
                    base_flow_m3h=0.0,
                    temperature_degc=15.9,
                )
            ],
        ),
        Vector(
            "wmbusmeters/Gas",
            _ELSTER,
            records=[
                Reading(
                    device="Gas",
                    measured_at=_HEARD - 742 * SECOND,
                    index_m3=3223.47,
                    flags=int(Flag.LOW_BATTERY),
                )
            ],
            settings={"device": "name"},
        ),
        Vector("wmbusmeters/Rain", _ELSTER.replace(b'"gas"', b'"water"'), reasons=["decode_error"]),
        Vector("wmbusmeters/Gas", _ELSTER.replace(b"3223.47", b"1e400"), reasons=["not_finite"]),
    ),
)
