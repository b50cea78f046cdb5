"""Kinds of value that a registry column can hold: what is expected, how it is read and written."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any, Final, TypeAlias, get_args
from zoneinfo import ZoneInfo

Value: TypeAlias = str | float | bool | Decimal | datetime | date | time
"""What a column holds; int is a float to the type checker."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,9}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_READ_DAY: Final = re.compile(r"[1-9]|[12][0-9]|3[01]|end")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE_BREAKS: Final = str.maketrans("\n\r\t", "   ")
_PRIORITIES: Final = ("critical", "high", "medium", "low")
_TEXT_LENGTH: Final = 200
_NOTE_LENGTH: Final = 2000
_NOT_CIVIL: Final = ("posix", "right/", "local")
_YEARS: Final = range(1900, 2200)


@dataclass(frozen=True)
class Kind:
    """What a column holds; ``parse`` raises `ValueError` or `KeyError` on anything but ``expected``."""

    expected: str
    parse: Callable[[str], Value]
    write: Callable[[Any], str] = str


def number(low: float, high: float, *, positive: bool = False) -> Kind:
    """Return the kind of finite numbers in a range; ``positive`` leaves zero out."""

    def parse(text: str) -> float:
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        value = float(text) + 0.0  # -0 is 0
        if not low <= value <= high or (positive and not value):
            raise ValueError(text)
        return value

    span = f"above {low:.12g} and at most {high:.12g}" if positive else f"from {low:.12g} to {high:.12g}"
    return Kind(f"a number {span}", parse, _write_float)


def whole(low: int, high: int) -> Kind:
    """Return the kind of whole numbers in a range."""

    def parse(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse)


def decimal(low: int, high: int, places: int, what: str) -> Kind:
    """Return the kind of exact decimals in a range, of at most so many places."""

    def parse(text: str) -> Decimal:
        if not _DECIMAL.fullmatch(text):
            raise ValueError(text)
        value = Decimal(text)
        if not low <= value <= high or value != round(value, places):
            raise ValueError(text)
        return value

    expected = f"{what} from {low:,} to {high:,} with at most {places} decimals"
    return Kind(expected, parse, _write_decimal)


def one_of(words: Collection[str]) -> Kind:
    """Return the kind of a few words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Kind(f"one of {', '.join(words)}", parse)


def word_of(literal: object) -> Kind:
    """Return the kind of the words of a ``Literal``."""
    return one_of(get_args(literal))


def _parse_text(text: str) -> str:
    if len(text) > _TEXT_LENGTH or _CONTROL.search(text):
        raise ValueError(text)
    return text


def _parse_note(text: str) -> str:
    if len(text) > _NOTE_LENGTH or _CONTROL.search(text.translate(_LINE_BREAKS)):
        raise ValueError(text)
    return text


def _parse_setting(text: str) -> str:
    if text in _PRIORITIES:
        return text
    if not _NUMBER.fullmatch(text) or not isfinite(float(text)):
        raise ValueError(text)
    return _write_float(float(text) + 0.0)


def _parse_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _parse_instant(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None or when.year not in _YEARS:
        raise ValueError(text)
    return when.astimezone(UTC)


def _parse_day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise ValueError(text)
    return day


def _parse_clock(text: str) -> time:
    match = _CLOCK.fullmatch(text)
    if not match:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))


def _parse_whole_hour(text: str) -> time:
    clock = _parse_clock(text)
    if clock.minute:
        raise ValueError(text)
    return clock


@cache
def _parse_zone(text: str) -> str:
    if text.startswith(_NOT_CIVIL):
        raise ValueError(text)
    try:
        return ZoneInfo(text).key
    except OSError as folder:  # a folder of zones is no zone
        raise ValueError(text) from folder


def _parse_yes_no(text: str) -> bool:
    return _YES_NO[text.lower()]


def _parse_read_days(text: str) -> str:
    if not all(_READ_DAY.fullmatch(day) for day in text.split("|")):
        raise ValueError(text)
    return text


def _parse_sign(text: str) -> int:
    return _SIGNS[text]


def _write_float(value: float) -> str:
    return repr(value).removesuffix(".0")


def _write_decimal(value: Decimal) -> str:
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _write_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _write_clock(value: time) -> str:
    return f"{value:%H:%M}"


def _write_yes_no(value: bool) -> str:
    return "true" if value else "false"


_YES_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SIGNS: Final = {"1": 1, "+1": 1, "-1": -1, "0": 0}

TEXT: Final = Kind(f"a text of at most {_TEXT_LENGTH} characters without control characters", _parse_text)
NOTE: Final = Kind(f"a text of at most {_NOTE_LENGTH} characters", _parse_note)
NAME: Final = Kind("a name of 1 to 64 characters out of A-Z a-z 0-9 _ . -", _parse_name)
SETTING: Final = Kind(f"a number, or a priority: {', '.join(_PRIORITIES)}", _parse_setting)
INSTANT: Final = Kind(
    "a time with its offset, such as 2026-07-01T00:00:00+08:00", _parse_instant, _write_instant
)
DAY: Final = Kind("a date, such as 2026-07-01", _parse_day, date.isoformat)
CLOCK: Final = Kind("a time of day, such as 08:30", _parse_clock, _write_clock)
WHOLE_HOUR: Final = Kind("a time of day on a whole hour, such as 06:00", _parse_whole_hour, _write_clock)
TIME_ZONE: Final = Kind("a time zone's name, such as Asia/Shanghai", _parse_zone)
YES_NO: Final = Kind("true or false", _parse_yes_no, _write_yes_no)
READ_DAYS: Final = Kind("days of the month from 1 to 31 or end, such as 10|20|end", _parse_read_days)
SIGN: Final = Kind("1, -1 or 0", _parse_sign)
REGISTER: Final = decimal(0, 10**12 - 1, 6, "a register in m³")
CREDIT: Final = decimal(-(10**12), 10**12, 6, "an amount")
VOLUME: Final = decimal(0, 10**12, 6, "a volume in m³")
MONEY: Final = decimal(0, 10**12, 6, "an amount")
