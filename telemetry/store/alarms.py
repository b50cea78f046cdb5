"""Alarms as the engine keeps them: read those that are open, write all that change in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

import msgspec
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from telemetry.errors import NotFoundError
from telemetry.model import Instant, moment
from telemetry.store.statements import statements


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAlarm:
    """One row of the table ``alarm``, times as instants; ``updated_at`` is the database's clock.

    ``version`` is another one after every change of the row, whoever makes it.
    """

    alarm_id: int | None = None
    version: int | None = None
    rule: str
    target_kind: str
    target_id: str
    priority: str
    state: str
    muted_by: Sequence[Any] = ()
    present_since: Instant | None = None
    absent_since: Instant | None = None
    raised_at: Instant | None = None
    acknowledged_at: Instant | None = None
    cleared_at: Instant | None = None
    updated_at: Instant | None = None
    value: float | None = None
    limit_value: float | None = None
    unit: str | None = None
    message: str
    response: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """One line of an alarm's history; ``at`` is measured time, or the operator's."""

    at: Instant
    signal: str
    from_state: str
    to_state: str
    actor: str | None = None
    comment: str | None = None
    value: float | None = None
    muted_by: Sequence[Any] = ()


Happened: TypeAlias = tuple[StoredAlarm, Sequence[StoredEvent]]
"""An alarm as it is to be stored, and what happened to it."""


def open_versions(connection: Connection) -> dict[int, int]:
    """Return the number and version of every alarm that has not come back to normal, pending ones too."""
    return dict(connection.execute(statements("alarms")["versions"]).fetchall())


def open_alarms(connection: Connection, alarm_ids: Sequence[int]) -> list[StoredAlarm]:
    """Return those of some alarms that have not come back to normal."""
    with connection.cursor(row_factory=class_row(StoredAlarm)) as cursor:
        return cursor.execute(statements("alarms")["open"], {"alarm_ids": list(alarm_ids)}).fetchall()


def alarm(connection: Connection, alarm_id: int) -> StoredAlarm:
    """Return one alarm.

    Raises
    ------
    NotFoundError
        If there is none of this number, or it was never raised.
    """
    with connection.cursor(row_factory=class_row(StoredAlarm)) as cursor:
        found = cursor.execute(statements("alarms")["one"], {"alarm_id": alarm_id}).fetchone()
    if found is None:
        raise NotFoundError(f"there is no alarm {alarm_id}")
    return found


def insert_alarms(connection: Connection, happened: Sequence[Happened]) -> int:
    """Store new alarms and return how many: one less for each whose rule and target have an open one."""
    return _stored(connection, "insert", happened)


def update_alarms(connection: Connection, happened: Sequence[Happened]) -> int:
    """Store changes and return how many: one less for each alarm that is of another version by now."""
    return _stored(connection, "update", happened)


def forget_alarms(connection: Connection, alarm_ids: Sequence[int]) -> int:
    """Delete alarms that were pending and never rang, and return how many of them still were."""
    return len(connection.execute(statements("alarms")["forget"], {"alarm_ids": list(alarm_ids)}).fetchall())


def end_alarms_without_rule(connection: Connection, rules: Sequence[str]) -> int:
    """End the alarms of rules that there are no more, and return how many."""
    return len(connection.execute(statements("alarms")["without_rule"], {"rules": list(rules)}).fetchall())


def mark_acknowledged(
    connection: Connection,
    alarm_id: int,
    before: str,
    after: str,
    *,
    actor: str,
    comment: str | None,
    at: Instant,
) -> bool:
    """Store that somebody saw an alarm; False when it is no longer in the state it was in ``before``."""
    values = {"alarm_id": alarm_id, "before": before, "after": after, "signal": "ACK"}
    return _changed(
        connection, "acknowledge", values | {"actor": actor, "comment": comment, "at": moment(at)}
    )


def _changed(connection: Connection, name: str, values: Mapping[str, object]) -> bool:
    """Run a statement that answers one row where it changed an alarm."""
    return connection.execute(statements("alarms")[name], values).fetchone() is not None


_TIMES = frozenset({"present_since", "absent_since", "raised_at", "acknowledged_at", "cleared_at"})
_EVENT = tuple(one.name for one in fields(StoredEvent))


def _stored(connection: Connection, name: str, happened: Iterable[Happened]) -> int:
    """Run a statement that takes alarms as one document, and return how many it stored."""
    rows = [_row(row, events) | {"place": place} for place, (row, events) in enumerate(happened)]
    if not rows:
        return 0
    values = {"rows": msgspec.json.encode(rows).decode()}
    (count, _) = connection.execute(statements("alarms")[name], values).fetchone() or (0, 0)
    return int(count)


def _row(row: StoredAlarm, events: Sequence[StoredEvent]) -> dict[str, Any]:
    """Return an alarm and its events as a document."""
    return {
        **{one.name: getattr(row, one.name) for one in fields(row)},
        **{name: _time(getattr(row, name)) for name in _TIMES},
        "events": [{**{name: getattr(one, name) for name in _EVENT}, "at": moment(one.at)} for one in events],
    }


def event_columns(events: Sequence[StoredEvent]) -> dict[str, object]:
    """Return events as a statement's values: one array a column."""
    values: dict[str, object] = {f"event_{name}": [getattr(one, name) for one in events] for name in _EVENT}
    values["event_at"] = [moment(one.at) for one in events]
    values["event_muted_by"] = [Jsonb(list(one.muted_by)) for one in events]
    return values


def _time(at: Instant | None) -> object:
    return None if at is None else moment(at)
