"""An operator puts an alarm aside for a time, and takes it back."""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace
from psycopg import Connection

from alerts.alarm import Alarm, AlarmEvent, Muted, Note, Reason
from alerts.people.annotate import annotate
from alerts.ringing.annunciation import event, noted
from alerts.ringing.situation import shelving
from telemetry.errors import ConflictError, EntryError
from telemetry.model import Instant, moment
from telemetry.store.alarms import StoredAlarm, alarm
from telemetry.store.muting import (
    StoredShelving,
    end_shelving,
    insert_shelving,
    live_shelving,
    shown_alarm_of,
)

LONGEST: Final = timedelta(hours=24)
"""For how long an alarm may be shelved at most, where the configuration does not say."""


def shelve(
    connection: Connection,
    alarm_id: int,
    *,
    until: Instant,
    reason: str,
    actor: str,
    at: Instant,
    longest: timedelta = LONGEST,
) -> None:
    """Shelve a rule's alarm about its target: while it is shelved it does not ring, come what may.

    Parameters
    ----------
    connection : Connection
        Inside the caller's transaction.
    alarm_id : int
        The alarm's number; the shelving holds for whatever its rule raises about its target.
    until : Instant
        When it ends by itself.
    reason, actor : str
        Why, and who.
    at : Instant
        Now.
    longest : timedelta
        For how long at most.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    EntryError
        If ``until`` is not after now, or too far.
    ConflictError
        If it is shelved already.
    """
    if until <= at:
        raise EntryError("until", "must be in the future")
    if moment(until) - moment(at) > longest:
        raise EntryError("until", f"an alarm is shelved for {longest.total_seconds() / 3600:g} h at most")
    row = alarm(connection, alarm_id)
    wanted = StoredShelving(
        rule=row.rule,
        target_kind=row.target_kind,
        target_id=row.target_id,
        priority=row.priority,
        shelved_at=moment(at),
        until=moment(until),
        reason=reason,
        shelved_by=actor,
    )
    if not insert_shelving(connection, wanted):
        raise ConflictError(f"alarm {alarm_id} is shelved already")
    shelved = shelving(wanted).reason

    def say(one: Alarm) -> tuple[tuple[Reason, ...], list[AlarmEvent]]:
        muted_by = (shelved, *_others(one))
        return muted_by, _events(one, Note.SHELVE, muted_by, at, actor, reason)

    annotate(connection, _shown(connection, row), say)


def unshelve(connection: Connection, alarm_id: int, *, actor: str, comment: str | None, at: Instant) -> None:
    """Take an alarm from the shelf; it rings where it is active and nothing else mutes it.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    ConflictError
        If it is not shelved.
    """
    row = alarm(connection, alarm_id)
    live = live_shelving(connection, row.rule, row.target_kind, row.target_id)
    if not live or not end_shelving(connection, live.shelving_id, at=moment(at), why="unshelved", by=actor):
        raise ConflictError(f"alarm {alarm_id} is not shelved")

    def say(one: Alarm) -> tuple[tuple[Reason, ...], list[AlarmEvent]]:
        return _others(one), _events(one, Note.UNSHELVE, _others(one), at, actor, comment)

    annotate(connection, _shown(connection, row), say)


def _shown(connection: Connection, row: StoredAlarm) -> int:
    """Return the alarm that stands now of the same rule and target, else the one that is asked for."""
    shown = shown_alarm_of(connection, row.rule, row.target_kind, row.target_id)
    return shown or row.alarm_id or 0


def _others(one: Alarm) -> tuple[Reason, ...]:
    return tuple(reason for reason in one.muted_by if reason.kind is not Muted.SHELVED)


def _events(
    one: Alarm, note: Note, muted_by: tuple[Reason, ...], at: Instant, actor: str, comment: str | None
) -> list[AlarmEvent]:
    """Return what is written down: who did it, and whether the alarm rings now."""
    done = replace(event(one, note, at, muted_by, comment), actor=actor)
    return [done, *noted(one, muted_by, at)]
