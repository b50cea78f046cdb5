"""Alarms as they are read: lists that stay as they were while their pages are turned, and what came since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm as it stands."""

    alarm_id: int
    rule: str
    target_kind: str
    target_id: str
    priority: str
    state: str
    muted_by: list[Any]
    raised_at: datetime | None
    acknowledged_at: datetime | None
    cleared_at: datetime | None
    value: float | None
    limit_value: float | None
    unit: str | None
    message: str
    response: str
    evidence: Mapping[str, Any]
    verdict: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class AlarmEvent(AlarmRow):
    """Something that happened to an alarm, and the alarm as it stands."""

    event_id: int
    at: datetime
    signal: str
    from_state: str
    to_state: str
    actor: str | None
    comment: str | None

    @property
    def annunciated(self) -> bool:
        """Whether an operator is told: what never got beyond pending is not."""
        return self.raised_at is not None and self.to_state != "pending"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of an alarm's history."""

    event_id: int
    at: datetime
    recorded_at: datetime
    signal: str
    from_state: str
    to_state: str
    actor: str | None
    comment: str | None
    value: float | None
    muted_by: list[Any]


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which alarms; nothing given means all."""

    states: Sequence[str] = ()
    priorities: Sequence[str] = ()
    rule: str | None = None
    target: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    muted: bool | None = None


@dataclass(frozen=True, slots=True)
class AlarmSnapshot:
    """The moment at which a list of alarms was first read."""

    event_id: int
    as_of: datetime


def alarm_snapshot(connection: Connection) -> AlarmSnapshot:
    """Return the present moment."""
    with connection.cursor(row_factory=class_row(AlarmSnapshot)) as cursor:
        row = cursor.execute(statements("alarm_lists")["snapshot"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def list_alarms(
    connection: Connection,
    wanted: AlarmFilter,
    snapshot: AlarmSnapshot,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[AlarmRow]:
    """Return alarms, newest first, as they stood at the snapshot."""
    values = {
        "states": list(wanted.states),
        "priorities": list(wanted.priorities),
        "rule": wanted.rule,
        "target": wanted.target,
        "start": wanted.start,
        "end": wanted.end,
        "muted": wanted.muted,
        "event_id": snapshot.event_id,
        "as_of": snapshot.as_of,
        "after_at": after and after[0],
        "after_id": after and after[1],
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(AlarmRow)) as cursor:
        return cursor.execute(statements("alarm_lists")["list"], values).fetchall()


def find_alarm(connection: Connection, alarm_id: int) -> AlarmRow | None:
    """Return one alarm, if it was ever raised."""
    with connection.cursor(row_factory=class_row(AlarmRow)) as cursor:
        return cursor.execute(statements("alarm_lists")["find"], (alarm_id,)).fetchone()


def list_events(
    connection: Connection, alarm_id: int, *, last: int, limit: int, after: int = 0
) -> list[EventRow]:
    """Return what happened to one alarm, up to the event that was last when the list was first read."""
    values = {"alarm_id": alarm_id, "last": last, "after": after, "limit": limit}
    with connection.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(statements("alarm_lists")["events"], values).fetchall()


def last_event_id(connection: Connection) -> int:
    """Return the number of the latest event, 0 before the first."""
    row = connection.execute(statements("alarm_lists")["last_event"]).fetchone()
    return int(row[0]) if row else 0


def events_since(connection: Connection, event_id: int, limit: int) -> list[AlarmEvent]:
    """Return what happened to any alarm after an event, in order."""
    with connection.cursor(row_factory=class_row(AlarmEvent)) as cursor:
        return cursor.execute(statements("alarm_lists")["events_since"], (event_id, limit)).fetchall()


def rule_experience(connection: Connection, since: datetime) -> dict[str, tuple[int, int, int]]:
    """Return of each rule how many alarms were raised, and how many people found right or false."""
    rows = connection.execute(statements("alarm_lists")["experience"], (since,)).fetchall()
    return {rule: (raised, right, false) for rule, raised, right, false in rows}


def standing_alarms(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many alarms stand, by state and priority."""
    rows = connection.execute(statements("alarm_lists")["standing"]).fetchall()
    return {(state, priority): count for state, priority, count in rows}
