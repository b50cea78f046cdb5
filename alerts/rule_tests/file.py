"""Rule tests as a TOML file states them: what is said, and what must ring."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from telemetry.errors import ConfigurationError

Row: TypeAlias = dict[str, Any]
When: TypeAlias = str | float
"""A duration such as ``1h30m`` since the start, seconds, or a time with offset."""

_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
_START: Final = "2026-07-01T00:00:00+00:00"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a device or a station says has begun, ended or happened."""

    at: When
    device: str
    code: str
    state: Literal["on", "off", "once"]
    delay: str | float = 0


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alarm that becomes active, or that returns, at a time; what is not given may be anything."""

    at: When
    rule: str
    target: str
    state: Literal["active", "returned"]
    value: float | None = None
    limit: float | None = None
    muted: bool | None = None


class RuleTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test; what it leaves open is as the file says."""

    name: str
    expect: list[Expected]
    registry: dict[str, list[Row]] = {}
    rules: list[str] | None = None
    start: datetime | None = None
    interval: str | float | None = None
    until: When | None = None
    look: str | float | None = None
    series: list[Row] = []
    event: list[Event] = []


class RuleTestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of tests, and what they share."""

    test: list[RuleTest]
    registry: dict[str, list[Row]] = {}
    rules: list[str] | None = None
    start: datetime = datetime.fromisoformat(_START)
    interval: str | float = "1m"
    look: str | float | None = None


def read_rule_tests(path: Path) -> RuleTestFile:
    """Read a file of rule tests.

    Raises
    ------
    ConfigurationError
        If it is no such file, with the line or the key that is wrong.
    """
    try:
        return msgspec.convert(_times_as_text(tomllib.loads(path.read_text("utf-8"))), RuleTestFile)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_spoken(error)}") from error


def duration(given: str | float) -> timedelta:
    """Return a duration.

    >>> duration("1h30m"), duration(90), duration("0s")
    (datetime.timedelta(seconds=5400), datetime.timedelta(seconds=90), datetime.timedelta(0))
    """
    if isinstance(given, int | float):
        return timedelta(seconds=given)
    match = _DURATION.fullmatch(given)
    if not given or match is None:
        raise ConfigurationError(f"{given!r}: expected a duration such as 90s, 10m, 1h30m or 14d")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def when(given: When, start: datetime) -> datetime:
    """Return a time, or so long after the start."""
    if not isinstance(given, str) or "T" not in given:
        return start + duration(given)
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise ConfigurationError(f"{given!r}: expected a time such as {_START}") from None
    if at.tzinfo is None:
        raise ConfigurationError(f"{given!r}: the offset is missing, as in {_START}")
    return at


def _times_as_text(stated: Any) -> Any:  # noqa: ANN401 -- whatever TOML can hold
    """Return what a file states with its times as text, as the rest of the platform reads them."""
    match stated:
        case dict():
            return {key: _times_as_text(value) for key, value in stated.items()}
        case list():
            return [_times_as_text(value) for value in stated]
        case datetime():
            return stated.isoformat()
        case _:
            return stated


def _spoken(error: msgspec.ValidationError) -> str:
    """Return what is wrong, the key first."""
    said, _, path = str(error).partition(" - at `$")
    return f"{path.rstrip('`').removeprefix('.')}: {said}" if path else said


def merged(shared: Mapping[str, list[Row]], own: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return registry rows of a file and of one of its tests together."""
    return {name: [*shared.get(name, ()), *own.get(name, ())] for name in {**shared, **own}}
