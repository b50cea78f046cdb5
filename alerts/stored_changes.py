"""What the engine says becomes of alarms, written to the database unless somebody was faster."""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from psycopg import Connection

from alerts.alarm import Change
from alerts.lifecycle import State
from alerts.records import stored, stored_event, written
from alerts.rule import Rule
from telemetry.errors import ConflictError
from telemetry.store.alarms import forget_alarm, insert_alarm, update_alarm

_LOG: Final = logging.getLogger(__name__)


def store_changes(connection: Connection, rules: Mapping[str, Rule], changes: Iterable[Change]) -> None:
    """Store every change.

    Raises
    ------
    ConflictError
        If somebody changed one of the alarms since it was read.
    """
    for change in changes:
        rule, target = rules[change.alarm.rule], change.alarm.target
        if not _store(connection, change, rule):
            raise ConflictError(f"{rule.name} of {target.kind} {target.id} was changed by somebody else")
        for event in change.events:
            _LOG.info(
                "alarm=%s target=%s/%s signal=%s from=%s to=%s value=%s",
                rule.name,
                target.kind,
                target.id,
                event.signal,
                event.before,
                event.after,
                event.value,
            )


def _store(connection: Connection, change: Change, rule: Rule) -> bool:
    """Store one change; False when somebody else was faster."""
    row = stored(change.alarm, rule)
    events = [stored_event(event) for event in change.events]
    if row.alarm_id is None:
        return insert_alarm(connection, row, events)
    if change.alarm.state is State.NORMAL and change.before is State.PENDING and not events:
        return forget_alarm(connection, row.alarm_id)
    return update_alarm(connection, row, change.before, events, written(change.muted_before))
