"""What came first where several alarms of one place ring together."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from alerts.alarm import Alarm, Change, Target, TargetKind
from alerts.lifecycle import State
from alerts.ringing.neighbours import Neighbours
from telemetry.model import MINUTE, Instant, moment

TOGETHER: Final[Instant] = 10 * MINUTE
"""Alarms of one place that ring so soon after the first one belong to it."""

CAME_FIRST: Final = "came_first"
_PLACES: Final = (TargetKind.STATION, TargetKind.METER)


def with_first_out(
    changes: Sequence[Change], alarms: Iterable[Alarm], neighbours: Neighbours
) -> list[Change]:
    """Return the changes, with what came before an alarm of the same place in its evidence.

    ``alarms`` are those that had not come back to normal before.
    """
    if not any(_rang(one) for one in changes):
        return list(changes)
    known = {(one.rule, one.target): one for one in alarms} | {
        (one.alarm.rule, one.alarm.target): one.alarm for one in changes
    }
    by_place: dict[Target, list[Alarm]] = {}
    for alarm in known.values():
        if alarm.state in {State.ACTIVE, State.ACKNOWLEDGED} and alarm.raised_at is not None:
            by_place.setdefault(place(alarm, neighbours), []).append(alarm)
    return [_told(one, by_place.get(place(one.alarm, neighbours), [])) for one in changes]


def place(alarm: Alarm, neighbours: Neighbours) -> Target:
    """Return what an alarm is grouped by: the station or the meter of its target then, else the target."""
    around = neighbours.around(alarm.target, alarm.raised_at or 0)
    return next((one for one in around if one.kind in _PLACES), alarm.target)


def _rang(change: Change) -> bool:
    return any(one.after is State.ACTIVE and one.before is not State.ACTIVE for one in change.events)


def _told(change: Change, others: Sequence[Alarm]) -> Change:
    """Return a change of an alarm that rings just now with what came before it."""
    raised_at = change.alarm.raised_at
    if not _rang(change) or change.alarm.state is not State.ACTIVE or raised_at is None:
        return change
    earlier = [one for one in others if one.raised_at and raised_at - TOGETHER <= one.raised_at < raised_at]
    if not earlier:
        return change
    first = min(earlier, key=lambda one: (one.raised_at, one.rule))
    told = {
        "rule": first.rule,
        "target": first.target._asdict(),
        "raised_at": moment(first.raised_at or raised_at).isoformat(),
    }
    alarm = replace(change.alarm, evidence=change.alarm.evidence | {CAME_FIRST: told})
    return replace(change, alarm=alarm)
