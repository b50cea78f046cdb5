"""JSON of an M-Bus telegram as the bridge behind MqttBridge's sample prints it."""

import json

_FABRICATION_NUMBER = 120
_VOLUME = 16


def payload(number: int, litres_or_less: int, power: int, *, battery_mv: int, status: int = 0) -> bytes:
    """Return a gas meter's telegram of a volume of ``litres_or_less`` × 10^power m³."""
    volume = {"vif": _VOLUME + power + 6, "code": 2, "scalar": power, "value_raw": litres_or_less}
    made = {"vif": _FABRICATION_NUMBER, "code": 31, "scalar": 0, "value_raw": number}
    telegram = {"address": 3, "id": f"{number:08}", "manufacturer": 7910, "version": 54, "medium": 3}
    rest = {"access_no": 1, "status": f"{status:X}", "signature": "0", "values": [made, volume]}
    return json.dumps({**telegram, **rest, "millis": 5117, "battery_mv": battery_mv}).encode()
