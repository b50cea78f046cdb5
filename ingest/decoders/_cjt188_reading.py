"""From the frames of one meter to native keys: its register, its clock, its valve, what credit it holds."""

from collections.abc import Sequence
from typing import Final

from ingest.decoders._cjt188 import Frame
from ingest.decoders._cjt188_route import Route
from ingest.decoders._cjt188_values import LENGTHS, SLOTS
from ingest.decoders._cjt188_words import (
    GAS,
    MAKER_REPORT,
    METERING,
    PURCHASE,
    READ,
    REPORT,
    TYPES,
    control_word,
    identifier_word,
)
from ingest.decoders._fields import UNREADABLE
from telemetry.errors import DecodeError
from telemetry.model import Instant

_READINGS: Final = frozenset({(READ, METERING), (READ, MAKER_REPORT), (REPORT, MAKER_REPORT)})
_REQUIRED: Final = frozenset({"index_m3", "clock"})


def elements(found: Sequence[Frame]) -> list[list[Frame]]:
    """Return frames by what they tell of together: purchases belong to their meter's reading before them.

    What whoever reads meters sent is passed over, unless there is nothing else.
    """
    together: list[list[Frame]] = []
    for frame in [frame for frame in found if frame.fault or frame.by_meter] or found:
        before = together[-1][0] if together else frame
        if frame.di == PURCHASE and _reads(before) and before.address == frame.address:
            together[-1].append(frame)
        else:
            together.append([frame])
    return together


def values(told: Route, payload: bytes, element: Sequence[Frame]) -> tuple[Instant | None, dict[str, object]]:
    """Return the meter's clock, where it counts, and what the frames of an element say, by native key.

    Raises
    ------
    DecodeError
        decode_error or missing_field, where the first is no reading; wrong_type, where its register or
        its clock cannot be read.
    """
    reading = element[0]
    _check(reading)
    found = _said(told, payload, reading)
    clock = found.pop("clock", None)
    word, remaining = found.pop("status", None), found.pop("remaining", None)
    if isinstance(word, int):
        found |= told.status(word)
    credit = {told.credit: remaining} if told.credit and remaining is not None else {}
    for frame in element[1:]:
        purchased = _said(told, payload, frame)
        credit |= {"remaining_money": purchased["remaining"], "sequence": purchased["sequence"]}
    if credit:
        found["credit"] = credit
    return clock if isinstance(clock, int) else None, found


def _said(told: Route, payload: bytes, frame: Frame) -> dict[str, object]:
    found: dict[str, object] = {}
    for slot in SLOTS[frame.di]:
        if slot.key is None or (slot.key == "clock" and not told.by_meter_s_clock):
            continue
        try:
            found[slot.key] = slot.read(payload[frame.body + slot.begin : frame.body + slot.end])
        except DecodeError as error:
            if slot.key in _REQUIRED:
                raise DecodeError(error.reason, f"{slot.meaning}: {error.detail}") from None
            found[slot.key] = UNREADABLE
    return found


def _reads(frame: Frame) -> bool:
    """Tell whether a frame holds a register."""
    return (frame.control, frame.di) in _READINGS


def _check(frame: Frame) -> None:
    """Refuse what is no reading, with what it is instead."""
    if frame.fault:
        raise DecodeError("decode_error", frame.fault)
    if frame.type != GAS:
        kind = TYPES.get(frame.type, "no gas meter")
        raise DecodeError("decode_error", f"type {frame.type:02X}: {kind}; expected gas, 30")
    if not _reads(frame):
        what = f"{control_word(frame.control)}: {identifier_word(frame.di)} ({frame.di:04X})"
        if (frame.control, frame.di) == (READ, PURCHASE):
            raise DecodeError("missing_field", f"{what} without a reading of {frame.address} before it")
        raise DecodeError("decode_error", f"{what}, no reading")
    _check_length(frame)


def _check_length(frame: Frame) -> None:
    length = frame.body_end - frame.body
    if length not in LENGTHS[frame.di]:
        expected = " or ".join(str(one) for one in LENGTHS[frame.di])
        raise DecodeError("decode_error", f"{frame.di:04X} with {length} bytes of data, expected {expected}")
