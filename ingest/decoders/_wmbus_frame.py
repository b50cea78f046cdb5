"""The link and transport layers of a wireless M-Bus telegram, EN 13757-4 and EN 13757-7.

=========  =====  ==================================================================
bytes      field
=========  =====  ==================================================================
0          L      how many bytes follow
1          C      44 sends, 46 is being installed, 08 answers
2-3        M      manufacturer, three letters of five bits
4-9        A      number (4 bytes, BCD), version, device type: 03 is gas
10         CI     7A a short header follows, 72 a long one, 78 none
CI 72             number (4), manufacturer (2), version, device type: the meter's,
                  where a radio adapter speaks; then as CI 7A
CI 7A             access number, status, configuration (2)
=========  =====  ==================================================================

Numbers come lowest byte first. Bits 8-12 of the configuration name the encryption: 0 none; what is
encrypted begins with 2F 2F once it is in clear. Block checksums are gone, as receivers hand telegrams on.
"""

from dataclasses import dataclass
from typing import Final

from telemetry.errors import DecodeError

_LINK: Final = 11
_HEADERS: Final = {0x78: 0, 0x7A: 4, 0x72: 12}
_CONTROLS: Final = frozenset({0x44, 0x46, 0x08})
_IN_CLEAR: Final = b"\x2f\x2f"


@dataclass(frozen=True)
class Telegram:
    """Whose telegram it is, and where its records stand."""

    meter: str
    """Eight digits."""
    device_type: int
    status: int
    begin: int
    """Where the records begin; they go on to the end."""


def telegram(frame: bytes) -> Telegram:
    """Return what the layers below the records say of a telegram.

    Raises
    ------
    DecodeError
        decode_error, if it is cut off, of another kind, or encrypted.
    """
    if len(frame) < _LINK or frame[0] != len(frame) - 1:
        said = frame[0] if frame else 0
        raise DecodeError("decode_error", f"L says {said} bytes follow, there are {max(len(frame) - 1, 0)}")
    if frame[1] not in _CONTROLS:
        raise DecodeError("decode_error", f"C {frame[1]:02X}; expected 44, 46 or 08")
    length = _HEADERS.get(frame[10])
    if length is None:
        raise DecodeError("decode_error", f"CI {frame[10]:02X}; expected 72, 78 or 7A")
    begin = _LINK + length
    if len(frame) < begin:
        raise DecodeError("decode_error", "cut off within its header")
    address = frame[11:19] if length > _HEADERS[0x7A] else frame[4:8] + frame[2:4] + frame[8:10]
    if length:
        _require_clear(frame, begin)
    return Telegram(_number(address[:4]), address[7], frame[begin - 3] if length else 0, begin)


def _require_clear(frame: bytes, begin: int) -> None:
    mode = frame[begin - 1] & 0x1F
    if mode and frame[begin : begin + 2] != _IN_CLEAR:
        raise DecodeError(
            "decode_error", f"encrypted by mode {mode}: decrypt it before, or pass it by wmbusmeters"
        )


def _number(digits: bytes) -> str:
    text = digits[::-1].hex().upper()
    if not text.isdecimal():
        raise DecodeError("decode_error", f"number {text}; expected eight digits")
    return text
