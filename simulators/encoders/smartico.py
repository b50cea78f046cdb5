"""The frame of a Smartico LoRaWAN gas meter, written from the description that its maker published."""

from struct import pack
from typing import Final

GAS_METER: Final = 0x04
_CUBIC_FEET: Final = 0x08
_NO_TEMPERATURE: Final = 0x7FFF - 0x8000


def frame(
    volume: int,
    temperature_degc: float | None,
    *,
    serial: int = 0,
    errors: int = 0,
    status: int = 0,
    cubic_feet: bool = False,
) -> bytes:
    """Return message 04: ``volume`` in litres or cubic feet, errors and status as their bits."""
    model = _CUBIC_FEET if cubic_feet else 0
    hundredths = _NO_TEMPERATURE if temperature_degc is None else round(temperature_degc * 100)
    return (
        bytes([GAS_METER, errors, status, model])
        + serial.to_bytes(3, "big")
        + pack(">Ih", volume, hundredths)
    )
