"""Modbus RTU frames, one after the other in a payload: read responses and what is none."""

from collections.abc import Iterator
from typing import Final

import msgspec

from telemetry.errors import DecodeError

READS: Final = (3, 4)
_FAILED: Final = 0x80
_HEAD: Final = 3
_CRC: Final = 2
_REQUEST: Final = 8
_MOST: Final = 1024
_FAILURES: Final = {
    1: "illegal function",
    2: "illegal register address",
    3: "illegal count of registers",
    4: "device failure",
    5: "acknowledged, not ready",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not respond",
}


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        found.append(crc)
    return tuple(found)


_TABLE: Final = _table()


def crc16(frame: bytes) -> int:
    """Return the CRC-16 of Modbus; it is sent low byte first.

    References
    ----------
    .. [1] Modbus over Serial Line, Specification and Implementation Guide V1.02, 6.2.2.

    Examples
    --------
    >>> hex(crc16(bytes.fromhex("010300000002")))
    '0xbc4'
    """
    crc, table = 0xFFFF, _TABLE
    for byte in frame:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


class Frame(msgspec.Struct, frozen=True):
    """A frame where it lies in the payload.

    The registers of a response lie from ``body`` to ``body_end``; ``fault`` says what is wrong with a frame
    that is none, and ``request`` that it is what the master asked.
    """

    begin: int
    end: int
    slave: int = 0
    body: int = 0
    body_end: int = 0
    request: bool = False
    fault: str = ""


def frames(payload: bytes) -> list[Frame]:
    """Return the frames of a payload; what follows one without a known end is part of it.

    A CRC may be missing where the payload is a single frame: some terminals take it off.

    Raises
    ------
    DecodeError
        decode_error, if there is none, or more than a line of devices can send.
    """
    found = []
    for frame in _frames(payload):
        found.append(frame)
        if len(found) > _MOST:
            raise DecodeError("decode_error", f"more than {_MOST} Modbus frames in one payload")
    if not found:
        raise DecodeError("decode_error", "an empty payload")
    return found


def _frames(payload: bytes) -> Iterator[Frame]:
    at = 0
    while at < len(payload):
        frame = _frame(payload, at)
        yield frame
        at = frame.end


def _frame(payload: bytes, at: int) -> Frame:
    left = len(payload) - at
    if left < _HEAD:
        return Frame(at, len(payload), fault=f"{left} bytes are no Modbus frame")
    slave, function, count = payload[at], payload[at + 1], payload[at + 2]
    if function in READS:
        return _read(payload, at, slave, count)
    if function & ~_FAILED in READS:
        crc = at + _HEAD + _CRC
        if _checked(payload, at, crc) or (at == 0 and left == _HEAD):
            return Frame(at, min(crc, len(payload)), slave, fault=_failure(count))
        return Frame(at, len(payload), slave, fault=f"function {function:02X}: a failure without its CRC")
    return Frame(at, len(payload), slave, fault=f"function {function:02X} is no read of registers (03, 04)")


def _read(payload: bytes, at: int, slave: int, count: int) -> Frame:
    """Return the response or request that begins here: which of them it is, its CRC decides."""
    body, end = at + _HEAD, at + _HEAD + count
    whole = count > 0 and count % 2 == 0
    if whole and _checked(payload, at, end + _CRC):
        return Frame(at, end + _CRC, slave, body, end)
    if _checked(payload, at, at + _REQUEST):
        return Frame(at, at + _REQUEST, slave, request=True, fault=_asked(payload, at))
    if whole and at == 0 and end == len(payload):
        return Frame(at, end, slave, body, end)
    return _broken(payload, at, end)


def _broken(payload: bytes, at: int, end: int) -> Frame:
    count, left = payload[at + 2], len(payload) - at - _HEAD
    if not count or count % 2:
        return Frame(at, len(payload), fault=f"byte count {count}: registers have two bytes each")
    if left < count + _CRC:
        return Frame(at, len(payload), fault=f"cut off: {count} bytes and a CRC are said, {left} are there")
    sent = payload[end : end + _CRC].hex(" ").upper()
    summed = crc16(payload[at:end]).to_bytes(_CRC, "little").hex(" ").upper()
    return Frame(at, end + _CRC, fault=f"CRC {sent}, of these bytes it is {summed}")


def _checked(payload: bytes, begin: int, end: int) -> bool:
    """Tell whether a frame of this length is there and its CRC is right: then the CRC of all is 0."""
    return end <= len(payload) and crc16(payload[begin:end]) == 0


def _asked(payload: bytes, at: int) -> str:
    first = int.from_bytes(payload[at + 2 : at + 4], "big")
    count = int.from_bytes(payload[at + 4 : at + 6], "big")
    return f"a request to read {count} registers from {first} on, no response"


def _failure(code: int) -> str:
    return f"the device answered exception {code:02X}: {_FAILURES.get(code, 'unknown')}"
