"""Fields that lie in bytes where a table says: a corrector's registers, the frame of a radio meter.

==========  =====================================================================================
of a field  means
==========  =====================================================================================
type        ``u8 u16 u24 u32 u64``, ``i8 … i64``, ``f32``, ``f64``, ``bcd`` (two digits a byte), ``bits``
bytes       how long it is: needed of ``bcd`` and ``bits`` alone
order       ``ABCD`` high byte first; ``CDAB`` words swapped; ``BADC`` bytes swapped in each word; ``DCBA``
key         the native key that it means; of several fields with one key the sum counts
scale       what the number is multiplied with, then ``offset`` added, then ``unit`` brought to the key's
missing     the number that stands for "not measured"
words       number → word, where the key is a word: ``valve``, ``meter_bypass_valve``
flags       bit → flag word of the native format; bit 0 is the lowest
mask        of ``bits``, those that hold the number; it is moved down to bit 0
name        what ``citygas decode --explain`` calls it, where the key does not say enough
==========  =====================================================================================
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from struct import Struct
from typing import Final, Literal, TypeAlias

import msgspec

from ingest.decoders._keys import COUNTS, UNITS, WORDS, linear
from ingest.decoders._wire import FlagWord
from ingest.decoding import Part
from telemetry.errors import ConfigurationError

Order: TypeAlias = Literal["ABCD", "CDAB", "BADC", "DCBA"]
Number: TypeAlias = int | float
Read: TypeAlias = Callable[[bytes], Number | None]
"""The number in a field's own bytes; None where they hold none."""

_SIZES: Final = {"8": 1, "16": 2, "24": 3, "32": 4, "64": 8}
_F32: Final = Struct(">f")
_F64: Final = Struct(">d")
_WORD: Final = 2
_LONGEST: Final = 8
UNREADABLE: Final = "unreadable"
"""Stands where a key's bytes hold no number: no key takes a word like it, so that it is judged as wrong."""


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field, as its table says it."""

    type: Literal[
        "u8", "u16", "u24", "u32", "u64", "i8", "i16", "i24", "i32", "i64", "f32", "f64", "bcd", "bits"
    ]
    bytes: int | None = None
    order: Order = "ABCD"
    key: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    unit: str | None = None
    missing: int | None = None
    words: dict[str, str] = {}
    flags: dict[str, FlagWord] = {}
    mask: int | None = None
    name: str | None = None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.bytes or _SIZES.get(self.type[1:], 0)


@dataclass(frozen=True)
class Placed:
    """A field where it lies, ready to be read."""

    field: Field
    begin: int
    end: int
    number: Read
    value: Callable[[Number], object] | None
    """What makes the key's value of the number; None where it is the number."""

    def part(self, given: bytes, start: int = 0) -> Part:
        """Return what it says, for ``--explain``; ``start`` is where its bytes begin in the payload."""
        number = self.number(given)
        named = " ".join(filter(None, (self.field.name, self.field.key and f"[{self.field.key}]")))
        if number is None:
            value: object = UNREADABLE
        elif number == self.field.missing:
            value = None
        elif self.field.flags:
            value = _words_set(self.field.flags, int(number))
        else:
            value = number if self.value is None else self.value(number)
        return Part(named or self.field.type, value, start + self.begin, start + self.end)


def place(field: Field, begin: int) -> Placed:
    """Return a field ready to be read from where it begins.

    Raises
    ------
    ConfigurationError
        If its table contradicts itself, or the unit does not fit the key.
    """
    _check(field)
    end = begin + field.size
    return Placed(field, begin, end, _number(field, begin, end), _value(field))


def reader(fields: Sequence[Placed]) -> Callable[[bytes], dict[str, object]]:
    """Return what reads the values of fields from their bytes, by native key."""
    plan = [
        (one.field.key, one.number, one.value, one.field.missing, one.field.flags)
        for one in fields
        if one.field.key or one.field.flags
    ]

    def values(given: bytes) -> dict[str, object]:
        found: dict[str, object] = {}
        raised: list[str] = []
        for key, number_of, value_of, missing, flags in plan:
            number = number_of(given)
            if flags and number is not None:
                raised += _words_set(flags, int(number))
            if key is None or (missing is not None and number == missing):
                continue
            value = UNREADABLE if number is None else number if value_of is None else value_of(number)
            found[key] = _added(found[key], value) if key in found else value
        if raised:
            found["flags"] = raised
        return found

    return values


def _added(one: object, other: object) -> object:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one + other
    return UNREADABLE


def _words_set(flags: Mapping[str, str], number: int) -> list[str]:
    return [word for bit, word in flags.items() if number >> int(bit) & 1]


def _check(field: Field) -> None:
    if field.type in ("bcd", "bits"):
        if field.bytes is None or not 0 < field.bytes <= _LONGEST:
            raise ConfigurationError(f"bytes: {field.bytes}; expected 1 to {_LONGEST} for {field.type}")
    elif field.bytes is not None:
        raise ConfigurationError(f"bytes: {field.type} has its own length")
    if field.order in ("CDAB", "BADC") and field.size % _WORD:
        raise ConfigurationError(f"order: {field.order} is of words of two bytes, not of {field.size}")
    _check_key(field)
    _check_bits(field)


def _check_key(field: Field) -> None:
    known = {*UNITS, *WORDS, *COUNTS}
    if field.key is not None and field.key not in known:
        raise ConfigurationError(f"key: {field.key!r}; expected one of {', '.join(sorted(known))}")
    if bool(field.words) != (field.key in WORDS):
        raise ConfigurationError("words: expected of the keys valve and meter_bypass_valve, and no other")
    if not all(number.isdecimal() for number in field.words):
        raise ConfigurationError(f"words: {', '.join(field.words)}; expected whole numbers to words")


def _check_bits(field: Field) -> None:
    bits = 8 * field.size
    if (field.flags or field.mask is not None) and field.type != "bits":
        raise ConfigurationError("flags, mask: expected of the type bits alone")
    if not all(bit.isdecimal() and int(bit) < bits for bit in field.flags):
        raise ConfigurationError(f"flags: expected bits 0 to {bits - 1}")
    if field.mask is not None and not 0 < field.mask < 1 << bits:
        raise ConfigurationError(f"mask: {field.mask}; expected some of {bits} bits")


def _value(field: Field) -> Callable[[Number], object] | None:
    """Return what makes the key's value of a field's number; None where it is the number."""
    if field.words:
        words = {int(number): word for number, word in field.words.items()}
        return lambda number: words.get(int(number), UNREADABLE)
    if field.key is None:
        return None
    unit = linear(field.key, field.unit)
    scale = Fraction(str(field.scale)) * unit.scale
    plus = field.offset * float(unit.scale) + unit.plus
    up, down = scale.numerator, scale.denominator
    if (up, down, plus) == (1, 1, 0):
        return None
    if plus == 0:
        return lambda number: number * up / down
    return lambda number: number * up / down + plus


def _number(field: Field, begin: int, end: int) -> Read:
    """Return what reads the number of a field from the bytes it lies in."""
    own = _ordered(field, begin, end)
    match field.type:
        case "f32" if field.order == "ABCD":
            return lambda given: shortest(_F32.unpack_from(given, begin)[0])
        case "f32":
            return lambda given: shortest(_F32.unpack(own(given))[0])
        case "f64":
            return lambda given: float(_F64.unpack(own(given))[0])
        case "bcd":
            return lambda given: _decimal(own(given))
        case "bits" if field.mask is not None:
            mask, down = field.mask, (field.mask & -field.mask).bit_length() - 1
            return lambda given: (int.from_bytes(own(given), "big") & mask) >> down
    signed = field.type.startswith("i")
    return lambda given: int.from_bytes(own(given), "big", signed=signed)


def _ordered(field: Field, begin: int, end: int) -> Callable[[bytes], bytes]:
    """Return what takes a field's bytes, the highest first."""
    match field.order:
        case "ABCD":
            return lambda given: given[begin:end]
        case "DCBA":
            return lambda given: given[begin:end][::-1]
        case "CDAB":
            places = [at + byte for at in range(end - _WORD, begin - 1, -_WORD) for byte in range(_WORD)]
        case "BADC":
            places = [at + byte for at in range(begin, end, _WORD) for byte in (1, 0)]
    return lambda given: bytes([given[place] for place in places])


def _decimal(digits: bytes) -> int | None:
    text = digits.hex()
    return int(text) if text.isdecimal() else None


def shortest(single: float) -> float:
    """Return the shortest decimal that a float32 stands for: what the device had and shows.

    >>> import struct
    >>> shortest(struct.unpack(">f", bytes.fromhex("41AD3127"))[0])
    21.649
    """
    if not isfinite(single):
        return single
    for digits in (6, 7, 8):
        near = float(f"{single:.{digits}g}")
        if _F32.unpack(_F32.pack(near))[0] == single:
            return near
    return float(f"{single:.9g}")
