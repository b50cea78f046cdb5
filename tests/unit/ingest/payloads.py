"""Payloads of the native format, and what they decode to."""

import json
from typing import Final

from msgspec.structs import replace

from ingest.assembly import decode
from ingest.decoding import Decoded, Record, decoder_named
from telemetry.model import PressureSample, RawMessage, Reading

TOPIC: Final = "citygas/v1/north/EVC-1/reading"
PRESSURE: Final = "citygas/v1/north/RS-1/pressure"
EVENT: Final = "citygas/v1/north/EVC-1/event"
BATCH: Final = "citygas/v1/north/GW-1/batch"


def decoded(payload: object, topic: str = TOPIC) -> Decoded:
    """Decode a payload: bytes and text as they are, anything else as JSON."""
    match payload:
        case bytes():
            raw = payload
        case str():
            raw = payload.encode()
        case _:
            raw = json.dumps(payload).encode()
    return decode(RawMessage(topic, raw, 0), decoder_named("native"))


def records(payload: object, topic: str = TOPIC) -> list[Record]:
    """Decode a payload of which nothing is refused."""
    found = decoded(payload, topic)
    assert not found.refusals, found.refusals
    return [record for _, record in found.records]


def reading(payload: object, topic: str = TOPIC, *, flags: int | None = None) -> Reading:
    """Decode a payload of one reading; ``flags`` are put in the place of its own."""
    (found,) = records(payload, topic)
    assert isinstance(found, Reading)
    return found if flags is None else replace(found, flags=flags)


def sample(payload: object, topic: str = PRESSURE) -> PressureSample:
    """Decode a payload of one pressure sample."""
    (found,) = records(payload, topic)
    assert isinstance(found, PressureSample)
    return found


def reasons(payload: object, topic: str = TOPIC) -> list[tuple[int | None, str]]:
    """Return where a payload is refused, and why."""
    return [(one.element, one.reason) for one in decoded(payload, topic).refusals]
