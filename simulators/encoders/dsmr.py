"""P1 telegrams of an electricity meter with M-Bus meters, written from DSMR 3, 4.2 and 5 and eMUCS 1.7."""

from collections.abc import Sequence
from datetime import datetime, timedelta

GAS = 3
WATER = 7


def channel(
    number: int,
    meter: str,
    at: datetime,
    litres: int,
    *,
    kind: int = GAS,
    corrected: bool = True,
    valve: int | None = None,
) -> list[str]:
    """Return the lines of a channel from version 4 on; ``at`` must know its zone."""
    season = "S" if at.utcoffset() == timedelta(hours=2) else "W"
    code = "24.2.1" if corrected else "24.2.3"
    lines = [
        f"0-{number}:24.1.0({kind:03})",
        f"0-{number}:96.1.0({meter.encode().hex().upper()})",
        f"0-{number}:{code}({at:%y%m%d%H%M%S}{season})({litres / 1000:09.3f}*m3)",
    ]
    return lines if valve is None else [*lines, f"0-{number}:24.4.0({valve})"]


def never(number: int) -> list[str]:
    """Return the lines of a channel whose meter was taken away."""
    return [f"0-{number}:24.1.0(003)", f"0-{number}:96.1.0()", f"0-{number}:24.2.1(700101010000W)(00000000)"]


def channel_of_version_3(number: int, meter: str, at: datetime, litres: int) -> list[str]:
    """Return the lines of a channel of versions 2 and 3, the register on a line of its own."""
    return [
        f"0-{number}:96.1.0({meter.encode().hex().upper()})",
        f"0-{number}:24.1.0(03)",
        f"0-{number}:24.3.0({at:%y%m%d%H%M%S})(00)(60)(1)(0-{number}:24.2.1)(m3)",
        f"({litres / 1000:09.3f})",
    ]


def telegram(lines: Sequence[str], *, checksum: bool = True) -> bytes:
    """Return a telegram with its checksum, as from version 4 on."""
    text = "\r\n".join(["/ISk5\\2MT382-1000", "", "1-0:1.7.0(00.244*kW)", *lines, "!"]).encode()
    return text + (f"{_checksum(text):04X}\r\n".encode() if checksum else b"\r\n")


def _checksum(text: bytes) -> int:
    """CRC-16 of x¹⁶+x¹⁵+x²+1, bit by bit."""
    rest = 0
    for bit in (byte >> n & 1 for byte in text for n in range(8)):
        rest = rest >> 1 ^ (0xA001 if (rest ^ bit) & 1 else 0)
    return rest
