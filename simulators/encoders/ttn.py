"""Uplinks as The Things Stack v3 publishes them, written from its description of data formats."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any


def topic(application: str, tenant: str, device: str) -> str:
    """Return where The Things Stack publishes the uplinks of a device."""
    return f"v3/{application}@{tenant}/devices/{device}/up"


def up(
    frame: bytes,
    at: datetime,
    *,
    dev_eui: str,
    name: str,
    application: str = "meters",
    model: str | None = None,
    decoded: dict[str, Any] | None = None,
    counter: int = 0,
) -> bytes:
    """Return an uplink; empty fields are left out, as The Things Stack does."""
    message: dict[str, Any] = {
        "session_key_id": "AXBSH1Pk6Z0G166",
        "f_port": 2,
        "f_cnt": counter,
        "frm_payload": b64encode(frame).decode(),
        "decoded_payload": decoded,
        "rx_metadata": [{"gateway_ids": {"gateway_id": "gtw1"}, "rssi": -35, "snr": 5}],
        "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}},
        "received_at": at.isoformat(),
        "version_ids": {"brand_id": "smartico", "model_id": model} if model else None,
    }
    event = {
        "end_device_ids": {
            "device_id": name,
            "application_ids": {"application_id": application},
            "dev_eui": dev_eui,
            "dev_addr": "00BCB929",
        },
        "correlation_ids": ["as:up:01"],
        "received_at": at.isoformat(),
        "uplink_message": {key: value for key, value in message.items() if value},
    }
    return json.dumps(event, separators=(",", ":")).encode()
