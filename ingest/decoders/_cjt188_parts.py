"""Which bytes of a CJ/T 188 payload mean what, for ``citygas decode --explain``."""

from collections.abc import Sequence
from typing import Final

from ingest.decoders._cjt188 import HEAD, Frame, frames
from ingest.decoders._cjt188_values import LENGTHS, SLOTS, WRITTEN, Slot
from ingest.decoders._cjt188_words import TYPES, control_word, identifier_word
from ingest.decoders._hexadecimal import said, where_said
from ingest.decoding import Part, Settings
from telemetry.errors import DecodeError
from telemetry.model import RawMessage, moment

_SERIAL: Final = 2
_DATA: Final = 3


def explain(message: RawMessage, _settings: Settings) -> Sequence[Part]:
    """Return the parts of a payload, of requests and commands, too."""
    try:
        payload = said(message.payload)
        found = frames(payload)
    except DecodeError as error:
        return [Part(f"fault: {error}", None, 0, len(message.payload))]
    parts: list[Part] = []
    at = 0
    for frame in found:
        if frame.begin > at:
            parts.append(_passed_over(payload, at, frame.begin))
        parts += [Part(frame.fault, None, frame.begin, frame.end)] if frame.fault else _frame(payload, frame)
        at = frame.end
    if at < len(payload):
        parts.append(_passed_over(payload, at, len(payload)))
    return parts if payload is message.payload else where_said(message.payload, parts)


def _passed_over(payload: bytes, begin: int, end: int) -> Part:
    some = payload[begin:end]
    return Part("passed over" if some.strip(b"\xfe") else "preamble", _hex(some), begin, end)


def _frame(payload: bytes, frame: Frame) -> list[Part]:
    begin, body, end = frame.begin, frame.body, frame.body_end
    head = [
        Part("start", None, begin, begin + 1),
        Part(f"type: {TYPES.get(frame.type, 'unknown')}", f"{frame.type:02X}", begin + 1, begin + 2),
        Part("address, A6 first", frame.address, begin + 2, begin + 9),
        Part(f"control: {control_word(frame.control)}", f"{frame.control:02X}", begin + 9, begin + 10),
        Part("bytes of data", end - body, begin + 10, begin + HEAD),
    ]
    tail = [
        Part("checksum, right", f"{payload[end]:02X}", end, end + 1),
        Part("end", None, end + 1, frame.end),
    ]
    return [*head, *_data(payload, frame), *tail]


def _data(payload: bytes, frame: Frame) -> list[Part]:
    body, end = frame.body, frame.body_end
    if end - body < _DATA:
        return [Part("data", _hex(payload[body:end]), body, end)] if end > body else []
    found = [
        Part(f"identifier: {identifier_word(frame.di)}", f"{frame.di:04X}", body, body + _SERIAL),
        Part("serial", payload[body + _SERIAL], body + _SERIAL, body + _DATA),
    ]
    slots = _slots(frame)
    for slot in slots:
        begin, after = body + slot.begin, body + slot.end
        try:
            value = slot.read(payload[begin:after])
        except DecodeError as error:
            value = f"unreadable: {error.detail}"
        if slot.key == "clock" and isinstance(value, int):
            value = f"{moment(value):%Y-%m-%d %H:%M:%S} local"
        found.append(Part(slot.meaning, value, begin, after))
    rest = body + (slots[-1].end if slots else _DATA)
    if rest < end:
        found.append(Part("data", _hex(payload[rest:end]), rest, end))
    return found


def _slots(frame: Frame) -> Sequence[Slot]:
    length = frame.body_end - frame.body
    if frame.by_meter:
        return SLOTS[frame.di] if length in LENGTHS.get(frame.di, ()) else ()
    written = WRITTEN.get(frame.di)
    return [written] if written and length >= written.end else ()


def _hex(some: bytes) -> str:
    return some.hex(" ").upper()
