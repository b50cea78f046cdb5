"""What can be kept of an element that is not well formed, and the reason where nothing can."""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NoReturn, TypeVar, get_args

import msgspec

from ingest.decoders._wire import FlagWord, WireCredit, WireReading, WireStream
from telemetry.errors import DecodeError
from telemetry.quality import Flag

Wire = TypeVar("Wire", bound=msgspec.Struct)

_WORDS: Final = frozenset(get_args(FlagWord))
_FINITE_DIGITS: Final = 300
"""A whole number of more digits is taken as a float: int() refuses thousands of them."""
_LEAP_SECOND: Final = re.compile(r"(.{10}[Tt ]\d\d:59:)60(.*)")


@dataclass
class Salvage:
    """What was lost on the way: keys dropped, with the reason, and keys nobody knows."""

    dropped: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @property
    def flags(self) -> int:
        """The flags that say so on the reading."""
        flags = 0
        for reason in self.dropped.values():
            flags |= Flag.NOT_FINITE if reason == "not_finite" else Flag.FIELD_DROPPED
        return int(flags)


def parse(payload: bytes) -> object:
    """Return the JSON of a payload; numbers may overflow to infinity, which is judged key by key."""
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DecodeError("not_utf8", f"byte {error.start}: {error.reason}") from None
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_int=_whole)
    except RecursionError:
        raise DecodeError("not_json", "nested too deeply") from None
    except ValueError as error:
        raise DecodeError("not_json", str(error)[:200]) from None


def salvage(
    element: dict[str, object], struct: type[Wire], ignored: frozenset[str] = frozenset()
) -> tuple[Wire, Salvage]:
    """Return what is well formed of an element, and what was lost.

    Raises
    ------
    DecodeError
        missing_field, wrong_type or not_finite, where a required key is at fault.
    """
    lost = Salvage()
    values: dict[str, object] = {}
    for info in _fields(struct):
        given = element.get(info.name)
        if given is None:
            if info.required:
                raise DecodeError("missing_field", info.name)
            continue
        reason = _take(given, info, values, lost)
        if reason and info.required:
            raise DecodeError(reason, f"{info.name}: {shown(given)}")
        if reason:
            lost.dropped[info.name] = reason
    known = ignored.union(struct.__struct_fields__)
    lost.unknown.update(str(key) for key in element if key not in known)
    return struct(**values), lost


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return a struct's fields: to work them out takes longer than to read an element."""
    return msgspec.structs.fields(struct)


def require_register(wire: WireReading, lost: Salvage) -> None:
    """Refuse a reading without a register; its own fault where one was sent and dropped."""
    if wire.index_m3 is None and wire.base_index_m3 is None:
        for name in ("index_m3", "base_index_m3"):
            if name in lost.dropped:
                raise DecodeError(lost.dropped[name], name)
        raise DecodeError("missing_field", "index_m3 or base_index_m3")


def _take(
    given: object, info: msgspec.structs.FieldInfo, values: dict[str, object], lost: Salvage
) -> str | None:
    """Convert one key into ``values``; return the reason where it cannot be."""
    part = _PARTS.get(info.name)
    if part is not None:
        values[info.name] = part(given, lost)
        return None
    if isinstance(given, float) and not math.isfinite(given):
        return "not_finite"
    try:
        values[info.name] = msgspec.convert(_settled(given), info.type)
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter: a lone surrogate
        return "wrong_type"
    return None


def _settled(given: object) -> object:
    """Return a leap second as the second that follows it, anything else as it is."""
    if isinstance(given, str) and (match := _LEAP_SECOND.fullmatch(given)):
        with suppress(msgspec.ValidationError, UnicodeEncodeError, OverflowError):
            return msgspec.convert(f"{match[1]}59{match[2]}", datetime) + timedelta(seconds=1)
    return given


def _flags(given: object, lost: Salvage) -> tuple[str, ...]:
    """Keep the words we know."""
    words = given if isinstance(given, list) else [None]
    kept = tuple(word for word in words if isinstance(word, str) and word in _WORDS)
    if len(kept) < len(words):
        lost.dropped["flags"] = "wrong_type"
    return kept


def _nested(name: str, struct: type[Wire]) -> Callable[[object, Salvage], Wire | None]:
    def part(given: object, lost: Salvage) -> Wire | None:
        if not isinstance(given, dict):
            lost.dropped[name] = "wrong_type"
            return None
        kept, more = salvage(given, struct)
        lost.dropped.update({f"{name}.{key}": reason for key, reason in more.dropped.items()})
        lost.unknown.update(f"{name}.{key}" for key in more.unknown)
        return kept

    return part


def _streams(given: object, lost: Salvage) -> dict[str, WireStream] | None:
    if not isinstance(given, dict):
        lost.dropped["streams"] = "wrong_type"
        return None
    lost.unknown.update(f"streams.{name}" for name in given if name not in _STREAMS)
    kept = {name: one(given[name], lost) for name, one in _STREAMS.items() if given.get(name) is not None}
    return {name: part for name, part in kept.items() if part is not None}


_STREAMS: Final = {name: _nested(f"streams.{name}", WireStream) for name in ("A", "B")}
_PARTS: Final[dict[str, Callable[[object, Salvage], object]]] = {
    "flags": _flags,
    "credit": _nested("credit", WireCredit),
    "streams": _streams,
}


def _refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is no JSON number")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _FINITE_DIGITS else float(digits)


def shown(value: object) -> str:
    """Return a value for a sentence; what may be nested deeply only by its kind."""
    if isinstance(value, (list, dict)):
        return "an array" if isinstance(value, list) else "an object"
    return repr(value)[:80]
