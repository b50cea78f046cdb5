"""Uplinks as ChirpStack v4 publishes them, written from its description of the event ``up``."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any


def topic(application: str, dev_eui: str) -> str:
    """Return where ChirpStack publishes the uplinks of a device."""
    return f"application/{application}/device/{dev_eui}/event/up"


def up(
    frame: bytes,
    at: datetime,
    *,
    dev_eui: str,
    name: str = "",
    profile: str = "",
    application: str = "",
    decoded: dict[str, Any] | None = None,
    counter: int = 0,
) -> bytes:
    """Return an uplink event; ``decoded`` is what a codec of the network server made of the frame."""
    event: dict[str, Any] = {
        "deduplicationId": "00000000-0000-0000-0000-000000000000",
        "time": at.isoformat(),
        "deviceInfo": {
            "tenantName": "gas",
            "applicationName": application,
            "deviceProfileName": profile,
            "deviceName": name,
            "devEui": dev_eui,
            "tags": {},
        },
        "devAddr": "00189440",
        "adr": True,
        "dr": 0,
        "fCnt": counter,
        "fPort": 2,
        "confirmed": False,
        "data": b64encode(frame).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -65, "snr": 6.0}],
        "txInfo": {"frequency": 868300000},
    }
    if decoded is not None:
        event["object"] = decoded
    return json.dumps(event, separators=(",", ":")).encode()
