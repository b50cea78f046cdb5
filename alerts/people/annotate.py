"""What people do to an alarm beside its state, however often the watch changes it meanwhile."""

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Connection

from alerts.alarm import Alarm, AlarmEvent, Reason
from alerts.records import restored, stored_event, written
from telemetry.errors import ConflictError
from telemetry.store import muting
from telemetry.store.alarms import alarm

ATTEMPTS = 5  # an alarm changes under our hands once or twice at most


def annotate(
    connection: Connection,
    alarm_id: int,
    say: Callable[[Alarm], tuple[tuple[Reason, ...], Sequence[AlarmEvent]]],
    verdict: dict[str, Any] | None = None,
) -> None:
    """Write down what somebody says about an alarm: ``say`` gives what mutes it now, and the events.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    ConflictError
        If it keeps changing.
    """
    for _ in range(ATTEMPTS):
        row = alarm(connection, alarm_id)
        muted_by, events = say(restored(row))
        rows = [stored_event(one) for one in events]
        if muting.annotate(connection, row, written(muted_by), rows, verdict):
            return
    raise ConflictError(f"alarm {alarm_id} keeps changing: try again")
