"""JSON of ERT messages as rtl_433 prints them, by the fields of its public samples."""

import json
from datetime import datetime


def scm(
    number: int, count: int, at: datetime, *, kind: int = 12, physical: int = 0, encoder: int = 0
) -> bytes:
    """Return an SCM message; a time that knows its zone is printed with it."""
    return json.dumps(
        {
            "time": _time(at),
            "model": "ERT-SCM",
            "id": number,
            "physical_tamper": physical,
            "ert_type": kind,
            "encoder_tamper": encoder,
            "consumption_data": count,
            "mic": "CRC",
        }
    ).encode()


def scm_plus(number: int, count: int, at: datetime) -> bytes:
    """Return an SCM+ message of a gas meter."""
    return json.dumps(
        {
            "time": _time(at),
            "model": "SCMplus",
            "id": number,
            "ProtocolID": "0x1E",
            "EndpointType": "0x9C",
            "EndpointID": number,
            "Consumption": count,
            "Tamper": "0x0201",
            "PacketCRC": "0x9DCF",
            "MeterType": "Gas",
            "mic": "CRC",
        }
    ).encode()


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S") if at.tzinfo is None else at.strftime("%Y-%m-%dT%H:%M:%S%z")
