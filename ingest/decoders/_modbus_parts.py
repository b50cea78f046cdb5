"""Which bytes of a Modbus payload mean what, for ``citygas decode --explain``."""

from collections.abc import Sequence
from typing import Final

from ingest.decoders._hexadecimal import said, where_said
from ingest.decoders._modbus import Frame, frames
from ingest.decoders._modbus_route import Route, route
from ingest.decoding import Part, Settings
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage

_HEAD: Final = 3


def explain(message: RawMessage, settings: Settings) -> Sequence[Part]:
    """Return the parts of a payload; without settings those of its frames, not of their registers."""
    try:
        told = route(settings) if settings else None
        payload = told.bytes_of(message.payload) if told else said(message.payload)
        found = told.frames(payload) if told else frames(payload)
    except (ConfigurationError, DecodeError) as error:
        return [Part(f"fault: {error}", None, 0, len(message.payload))]
    fields = _fields(told, payload, found) if told else {}
    parts = [part for frame in found for part in _frame(payload, frame, fields.get(frame.begin, ()))]
    return parts if payload is message.payload else where_said(message.payload, parts)


def _frame(payload: bytes, frame: Frame, fields: Sequence[Part]) -> list[Part]:
    if frame.fault:
        return [Part(frame.fault, None, frame.begin, frame.end)]
    begin, body, end = frame.begin, frame.body, frame.body_end
    found = [*fields] or [Part("registers", payload[body:end].hex(" ", 2).upper(), body, end)]
    if body - begin == _HEAD:
        found[:0] = [
            Part("slave", frame.slave, begin, begin + 1),
            Part("function: read registers", payload[begin + 1], begin + 1, begin + 2),
            Part("bytes of registers", end - body, begin + 2, body),
        ]
    if frame.end > end:
        found.append(Part("CRC-16, right", payload[end : frame.end].hex(" ").upper(), end, frame.end))
    return found


def _fields(told: Route, payload: bytes, found: Sequence[Frame]) -> dict[int, list[Part]]:
    """Return what the map finds in each response, by where its frame begins."""
    parts: dict[int, list[Part]] = {}
    for element in told.elements(found):
        try:
            registers = told.registers(payload, element)
        except DecodeError as error:
            if not element[0].fault:
                parts[element[0].begin] = [
                    Part(f"fault: {error.detail}", None, element[0].begin, element[-1].end)
                ]
            continue
        before = 0
        for frame in element:
            after = before + frame.body_end - frame.body
            here = [one for one in told.map.fields if before <= one.begin < after]
            parts[frame.begin] = [
                one.part(registers, frame.body - before) for one in sorted(here, key=lambda one: one.begin)
            ]
            before = after
    return parts
