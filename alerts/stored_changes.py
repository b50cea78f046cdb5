"""What the engine says becomes of alarms, written to the database unless somebody was faster."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import Connection

from alerts.alarm import Change
from alerts.lifecycle import State
from alerts.records import stored, stored_event
from alerts.rule import Rule
from telemetry.errors import ConflictError
from telemetry.store.alarms import Happened, forget_alarms, insert_alarms, update_alarms

_LOG: Final = logging.getLogger(__name__)


def store_changes(connection: Connection, rules: Mapping[str, Rule], changes: Sequence[Change]) -> None:
    """Store every change: what ends before what begins, since there is one open alarm of a rule and target.

    Raises
    ------
    ConflictError
        If somebody changed one of the alarms since it was read.
    """
    forgotten = [one.alarm.alarm_id for one in changes if one.alarm.alarm_id and _never_rang(one)]
    known = [one for one in changes if one.alarm.alarm_id and not _never_rang(one)]
    new = [one for one in changes if not one.alarm.alarm_id]
    done = forget_alarms(connection, forgotten) if forgotten else 0
    done += update_alarms(connection, _happened(rules, known))
    done += insert_alarms(connection, _happened(rules, new))
    if done < len(changes):
        raise ConflictError(f"{len(changes) - done} alarms were changed by somebody else")
    for change in changes:
        _log(change)


def _never_rang(change: Change) -> bool:
    return change.alarm.state is State.NORMAL and change.before is State.PENDING and not change.events


def _happened(rules: Mapping[str, Rule], changes: Sequence[Change]) -> list[Happened]:
    return [
        (stored(one.alarm, rules[one.alarm.rule]), [stored_event(event) for event in one.events])
        for one in changes
    ]


def _log(change: Change) -> None:
    for event in change.events:
        _LOG.info(
            "alarm=%s target=%s/%s signal=%s from=%s to=%s value=%s",
            change.alarm.rule,
            *change.alarm.target,
            event.signal,
            event.before,
            event.after,
            event.value,
        )
