"""The outbox: what happened to alarms, what is to be said of it, and the notices that say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from telemetry.store.statements import statements


@dataclass(frozen=True, kw_only=True, slots=True)
class UntoldEvent:
    """Something that happened to an alarm and was not looked at for notices yet."""

    event_id: int
    alarm_id: int
    rule: str
    target_kind: str
    target_id: str
    priority: str
    signal: str
    from_state: str
    to_state: str
    comment: str | None
    muted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A reason to tell somebody of an alarm."""

    route: str
    event_id: int
    alarm_id: int
    reason: str
    priority: str
    zone: str | None
    group_key: str
    created_at: datetime
    ready_at: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyOccasion:
    """An occasion that is to be told now, with its alarm as it stands; ``held`` if it had to wait."""

    occasion_id: int
    reason: str
    zone: str | None
    created_at: datetime
    held: bool
    told_before: bool
    alarm_id: int
    rule: str
    target_kind: str
    target_id: str
    priority: str
    state: str
    muted: bool
    raised_at: datetime | None
    cleared_at: datetime | None
    value: float | None
    limit_value: float | None
    unit: str | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One message to one channel; ``key`` is the same at each attempt."""

    notice_id: int
    key: UUID
    content: Mapping[str, Any]
    attempts: int
    created_at: datetime


def take_untold(connection: Connection, limit: int) -> list[UntoldEvent]:
    """Take away what happened and was not looked at; inside the transaction that stores what follows."""
    with connection.cursor(row_factory=class_row(UntoldEvent)) as cursor:
        return cursor.execute(_sql("take_untold"), {"limit": limit}).fetchall()


def add_occasions(connection: Connection, occasions: Sequence[Occasion]) -> None:
    """Store reasons to tell somebody, each once."""
    columns = {one.name: [getattr(row, one.name) for row in occasions] for one in fields(Occasion)}
    connection.execute(_sql("add_occasions"), columns)


def add_repeats(
    connection: Connection,
    route: str,
    *,
    priorities: Sequence[str],
    before: datetime,
    now: datetime,
    due_at: datetime,
) -> None:
    """Tell again of what was told before some time and rings still."""
    values = {"route": route, "priorities": list(priorities), "before": before, "now": now, "due_at": due_at}
    connection.execute(_sql("add_repeats"), values)


def due_groups(connection: Connection, route: str, *, now: datetime, not_since: datetime) -> list[str]:
    """Return the groups of a route that are to be told now."""
    values = {"route": route, "now": now, "not_since": not_since}
    return [str(group) for _, group in connection.execute(_sql("due_groups"), values).fetchall()]


def take_occasions(connection: Connection, route: str, group_key: str, now: datetime) -> list[ReadyOccasion]:
    """Return what is ready of a group, locked until the transaction ends."""
    with connection.cursor(row_factory=class_row(ReadyOccasion)) as cursor:
        values = {"route": route, "group_key": group_key, "now": now}
        return cursor.execute(_sql("take_occasions"), values).fetchall()


def settle_occasions(connection: Connection, dropped: Mapping[int, str | None], now: datetime) -> None:
    """Store that occasions are told, or why they are not."""
    values = {"occasion_id": list(dropped), "dropped": list(dropped.values()), "now": now}
    connection.execute(_sql("settle_occasions"), values)


def add_notice(
    connection: Connection,
    *,
    route: str,
    channel: str,
    group_key: str,
    content: Mapping[str, Any],
    now: datetime,
    next_at: datetime | None = None,
    once: str | None = None,
) -> None:
    """Store one message to one channel, to be sent from ``next_at`` on; what is told ``once``, only once."""
    values = {"route": route, "channel": channel, "group_key": group_key, "now": now, "once": once}
    more = {"content": Jsonb(dict(content)), "next_at": next_at}
    connection.execute(_sql("add_notice"), values | more)


def know_channel(connection: Connection, channel: str, destination: str) -> None:
    """Store where a channel leads; one that leads elsewhere than before is not disabled any more."""
    connection.execute(_sql("know_channel"), {"channel": channel, "destination": destination})


def channel_state(connection: Connection, channel: str) -> tuple[list[datetime], str | None] | None:
    """Return when a channel was used and why it is disabled; None while another process looks."""
    row = connection.execute(_sql("channel"), {"channel": channel}).fetchone()
    return None if row is None else (row[0], row[1])


def next_notice(connection: Connection, channel: str, now: datetime) -> Notice | None:
    """Return what a channel has to send first, locked until the transaction ends."""
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(_sql("next_notice"), {"channel": channel, "now": now}).fetchone()


def claim_notice(
    connection: Connection, notice_id: int, channel: str, *, used_at: Sequence[datetime], until: datetime
) -> None:
    """Store that a notice is being sent: nobody else sends it before ``until``."""
    values = {"notice_id": notice_id, "channel": channel, "used_at": list(used_at), "until": until}
    connection.execute(_sql("claim"), values)


def mark_sent(connection: Connection, notice_id: int, now: datetime) -> None:
    """Store that the receiver has a notice."""
    connection.execute(_sql("sent"), {"notice_id": notice_id, "now": now})


def mark_failed(
    connection: Connection, notice_id: int, error: str, *, next_at: datetime, dead_at: datetime | None
) -> None:
    """Store why a notice did not reach its receiver, and when to try again; or that it is given up."""
    values = {"notice_id": notice_id, "error": error, "next_at": next_at, "dead_at": dead_at}
    connection.execute(_sql("failed"), values)


def disable_channel(connection: Connection, channel: str, why: str, now: datetime) -> None:
    """Store that a receiver wants no more."""
    connection.execute(_sql("disable"), {"channel": channel, "why": why, "now": now})


def give_up(connection: Connection, channel: str, why: str, now: datetime) -> None:
    """Give up all that a disabled channel has to send."""
    connection.execute(_sql("give_up"), {"channel": channel, "why": why, "now": now})


def _sql(name: str) -> bytes:
    return statements("outbox")[name]
