"""CJ/T 188 frames, one after the other in a payload."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ingest.decoders._cjt188_words import REPLY, REPORT, identifier
from telemetry.errors import DecodeError

START: Final = 0x68
END: Final = 0x16
HEAD: Final = 11
_TAIL: Final = 2
_LENGTH_AT: Final = 10
_SERIAL_AT: Final = 3
_MOST: Final = 4096


class Frame(msgspec.Struct, frozen=True):
    """A frame where it lies in the payload.

    Its data lie from ``body`` to ``body_end`` and begin with the identifier ``di`` (0 where there is none).
    ``fault`` says what is wrong with a frame that cannot be read.
    """

    begin: int
    end: int
    type: int = 0
    address: str = ""
    """Fourteen digits, A6 first."""
    control: int = 0
    di: int = 0
    body: int = 0
    body_end: int = 0
    fault: str = ""

    @property
    def by_meter(self) -> bool:
        """Whether a meter sent it, and not whoever reads meters."""
        return bool(self.control & REPLY) or self.control == REPORT


def frames(payload: bytes) -> list[Frame]:
    """Return the frames of a payload; what stands before and between them is passed over.

    Raises
    ------
    DecodeError
        decode_error, if there is none, or more than a concentrator can send.
    """
    found = []
    for frame in _frames(payload):
        found.append(frame)
        if len(found) > _MOST:
            raise DecodeError("decode_error", f"more than {_MOST} CJ/T 188 frames in one payload")
    if not found:
        raise DecodeError("decode_error", "no CJ/T 188 frame: no start byte 68")
    return found


def _frames(payload: bytes) -> Iterator[Frame]:
    """Yield frames in one pass: a start byte without a frame's end where it says is looked at once."""
    lost = -1
    at = payload.find(START)
    while at >= 0:
        end = _end(payload, at)
        if end < 0:
            lost = at if lost < 0 else lost
            at = payload.find(START, at + 1)
            continue
        if lost >= 0:
            yield _unreadable(payload, lost, at)
            lost = -1
        yield _frame(payload, at, end)
        at = payload.find(START, end)
    if lost >= 0:
        yield _unreadable(payload, lost, len(payload))


def _end(payload: bytes, at: int) -> int:
    """Return where a frame ends that begins here; -1 where none does."""
    if at + HEAD + _TAIL > len(payload):
        return -1
    end = at + HEAD + payload[at + _LENGTH_AT] + _TAIL
    return end if end <= len(payload) and payload[end - 1] == END else -1


def _unreadable(payload: bytes, begin: int, end: int) -> Frame:
    if begin + HEAD + _TAIL > len(payload):
        return Frame(begin, end, fault=f"cut off: {len(payload) - begin} bytes from the start byte 68 on")
    length = payload[begin + _LENGTH_AT]
    left = len(payload) - begin - HEAD
    if left < length + _TAIL:
        said = f"{length} bytes of data, checksum and 16 are said"
        return Frame(begin, end, fault=f"cut off: {said}, {left} bytes are there")
    return Frame(begin, end, fault=f"no end byte 16 after the {length} bytes of data that are said")


def _frame(payload: bytes, at: int, end: int) -> Frame:
    body, body_end = at + HEAD, end - _TAIL
    summed = sum(payload[at:body_end]) & 0xFF
    if summed != payload[body_end]:
        return Frame(at, end, fault=f"checksum {payload[body_end]:02X}, the sum is {summed:02X}")
    return Frame(
        at,
        end,
        type=payload[at + 1],
        address=payload[at + 2 : at + 9][::-1].hex().upper(),
        control=payload[at + 9],
        di=identifier(payload[body : body + 2]) if body_end - body >= _SERIAL_AT else 0,
        body=body,
        body_end=body_end,
    )
