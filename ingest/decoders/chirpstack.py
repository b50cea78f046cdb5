"""ChirpStack v4 uplinks: the JSON of the event ``up`` (``application/{id}/device/{devEui}/event/up``).

==============================  ==================================================================
key                             says
==============================  ==================================================================
``time``                        when a gateway received it, RFC 3339: when the reading was measured
``deviceInfo.devEui``           the device's name, as the network server writes it; or
``deviceInfo.deviceName``       the name that it has there
``deviceInfo.deviceProfile…``   name or id, by which a codec is chosen; or the application's
``data``                        the frame, base64: read by a codec (``codecs/*.toml``)
``object``                      what the network server decoded: read by a mapping instead
==============================  ==================================================================
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ingest.decoders._lorawan import Uplink, decoded, event, explained, route, takes, unset
from ingest.decoding import Decoded, Decoder, Settings, Vector
from telemetry.model import RawMessage, Reading, instant
from telemetry.quality import Flag

_NAMES: Final = ("dev_eui", "device_name")


class _Device(msgspec.Struct, frozen=True, rename="camel"):
    dev_eui: str = ""
    device_name: str = ""
    device_profile_name: str = ""
    device_profile_id: str = ""
    application_name: str = ""
    application_id: str = ""


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    time: Annotated[datetime, Meta(tz=True)]
    device_info: _Device
    data: bytes = b""
    decoded: dict[str, object] | None = msgspec.field(name="object", default=None)


_JSON: Final = msgspec.json.Decoder(_Event)


def _uplink(payload: bytes) -> Uplink:
    said = event(payload, _JSON)
    told = said.device_info
    return Uplink(
        names={"dev_eui": told.dev_eui, "device_name": told.device_name},
        kinds=[
            *(told.device_profile_name, told.device_profile_id),
            *(told.application_name, told.application_id),
        ],
        at=instant(said.time),
        frame=said.data,
        decoded=said.decoded,
    )


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    told = route(settings, _NAMES)
    return lambda message: decoded(told, _uplink(message.payload))


_EVENT: Final = (
    b'{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"1970-01-01T00:00:01.500000001+00:00",'
    b'"deviceInfo":{"tenantName":"gas","applicationName":"meters","deviceProfileName":"Smartico G4",'
    b'"deviceName":"12676","devEui":"0101010101010101"},"devAddr":"00189440","fCnt":742,"fPort":2,'
    b'"data":"%s","object":{"gasMeter":854,"temperature":27.87},"rxInfo":[{"rssi":-65,"snr":6}]}'
)
_SMARTICO: Final = {"codec": "smartico_gas", "device": "device_name"}
_SAID: Final = Flag.MAGNETIC_TAMPER | Flag.CASE_OPEN
_TOPIC: Final = "application/1/device/0101010101010101/event/up"

DECODER: Final = Decoder(
    name="chirpstack",
    decode=unset,
    configure=configure,
    takes=takes(_NAMES),
    explain=explained(_uplink, _NAMES, "data", "object"),
    vectors=(
        # The frame of ThingsBoard's documentation of this meter: 0.854 m³ at 27.87 °C, magnet and tamper set.
        Vector(
            _TOPIC,
            _EVENT % b"BAwMAQAxhAAAA1YK4w==",
            records=[
                Reading(
                    device="12676",
                    measured_at=1_500_000,
                    index_m3=0.854,
                    temperature_degc=27.87,
                    flags=int(_SAID),
                )
            ],
            settings=_SMARTICO,
        ),
        # All bits of the status, all litres that there are, no temperature.
        Vector(
            _TOPIC,
            _EVENT % b"BP//AP///////////w==",
            records=[
                Reading(
                    device="0101010101010101",
                    measured_at=1_500_000,
                    index_m3=4_294_967.295,
                    flags=int(_SAID | Flag.LOW_BATTERY | Flag.REVERSE_FLOW | Flag.SENSOR_FAULT),
                )
            ],
            settings={"codecs": {"Smartico G4": "smartico_gas"}},
        ),
        # The same uplink by what the network server made of it.
        Vector(
            _TOPIC,
            _EVENT % b"",
            records=[
                Reading(
                    device="0101010101010101", measured_at=1_500_000, index_m3=0.854, temperature_degc=27.87
                )
            ],
            settings={
                "object": {"index_m3": {"path": "gasMeter", "unit": "L"}, "temperature_degc": "temperature"}
            },
        ),
        Vector(_TOPIC, _EVENT % b"BAwMAQAxhAAAA1YK", reasons=["decode_error"], settings=_SMARTICO),
        Vector(_TOPIC, _EVENT % b"QQAAAAAAAAA=", reasons=["decode_error"], settings=_SMARTICO),
        Vector(_TOPIC, _EVENT % b"", reasons=["missing_field"], settings=_SMARTICO),
        Vector(_TOPIC, _EVENT % b"!", reasons=["wrong_type"], settings=_SMARTICO),
        Vector(_TOPIC, b'{"time":"1970-01-01T00:00:01Z"}', reasons=["missing_field"], settings=_SMARTICO),
    ),
)
