"""Alarms as the engine keeps them: read those that are open, write each change in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from telemetry.errors import NotFoundError
from telemetry.model import Instant, moment
from telemetry.store.statements import statements


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAlarm:
    """One row of the table ``alarm``, times as instants; ``updated_at`` is the database's clock."""

    alarm_id: int | None = None
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


def open_alarms(connection: Connection) -> list[StoredAlarm]:
    """Return every alarm that has not come back to normal, pending ones too."""
    with connection.cursor(row_factory=class_row(StoredAlarm)) as cursor:
        return cursor.execute(statements("alarms")["open"]).fetchall()


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


def insert_alarm(connection: Connection, row: StoredAlarm, events: Sequence[StoredEvent]) -> bool:
    """Store a new alarm and what happened to it; False when its rule and target have an open one already."""
    return _changed(connection, "insert", _values(row, events))


def update_alarm(
    connection: Connection,
    row: StoredAlarm,
    before: str,
    events: Sequence[StoredEvent],
    muted_before: Sequence[Any] = (),
) -> bool:
    """Store a change and its history; False when its state or muting is no longer what it was ``before``."""
    was = {"before": before, "muted_before": Jsonb(list(muted_before))}
    return _changed(connection, "update", _values(row, events) | was)


def forget_alarm(connection: Connection, alarm_id: int) -> bool:
    """Delete an alarm that was pending and never rang; False when it is no longer pending."""
    return _changed(connection, "forget", {"alarm_id": alarm_id})


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


def _values(row: StoredAlarm, events: Sequence[StoredEvent]) -> dict[str, object]:
    """Return an alarm and its events as a statement's values."""
    values: dict[str, object] = asdict(row)
    for name in _TIMES:
        values[name] = _time(getattr(row, name))
    values["muted_by"] = Jsonb(list(row.muted_by))
    values["evidence"] = Jsonb(dict(row.evidence))
    return values | event_columns(events)


def event_columns(events: Sequence[StoredEvent]) -> dict[str, object]:
    """Return events as a statement's values: one array a column."""
    values: dict[str, object] = {f"event_{name}": [getattr(one, name) for one in events] for name in _EVENT}
    values["event_at"] = [moment(one.at) for one in events]
    values["event_muted_by"] = [Jsonb(list(one.muted_by)) for one in events]
    return values


def _time(at: Instant | None) -> object:
    return None if at is None else moment(at)
