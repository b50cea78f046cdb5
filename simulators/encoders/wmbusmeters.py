"""JSON of a telegram as wmbusmeters prints it, written from its README and samples."""

import json
from datetime import UTC, datetime


def payload(number: str, driver: str, total_m3: float, at_s: float, **keys: float | str) -> bytes:
    """Return one telegram; ``keys`` are further ones, such as ``flow_m3h`` or ``status``."""
    heard = datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
    telegram = {"_": "telegram", "media": "gas", "meter": driver, "name": f"meter {number}", "id": number}
    return json.dumps({**telegram, "total_m3": total_m3, **keys, "timestamp": heard}).encode()
