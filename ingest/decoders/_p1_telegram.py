"""Telegrams of the P1 port of Dutch, Belgian and Luxembourg electricity meters: checked, by channel.

A telegram goes from ``/`` to ``!``. From version 4 on four hexadecimal digits follow, the CRC-16 (polynomial
x¹⁶+x¹⁵+x²+1, lowest bit first, begun at 0) of all of it. A line is an OBIS code and values in brackets;
``0-n:`` are those of the M-Bus channel n. Source: DSMR P1 companion standard 2.2 to 5.0.2, eMUCS P1 1.7.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from telemetry.errors import DecodeError

_LINE: Final = re.compile(r"^0-([1-9]):(\d{1,3}\.\d{1,3}\.\d{1,3})((?:\([^()\r\n]*\))+)[ \t]*$", re.MULTILINE)
_TWO_LINES: Final = re.compile(r"^(0-[1-9]:24\.3\.0\([^\r\n]{1,200})\r?\n(?=\()", re.MULTILINE)
_VALUE: Final = re.compile(r"\(([^()]*)\)")
_CRC_DIGITS: Final = 4
_CRC_LSB: Final = 0xA001


def channels(payload: bytes) -> dict[int, dict[str, Sequence[str]]]:
    """Return of each M-Bus channel the values that stand behind each code; of 24.3.0 with the line below.

    Raises
    ------
    DecodeError
        decode_error, if it is no telegram or its checksum is wrong.
    """
    # A gateway that tidies line ends changes what the checksum was made of.
    for text in (payload, payload.replace(b"\r", b"").replace(b"\n", b"\r\n")):
        telegram, said = _ends(text)
        if said is None or said == crc16(telegram):
            return _channels(telegram.decode("latin-1").replace("\r\n", "\n"))
    raise DecodeError("decode_error", f"checksum {said:04X}, the telegram has {crc16(payload):04X}")


def crc16(telegram: bytes) -> int:
    """Return the checksum of what goes from ``/`` to ``!``.

    >>> f"{crc16(b'123456789'):04X}"
    'BB3D'
    """
    register = 0
    for byte in telegram:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register


def _ends(payload: bytes) -> tuple[bytes, int | None]:
    """Return the telegram, and the checksum behind it where there is one."""
    begin, end = payload.find(b"/"), payload.find(b"\n!") + 1
    if begin < 0 or end <= begin:
        raise DecodeError("decode_error", "expected a telegram from / to !")
    digits = payload[end + 1 : end + 1 + _CRC_DIGITS].strip()
    if not digits:
        return payload[begin : end + 1], None
    try:
        return payload[begin : end + 1], int(digits, 16)
    except ValueError:
        raise DecodeError("decode_error", f"checksum {digits!r}; expected {_CRC_DIGITS} digits") from None


def _channels(text: str) -> dict[int, dict[str, Sequence[str]]]:
    found: dict[int, dict[str, Sequence[str]]] = defaultdict(dict)
    for channel, code, values in _LINE.findall(_TWO_LINES.sub(r"\1", text)):
        found[int(channel)][code] = _VALUE.findall(values)
    return found


def _byte(register: int) -> int:
    for _ in range(8):
        register = register >> 1 ^ (_CRC_LSB if register & 1 else 0)
    return register


_TABLE: Final = tuple(_byte(value) for value in range(256))
