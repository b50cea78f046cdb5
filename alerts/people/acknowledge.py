"""Somebody saw an alarm and answers for it."""

from psycopg import Connection

from alerts.lifecycle import Signal, State, after
from telemetry.errors import ConflictError
from telemetry.model import Instant
from telemetry.store.alarms import alarm, mark_acknowledged

_ATTEMPTS = 5  # an alarm changes its state under our hands once or twice at most


def acknowledge(
    connection: Connection, alarm_id: int, *, actor: str, comment: str | None, at: Instant
) -> State:
    """Acknowledge an alarm: an active one becomes acknowledged, a returned one normal.

    Parameters
    ----------
    connection : Connection
        Inside the caller's transaction, or in autocommit.
    alarm_id : int
        The alarm's number.
    actor : str
        Who saw it.
    comment : str or None
        What they say about it.
    at : Instant
        When they said so.

    Returns
    -------
    State
        What the alarm is now.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    ConflictError
        If there is nothing to acknowledge about it.
    """
    for _ in range(_ATTEMPTS):
        before = State(alarm(connection, alarm_id).state)
        to = after(before, Signal.ACK)
        if mark_acknowledged(connection, alarm_id, before, to, actor=actor, comment=comment, at=at):
            return to
    raise ConflictError(f"alarm {alarm_id} keeps changing: try again")
