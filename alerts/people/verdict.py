"""What people say of an alarm afterwards: was it right, and what was behind it."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace
from psycopg import Connection

from alerts.alarm import Alarm, AlarmEvent, Note, Reason
from alerts.people.annotate import annotate
from alerts.people.causes import CAUSES
from alerts.ringing.annunciation import event
from telemetry.errors import EntryError
from telemetry.model import Instant, moment


def judge(
    connection: Connection, alarm_id: int, *, cause: str, comment: str | None, actor: str, at: Instant
) -> None:
    """Say what was behind an alarm; its state stays, and a later verdict takes the place of this one.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    EntryError
        If there is no such cause.
    """
    verdict = verdict_of(cause, comment, actor=actor, at=moment(at))

    def say(one: Alarm) -> tuple[tuple[Reason, ...], list[AlarmEvent]]:
        said = cause if comment is None else f"{cause}: {comment}"
        return one.muted_by, [replace(event(one, Note.VERDICT, at, one.muted_by, said), actor=actor)]

    annotate(connection, alarm_id, say, verdict)


def verdict_of(cause: str, comment: str | None, *, actor: str, at: datetime) -> dict[str, Any]:
    """Return a verdict as it is stored.

    Raises
    ------
    EntryError
        If there is no such cause.
    """
    if cause not in CAUSES:
        raise EntryError("cause", f"must be one of {', '.join(CAUSES)}")
    return {
        "cause": cause,
        "true": CAUSES[cause].true,
        "comment": comment,
        "by": actor,
        "at": at.isoformat(),
    }
