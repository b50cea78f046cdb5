"""JSON of a gas meter's M-Bus telegram as a bridge prints it: whose it is, and a list of its records.

===========================  ===========================================  ==================================
key                          is                                           becomes
===========================  ===========================================  ==================================
``id``                       the meter's number                           the device
``medium``                   3, gas; any other is refused
``values[].vif``             16 to 23: a volume [m³]; the first counts     ``index_m3``, by ``register``
``values[].value_raw``,      the number, and the power of ten that it     ``base_index_m3``
``values[].scalar``          is in
``battery_mv``               battery                                      ``battery_v``
``status``                   bit 2 power low, bit 3 permanent error       flags ``low_battery``,
                                                                          ``sensor_fault``
``timestamp``                RFC 3339 or epoch seconds, where it is sent  ``measured_at``; else the arrival
===========================  ===========================================  ==================================

The power of ten must be what the VIF says (16 + n: 10^(n-6) m³): else one of the two is wrong, and the
payload is refused. ``millis``, the bridge's own up-time, is passed over. Sample: MqttBridge's
``GasMeterTests``.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ingest.decoders._choices import chosen
from ingest.decoders._element import read
from ingest.decoders._lenient import parse, shown
from ingest.decoders._one_by_one import as_elements, as_object, one_by_one
from ingest.decoders._told_time import told_time
from ingest.decoding import Decoded, Decoder, Record, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import SECOND, RawMessage, Reading
from telemetry.quality import Flag

_GAS: Final = 3
_VOLUMES: Final = range(16, 24)
_POWER_OF_FIRST: Final = -6
_REGISTERS: Final = ("index_m3", "base_index_m3")
_STATUS: Final = {0x04: "low_battery", 0x08: "sensor_fault"}
_STATUS_BYTE: Final = re.compile(r"[0-9A-Fa-f]{1,2}")


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    return partial(_decode, register=chosen(settings, "register", _REGISTERS) or "index_m3")


def _decode(message: RawMessage, register: str) -> Decoded:
    return one_by_one(
        as_elements(parse(message.payload)),
        lambda element: _records(as_object(element), message, register),
        _named,
    )


def _records(telegram: Mapping[str, object], message: RawMessage, register: str) -> list[Record]:
    device = _named(telegram)
    if device is None:
        raise DecodeError("missing_field", "id: expected a text or a whole number")
    if telegram.get("medium") != _GAS:
        raise DecodeError("decode_error", f"medium: {shown(telegram.get('medium'))}; expected 3, gas")
    battery = telegram.get("battery_mv")
    fields = {
        register: _volume_m3(telegram.get("values")),
        "battery_v": battery / 1000 if isinstance(battery, int | float) else battery,
        "flags": _flags(telegram.get("status")),
    }
    said = telegram.get("timestamp")
    measured_at = message.received_at if said is None else told_time("timestamp", said)
    return read(device, measured_at, fields)


def _volume_m3(values: object) -> float | None:
    """Return the first volume among the records, None where there is none."""
    for one in values if isinstance(values, list) else ():
        vif = one.get("vif") if isinstance(one, dict) else None
        if isinstance(vif, int) and vif in _VOLUMES:
            return _scaled(one, vif - _VOLUMES.start + _POWER_OF_FIRST)
    return None


def _scaled(record: Mapping[str, object], power: int) -> float:
    raw, said = record.get("value_raw"), record.get("scalar")
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise DecodeError("wrong_type", f"value_raw: {shown(raw)}; expected a whole number")
    if said != power:
        raise DecodeError("decode_error", f"scalar: {shown(said)}; its vif says {power}")
    return raw * 10.0**power if power > 0 else raw / 10.0**-power


def _flags(status: object) -> list[str]:
    """Return the words that a status byte holds, written as hexadecimal digits."""
    known = isinstance(status, str) and _STATUS_BYTE.fullmatch(status)
    bits = int(known[0], 16) if known else 0
    return [word for bit, word in _STATUS.items() if bits & bit]


def _named(telegram: object) -> str | None:
    number = telegram.get("id") if isinstance(telegram, dict) else None
    return str(number) if isinstance(number, str | int) and not isinstance(number, bool) else None


_REAL: Final = (
    b'{"address":3,"id":"21072718","manufacturer":7910,"version":54,"medium":3,"access_no":1,"status":"0",'
    b'"signature":"0","values":[{"vif":120,"code":31,"scalar":0,"value_raw":21072718,"value_scaled":2.1072718e7},'
    b'{"vif":20,"code":2,"scalar":-2,"value_raw":618981,"value_scaled":6189.81}],"millis":5117,'
    b'"battery_mv":2363,"vol_m3":6189.81}'
)

DECODER: Final = Decoder(
    name="mbus_json",
    decode=configure({}),
    configure=configure,
    takes={"register": "index_m3 or base_index_m3: what the volume is; else index_m3"},
    vectors=(
        Vector(
            "mbus/cellar",
            _REAL,
            records=[Reading(device="21072718", measured_at=0, index_m3=6189.81, battery_v=2.363)],
        ),
        Vector(
            "mbus/cellar",
            _REAL.replace(b'"status":"0"', b'"status":"0C","timestamp":1')
            .replace(b'"vif":20', b'"vif":23')
            .replace(b"-2,", b"1,")
            .replace(b"618981", b"-858993459")
            .replace(b"2363", b'"low"'),
            records=[
                Reading(
                    device="21072718",
                    measured_at=SECOND,
                    base_index_m3=-8_589_934_590.0,
                    flags=int(Flag.LOW_BATTERY | Flag.SENSOR_FAULT | Flag.FIELD_DROPPED),
                )
            ],
            settings={"register": "base_index_m3"},
        ),
        Vector("mbus/cellar", _REAL.replace(b'"medium":3', b'"medium":7'), reasons=["decode_error"]),
        Vector("mbus/cellar", _REAL.replace(b"-2,", b"-3,"), reasons=["decode_error"]),
        Vector("mbus/cellar", _REAL.replace(b'"vif":20', b'"vif":6'), reasons=["missing_field"]),
    ),
)
