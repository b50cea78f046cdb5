"""The Things Stack v3 uplinks (``v3/{application}@{tenant}/devices/{device}/up``, or its webhook).

=====================================  =================================================================
key                                    says
=====================================  =================================================================
``end_device_ids.dev_eui``             the device's name, as the network server writes it; or
``end_device_ids.device_id``           the name that it has there
``end_device_ids.application_ids…``    the application, by which a codec is chosen; or
``uplink_message.version_ids…``        the model
``uplink_message.received_at``         when the network received it, RFC 3339: when the reading was
                                       measured; without it the event's own ``received_at``
``uplink_message.frm_payload``         the frame, base64: read by a codec (``codecs/*.toml``)
``uplink_message.decoded_payload``     what the network server decoded: read by a mapping instead
=====================================  =================================================================
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from ingest.decoders._lorawan import Uplink, decoded, event, explained, route, takes, unset
from ingest.decoding import Decoded, Decoder, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import RawMessage, Reading, instant
from telemetry.quality import Flag

_NAMES: Final = ("dev_eui", "device_id")
_Time: TypeAlias = Annotated[datetime, Meta(tz=True)]


class _Application(msgspec.Struct, frozen=True):
    application_id: str = ""


class _Ids(msgspec.Struct, frozen=True):
    device_id: str
    dev_eui: str = ""
    application_ids: _Application = _Application()


class _Version(msgspec.Struct, frozen=True):
    model_id: str = ""


class _Message(msgspec.Struct, frozen=True):
    frm_payload: bytes = b""
    decoded_payload: dict[str, object] | None = None
    received_at: _Time | None = None
    version_ids: _Version = _Version()


class _Event(msgspec.Struct, frozen=True):
    end_device_ids: _Ids
    uplink_message: _Message
    received_at: _Time | None = None


_JSON: Final = msgspec.json.Decoder(_Event)


def _uplink(payload: bytes) -> Uplink:
    said = event(payload, _JSON)
    ids, message = said.end_device_ids, said.uplink_message
    at = message.received_at or said.received_at
    if at is None:
        raise DecodeError("missing_field", "received_at")
    return Uplink(
        names={"dev_eui": ids.dev_eui, "device_id": ids.device_id},
        kinds=[message.version_ids.model_id, ids.application_ids.application_id],
        at=instant(at),
        frame=message.frm_payload,
        decoded=message.decoded_payload,
    )


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    told = route(settings, _NAMES)
    return lambda message: decoded(told, _uplink(message.payload))


_EVENT: Final = (
    b'{"end_device_ids":{"device_id":"g4-12676","application_ids":{"application_id":"meters"},'
    b'"dev_eui":"0004A30B001C0530"},"received_at":"1970-01-01T00:00:02.5Z","uplink_message":{"f_port":2,'
    b'"f_cnt":742,"frm_payload":"%s","decoded_payload":{"volume":{"m3":0.854}},'
    b'"rx_metadata":[{"rssi":-65}],"received_at":"1970-01-01T00:00:01.500000001Z"}}'
)
_SMARTICO: Final = {"codec": "smartico_gas"}
_TOPIC: Final = "v3/meters@gas/devices/g4-12676/up"

DECODER: Final = Decoder(
    name="ttn",
    decode=unset,
    configure=configure,
    takes=takes(_NAMES),
    explain=explained(_uplink, _NAMES, "uplink_message.frm_payload", "uplink_message.decoded_payload"),
    vectors=(
        # The frame of ThingsBoard's documentation of this meter: 0.854 m³ at 27.87 °C, magnet and tamper set.
        Vector(
            _TOPIC,
            _EVENT % b"BAwMAQAxhAAAA1YK4w==",
            records=[
                Reading(
                    device="0004A30B001C0530",
                    measured_at=1_500_000,
                    index_m3=0.854,
                    temperature_degc=27.87,
                    flags=int(Flag.MAGNETIC_TAMPER | Flag.CASE_OPEN),
                )
            ],
            settings=_SMARTICO,
        ),
        # Cubic feet, as many as there are; the coldest that it can say.
        Vector(
            _TOPIC,
            _EVENT % b"BAAACAAAAP////+AAA==",
            records=[
                Reading(
                    device="g4-12676",
                    measured_at=1_500_000,
                    index_m3=121_619_930.0101722,
                    temperature_degc=-327.68,
                )
            ],
            settings={"codecs": {"meters": "smartico_gas"}, "device": "device_id"},
        ),
        Vector(
            _TOPIC,
            _EVENT % b"",
            records=[Reading(device="g4-12676", measured_at=1_500_000, index_m3=0.854)],
            settings={"object": {"index_m3": "volume.m3"}, "device": "device_id"},
        ),
        Vector(_TOPIC, _EVENT % b"BAwMAQAxhA==", reasons=["decode_error"], settings=_SMARTICO),
        Vector(_TOPIC, _EVENT % b"", reasons=["missing_field"], settings=_SMARTICO),
        Vector(
            _TOPIC,
            b'{"end_device_ids":{"device_id":"a"},"uplink_message":{"frm_payload":"BA=="}}',
            reasons=["missing_field"],
            settings=_SMARTICO,
        ),
        Vector(_TOPIC, b'{"join_accept":{}}', reasons=["missing_field"], settings=_SMARTICO),
    ),
)
