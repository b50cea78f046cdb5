"""Why alarms do not ring: what is shelved or out of service, and what is noted beside an alarm's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from telemetry.store.alarms import StoredAlarm, StoredEvent, event_columns
from telemetry.store.statements import statements


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredShelving:
    """A rule's alarm about a target that somebody put aside."""

    shelving_id: int = 0
    rule: str
    target_kind: str
    target_id: str
    priority: str
    shelved_at: datetime
    until: datetime
    reason: str
    shelved_by: str


@dataclass(frozen=True, slots=True)
class StoredOutOfService:
    """Something that does not serve, or did not until ``until`` or until it was returned."""

    out_of_service_id: int
    target_kind: str
    target_id: str
    since: datetime
    until: datetime | None
    reason: str
    taken_by: str
    returned_at: datetime | None
    returned_by: str | None


def live_shelvings(connection: Connection) -> list[StoredShelving]:
    """Return what is shelved now."""
    with connection.cursor(row_factory=class_row(StoredShelving)) as cursor:
        return cursor.execute(statements("muting")["live_shelvings"]).fetchall()


def live_shelving(connection: Connection, rule: str, kind: str, target: str) -> StoredShelving | None:
    """Return the shelving of a rule's alarm about a target, if it is shelved now."""
    with connection.cursor(row_factory=class_row(StoredShelving)) as cursor:
        return cursor.execute(statements("muting")["live_shelving"], (rule, kind, target)).fetchone()


def insert_shelving(connection: Connection, row: StoredShelving) -> bool:
    """Store a shelving; False when there is one already."""
    values = {name: getattr(row, name) for name in StoredShelving.__slots__ if name != "shelving_id"}
    return connection.execute(statements("muting")["shelve"], values).fetchone() is not None


def end_shelving(
    connection: Connection, shelving_id: int, *, at: datetime, why: str, by: str | None = None
) -> bool:
    """End a shelving; False when it had ended already."""
    values = {"shelving_id": shelving_id, "at": at, "why": why, "by": by}
    return connection.execute(statements("muting")["end_shelving"], values).fetchone() is not None


def shown_alarm_of(connection: Connection, rule: str, kind: str, target: str) -> int | None:
    """Return the alarm of a rule and target that an operator is shown now."""
    row = connection.execute(statements("muting")["open_of"], (rule, kind, target)).fetchone()
    return int(row[0]) if row else None


def annotate(
    connection: Connection,
    before: StoredAlarm,
    muted_by: Sequence[Any],
    events: Sequence[StoredEvent],
    verdict: dict[str, Any] | None = None,
) -> bool:
    """Store what happened beside an alarm's state; False when its state or muting changed meanwhile."""
    values = {
        "alarm_id": before.alarm_id,
        "before": before.state,
        "muted_before": Jsonb(list(before.muted_by)),
        "muted_by": Jsonb(list(muted_by)),
        "verdict": None if verdict is None else Jsonb(verdict),
    }
    found = connection.execute(statements("muting")["annotate"], values | event_columns(events))
    return found.fetchone() is not None


def out_of_service_now(connection: Connection, at: datetime) -> list[StoredOutOfService]:
    """Return what does not serve at this time."""
    with connection.cursor(row_factory=class_row(StoredOutOfService)) as cursor:
        return cursor.execute(statements("muting")["out_of_service_now"], {"at": at}).fetchall()


def take_out_of_service(
    connection: Connection,
    kind: str,
    target: str,
    *,
    since: datetime,
    reason: str,
    by: str,
    until: datetime | None = None,
) -> StoredOutOfService | None:
    """Let something be out of service, without ``until`` until it is returned; None when it already is."""
    values = {"kind": kind, "target": target, "at": since, "until": until, "reason": reason, "by": by}
    with connection.cursor(row_factory=class_row(StoredOutOfService)) as cursor:
        cursor.execute(statements("muting")["return_what_is_over"], values)
        return cursor.execute(statements("muting")["take_out_of_service"], values).fetchone()


def return_to_service(
    connection: Connection, out_of_service_id: int, *, at: datetime, by: str
) -> StoredOutOfService | None:
    """Let something serve again; None when there is no such entry, or it serves already."""
    with connection.cursor(row_factory=class_row(StoredOutOfService)) as cursor:
        values = {"at": at, "by": by, "number": out_of_service_id}
        return cursor.execute(statements("muting")["return_to_service"], values).fetchone()


def list_out_of_service(
    connection: Connection, *, last: int, limit: int, before: int | None = None
) -> list[StoredOutOfService]:
    """Return what is or was out of service, newest first."""
    values = {"last": last, "limit": limit, "before": before}
    with connection.cursor(row_factory=class_row(StoredOutOfService)) as cursor:
        return cursor.execute(statements("muting")["list_out_of_service"], values).fetchall()


def last_out_of_service(connection: Connection) -> int:
    """Return the number of the newest entry, 0 before the first."""
    row = connection.execute(statements("muting")["last_out_of_service"]).fetchone()
    return int(row[0]) if row else 0
