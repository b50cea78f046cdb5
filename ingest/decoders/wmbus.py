"""Wireless M-Bus telegrams in clear, as hexadecimal digits or as they are: one telegram a payload.

==================================  ===========================================================
record (EN 13757-3)                 becomes
==================================  ===========================================================
number of the header or the link    the device, eight digits
volume                              ``index_m3``; with VIFE 3E ``base_index_m3``
flow                                ``flow_m3h``; with VIFE 3E ``base_flow_m3h``
gas temperature                     ``temperature_degc``
pressure                            ``pressure_kpa`` or ``gauge_pressure_kpa``: the standard does
                                    not say which, the setting ``pressure`` does
age of the register                 taken from when the telegram came: ``measured_at``
status bit 2, bit 3                 flags ``low_battery``, ``sensor_fault``
==================================  ===========================================================

Only what the meter itself says of now becomes a reading: storage, tariff and part number 0. What it
stored at its due date is shown by ``citygas decode --explain``. Device type 03 (gas) alone is taken; what
is encrypted is refused. Layers: `_wmbus_frame`, `_mbus_records`. Samples: wmbusmeters, ``drivers/src``.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from ingest.decoders._choices import chosen
from ingest.decoders._element import read
from ingest.decoders._hexadecimal import said
from ingest.decoders._mbus_records import mbus_records
from ingest.decoders._wmbus_frame import telegram
from ingest.decoders._wmbus_parts import explain
from ingest.decoding import Decoded, Decoder, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import SECOND, RawMessage, Reading
from telemetry.quality import Flag

_GAS: Final = 3
_STATUS: Final = {0x04: "low_battery", 0x08: "sensor_fault"}
_PRESSURES: Final = {"absolute": "pressure_kpa", "gauge": "gauge_pressure_kpa"}
_FIELDS: Final = {
    ("volume", False): "index_m3",
    ("volume", True): "base_index_m3",
    ("flow", False): "flow_m3h",
    ("flow", True): "base_flow_m3h",
    ("temperature", False): "temperature_degc",
}


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    pressure = chosen(settings, "pressure", tuple(_PRESSURES))
    fields = _FIELDS | ({("pressure", False): _PRESSURES[pressure]} if pressure else {})
    return partial(_decode, fields=fields)


def _decode(message: RawMessage, fields: dict[tuple[str, bool], str]) -> Decoded:
    frame = said(message.payload)
    of = telegram(frame)
    if of.device_type != _GAS:
        raise DecodeError("decode_error", f"device type {of.device_type:02X} of {of.meter}; expected 03, gas")
    keys: dict[str, object] = {"flags": [word for bit, word in _STATUS.items() if of.status & bit]}
    age_s = 0.0
    for record in mbus_records(frame, of.begin):
        if not record.is_current or record.number is None:
            continue
        if record.quantity == "age":
            age_s = record.number
        elif name := fields.get((record.quantity, record.at_base)):
            # Of several records of one kind the first is the meter's own.
            keys.setdefault(name, record.number)
    measured_at = message.received_at - round(age_s * SECOND)
    return Decoded(1, [(0, one) for one in read(of.meter, measured_at, keys)])


_AERIUS: Final = (
    b"2E44A5119870659930037A060020052F2F0C933E842784060A3B00000A5A5901C4016D3B37DF2CCC01933E24032606"
)
_ELSTER: Final = (
    b"3644A511640010253837722550100593158103E70020052F2F0374E602000C137034220302FD74EE0F" + b"2F" * 14
)
_GWF: Final = (
    b"3644E61E32616600020E7250521123E61E3C031B0020652F2F"
    b"03745E00000413FE8D0100441300000000426C000002FD74B10F0F0100A8"
)

DECODER: Final = Decoder(
    name="wmbus",
    decode=configure({}),
    configure=configure,
    takes={"pressure": "absolute or gauge: what a pressure record is; without it none is taken"},
    explain=explain,
    vectors=(
        Vector(
            "wmbus/roof",
            _AERIUS,
            records=[
                Reading(
                    device="99657098",
                    measured_at=0,
                    base_index_m3=6842.784,
                    flow_m3h=0.0,
                    temperature_degc=15.9,
                )
            ],
        ),
        Vector(
            "wmbus/roof",
            _ELSTER,
            records=[Reading(device="05105025", measured_at=-742 * SECOND, index_m3=3223.47)],
        ),
        Vector(
            "wmbus/roof",
            bytes.fromhex(_GWF.decode()),
            records=[Reading(device="23115250", measured_at=-94 * SECOND, index_m3=101.886)],
        ),
        Vector(  # the first one with its power low, and the greatest volume that eight digits hold
            "wmbus/roof",
            _AERIUS.replace(b"0600", b"0604").replace(b"84278406", b"99999999"),
            records=[
                Reading(
                    device="99657098",
                    measured_at=0,
                    base_index_m3=99_999.999,
                    flow_m3h=0.0,
                    temperature_degc=15.9,
                    flags=int(Flag.LOW_BATTERY),
                )
            ],
        ),
        Vector(
            "wmbus/roof", _AERIUS.replace(b"2F2F0C93", b"91A40C93"), reasons=["decode_error"]
        ),  # encrypted
        Vector("wmbus/roof", _AERIUS[:-2], reasons=["decode_error"]),  # cut off
    ),
)
