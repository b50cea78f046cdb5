"""What a device said of one instant, which statement counts, and why the others do not."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from telemetry.quality import flag_words
from telemetry.store.proof import Said
from telemetry.work.explanation import ReadingProof

At: TypeAlias = tuple[int, datetime]
"""A device and an instant."""

_KELVIN = 273.15
_DIGITS = 6


def reading_proofs(statements: Sequence[Said]) -> list[ReadingProof]:
    """Return the statements of one instant, the one that counts first."""
    return [_proof(one, _lost_by(one, statements[0])) for one in statements]


def _lost_by(one: Said, counts: Said) -> str | None:
    """Return why a statement does not count: the rules of `settled`, in their order."""
    if one is counts:
        return None
    if one.index_um3 is None and counts.index_um3 is not None:
        return "no_register"
    return "lower_content_hash" if one.seq == counts.seq else "lower_seq"


def _proof(one: Said, lost_by: str | None) -> ReadingProof:
    return ReadingProof(
        device=one.device,
        measured_at=one.measured_at,
        received_at=one.received_at,
        stored_at=one.stored_at,
        lost_by=lost_by,
        index_um3=one.index_um3,
        base_index_um3=one.base_index_um3,
        pressure_kpa=_scaled(one.pressure_pa, 1000),
        gauge_pressure_kpa=_scaled(one.gauge_pressure_pa, 1000),
        temperature_degc=None if one.temperature_k is None else round(one.temperature_k - _KELVIN, _DIGITS),
        seq=one.seq,
        flags=tuple(flag_words(one.flags)),
        topic=one.topic,
        payload=_text(one.payload),
        payload_bytes=None if one.payload is None else len(one.payload),
    )


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else round(value / by, _DIGITS)


def _text(payload: bytes | None) -> str | None:
    """Return a payload that is text, on as many lines as it has; None for any other."""
    try:
        text = (payload or b"").decode()
    except UnicodeDecodeError:
        return None
    return text if text and all(one.isprintable() or one in "\r\n\t" for one in text) else None
