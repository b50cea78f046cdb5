"""A rule test's series and events as what stations and devices would have said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import msgspec
import numpy as np

from alerts.replay.said import Said, readings_said, samples_said, told_by_event
from alerts.rule_tests.file import Event, Row, duration, when
from alerts.rule_tests.notation import Value, series
from telemetry.batch import Columns
from telemetry.errors import ConfigurationError
from telemetry.model import (
    SECOND,
    EventState,
    Instant,
    PressureSample,
    Reading,
    Stream,
    instant,
)
from telemetry.quality import DEVICE_FLAGS, EVENT_BITS
from telemetry.registry import Registry

_ABOUT: Final = frozenset({"station", "device", "stream", "interval", "from", "delay"})
_NOT_SENT: Final = frozenset({"device", "station", "measured_at", "stream"})
_STATION_SWITCHES: Final = ("slam_shut", "bypass_valve")


def span(key: str, given: str | float) -> Instant:
    """Return how long something takes that cannot take no time."""
    found = round(duration(given).total_seconds() * SECOND)
    if found <= 0:
        raise ConfigurationError(f"{key}: expected more than nothing, found {given!r}")
    return found


@dataclass(frozen=True)
class Spoken:
    """What one series says, and when it is over."""

    records: Sequence[Reading | PressureSample]
    delay: Instant
    end: Instant


def spoken(row: Row, start: datetime, interval: str | float) -> Spoken:
    """Return what a series stands for.

    Raises
    ------
    ConfigurationError
        With the key that is wrong.
    """
    if ("station" in row) == ("device" in row):
        raise ConfigurationError("expected either station or device")
    kind = PressureSample if "station" in row else Reading
    keys = [key for key in row if key not in _ABOUT]
    known = [name for name in kind.__struct_fields__ if name not in _NOT_SENT]
    if unknown := [key for key in keys if key not in known]:
        raise ConfigurationError(f"{unknown[0]}: expected one of {', '.join(known)}")
    values = {key: _values(row, key) for key in keys}
    begins = instant(when(row.get("from", 0), start))
    step = span("interval", row.get("interval", interval))
    length = max(map(len, values.values()), default=0)
    about = _about(row)
    records = [
        kind(**about, measured_at=begins + step * place, **said)
        for place in range(length)
        if (said := _said(kind, values, place))
    ]
    delay = round(duration(row.get("delay", 0)).total_seconds() * SECOND)
    return Spoken(records, delay, begins + step * length)


def _about(row: Row) -> dict[str, Any]:
    """Return of whom a series is."""
    if "device" in row:
        return {"device": row["device"]}
    name = row.get("stream", Stream.SINGLE.name)
    if name not in Stream.__members__:
        raise ConfigurationError(f"stream: expected A or B, found {name!r}")
    return {"station": row["station"], "stream": Stream[name]}


def _values(row: Row, key: str) -> list[Value]:
    """Return a key's values; a register may be stated by what it advances between readings."""
    stated = row[key]
    try:
        if isinstance(stated, dict):
            return list(_running(stated["first"], series(stated["by"])))
        return series(str(stated))
    except KeyError as missing:
        raise ConfigurationError(f"{key}: expected a series, or first and by; no {missing}") from None
    except (ConfigurationError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{key}: {error}") from error


def _running(first: float, by: list[Value]) -> Iterator[Value]:
    """Yield a register's first value and what it is after each advance; one not sent does not move it."""
    yield float(first)
    for one in by:
        first = round(first + float(one or 0), 6)
        yield None if one is None else first


def _said(kind: type[msgspec.Struct], values: Mapping[str, list[Value]], place: int) -> dict[str, Any]:
    """Return what is said at one place of a series."""
    return {
        key: _as_field(kind, key, value)
        for key, column in values.items()
        if place < len(column) and (value := column[place]) is not None
    }


def _as_field(kind: type[msgspec.Struct], key: str, value: float | str) -> object:
    """Return a value as the field it is given for takes it."""
    words = _words(kind, key)
    said = str(value).split(",") if key == "flags" else [value]
    if not words and isinstance(value, float):
        return int(value) if key == "seq" else value
    if words and words.keys() >= set(said):
        return sum(words[str(one)] for one in said) if key == "flags" else words[str(value)]
    expected = f"one of {', '.join(words)}" if words else "a number"
    raise ConfigurationError(f"{key}: expected {expected}, found {value!r}")


@cache
def _words(kind: type[msgspec.Struct], key: str) -> Mapping[str, int]:
    """Return the words that a field takes, none for a number."""
    if key == "flags":
        return DEVICE_FLAGS
    for one in get_args(get_type_hints(kind)[key]):
        if one is bool:
            return {"false": False, "true": True}
        if issubclass(one, IntEnum):
            return {member.name.lower(): member for member in one}
    return {}


def said(registry: Registry, spoken: list[Spoken], events: list[Event], start: datetime) -> Said:
    """Return everything that series and events say, as the registry knows who speaks.

    Raises
    ------
    ConfigurationError
        If it does not know somebody.
    """
    found = [_columns(registry, one.records, one.delay) for one in spoken]
    found += [_event(registry, one, start) for one in events]
    return Said(
        samples=_together([Said().samples, *(one.samples for one in found)]),
        readings=_together([Said().readings, *(one.readings for one in found)]),
    )


def _columns(registry: Registry, records: Sequence[Any], delay: Instant) -> Said:
    """Return a series' records as columns."""
    if not records:
        return Said()
    if isinstance(records[0], Reading):
        rows = readings_said(records)
        number = _number(registry.device_ids, "device", records[0].device)
        return Said(readings=_arriving(rows, delay, "device_id", number))
    rows = samples_said(records)
    number = _number(registry.station_ids, "station", records[0].station)
    return Said(samples=_arriving(rows, delay, "station_id", number))


def _number(numbers: Mapping[str, int], kind: str, name: str) -> int:
    if name not in numbers:
        raise ConfigurationError(f"{kind}: {name} is not in the registry")
    return numbers[name]


def _arriving(rows: Columns, delay: Instant, column: str, number: int) -> Columns:
    """Return rows with who said them and when that came in."""
    at = rows["measured_at"] + delay
    return rows | {column: np.full(at.size, number), "received_at": at, "arrived_at": at}


def _event(registry: Registry, event: Event, start: datetime) -> Said:
    """Return an event as a statement that tells of one switch, or of one flag, alone."""
    at = instant(when(event.at, start))
    delay = round(duration(event.delay).total_seconds() * SECOND)
    holds = EventState[event.state.upper()] is not EventState.OFF
    if event.device in registry.station_ids and event.code in _STATION_SWITCHES:
        sample = PressureSample(station=event.device, measured_at=at)
        return _with(_columns(registry, [sample], delay), event.code, int(holds))
    if event.device in registry.station_ids or event.code not in EVENT_BITS:
        known = _STATION_SWITCHES if event.device in registry.station_ids else EVENT_BITS
        raise ConfigurationError(f"code: expected one of {', '.join(known)}, found {event.code!r}")
    found = _columns(registry, [Reading(device=event.device, measured_at=at)], delay)
    return Said(readings=found.readings | told_by_event(event.code, holds=holds))


def _with(said: Said, switch: str, position: int) -> Said:
    return Said(samples=said.samples | {switch: np.array([position])})


def _together(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
