"""How a payload writes its time, compiled to a function that reads it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from ingest.decoders._lenient import shown
from ingest.decoders._map_spec import TimeSpec
from ingest.decoders._paths import Look, looking, place
from telemetry.errors import ConfigurationError, DecodeError

Read: TypeAlias = Callable[[object], datetime | float | str]
_EPOCHS: Final = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
_PARTS: Final = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%M": r"(?P<minute>\d{1,2})",
    "%S": r"(?P<second>\d{1,2})",
}
_DIRECTIVE: Final = re.compile(r"%[A-Za-z%]")
_SOME_DAY: Final = datetime(2026, 11, 30, 23, 58, 59, tzinfo=UTC)


def time_reader(spec: TimeSpec) -> tuple[Look, bool]:
    """Return what reads the time of an element, and whether it is local: without a zone.

    What is read is whatever the native format takes for ``measured_at``; a local time is written as if
    it were UTC.

    Raises
    ------
    ConfigurationError
        If the path or the way it is written is none.
    """
    look = looking(place("time.path", spec.path))
    read, local = _reader(spec.as_)

    def time(element: object, root: object) -> object:
        given = look(element, root)
        if given is None:
            raise DecodeError("missing_field", f"measured_at: nothing at {spec.path}")
        try:
            return read(given)
        except (TypeError, ValueError, OverflowError):
            raise DecodeError(
                "wrong_type", f"measured_at: {shown(given)} at {spec.path}; expected {spec.as_}"
            ) from None

    return time, local


def _reader(written: str) -> tuple[Read, bool]:
    if written == "rfc3339":
        return _text, False
    if written == "local":
        return lambda given: _without_zone(datetime.fromisoformat(_text(given))), True
    if written in _EPOCHS:
        return _epoch(_EPOCHS[written]), False
    return _format(written)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _figures_or_text(given: object) -> str:
    """Return text; of 20260301080000, a number, the figures."""
    return str(given) if type(given) is int else _text(given)


def _epoch(per_second: int) -> Read:
    def read(given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise TypeError
        return given / per_second

    return read


def _format(written: str) -> tuple[Read, bool]:
    """Return what reads a strptime format; plain figures without `datetime.strptime`, which is slow."""
    directives = _DIRECTIVE.findall(written)
    if not _tells_date_and_time(written):
        known = ", ".join(("rfc3339", "local", *_EPOCHS))
        raise ConfigurationError(
            f"time.as: {written!r}; expected one of {known}, or a strptime format of date and time"
        )
    if "%z" in directives:
        return lambda given: _by_format(given, written), False
    if set(directives) <= _PARTS.keys() and len(directives) == len(set(directives)):
        return _figures(written), True
    return lambda given: _by_format(given, written).replace(tzinfo=UTC), True


def _tells_date_and_time(written: str) -> bool:
    """Tell whether a format gives back the time that was written by it, to the minute at least."""
    try:
        back = _by_format(_SOME_DAY.strftime(written), written)
    except (ValueError, re.error):
        return False
    return back.replace(tzinfo=UTC, second=0) == _SOME_DAY.replace(second=0)


def _by_format(given: object, written: str) -> datetime:
    return datetime.strptime(_figures_or_text(given), written)  # noqa: DTZ007  # who calls knows the zone


def _figures(written: str) -> Read:
    escaped = re.escape(written)
    for directive, part in _PARTS.items():
        escaped = escaped.replace(re.escape(directive), part)
    match_whole = re.compile(escaped).fullmatch

    def read(given: object) -> datetime:
        match = match_whole(_figures_or_text(given))
        if match is None:
            raise ValueError
        return datetime(tzinfo=UTC, **{name: int(text) for name, text in match.groupdict().items()})

    return read


def _without_zone(told: datetime) -> datetime:
    if told.tzinfo is not None:
        raise ValueError
    return told.replace(tzinfo=UTC)
