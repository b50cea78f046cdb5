"""Why somebody is told of an alarm, and why not after all."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from alerts.alarm import Note, Priority
from alerts.lifecycle import ANNUNCIATED, Signal, State
from telemetry.store.outbox import ReadyOccasion, UntoldEvent

LOUDEST_FIRST: Final = tuple(Priority)


class Why(StrEnum):
    """The reason of an occasion."""

    FIRST = "first"
    WORSENED = "worsened"
    RETURNED = "returned"
    REPEAT = "repeat"
    NOTHING_NEW = "nothing_new"


def why(event: UntoldEvent) -> Why:
    """Return why an event is told: it rings, it is louder, it has gone back to normal; or nothing is new."""
    if event.muted:
        return Why.NOTHING_NEW
    if event.to_state == State.ACTIVE and (event.signal == Note.UNMUTED or event.from_state != State.ACTIVE):
        return Why.FIRST
    if event.signal == Note.PRIORITY and event.to_state == State.ACTIVE and _louder(event.comment or ""):
        return Why.WORSENED
    if event.signal == Signal.GONE and event.from_state in ANNUNCIATED:
        return Why.RETURNED
    return Why.NOTHING_NEW


def dropped(occasions: Sequence[ReadyOccasion]) -> dict[int, str | None]:
    """Return for each occasion of a group why it is not told any more; None where it is."""
    found: dict[int, str | None] = {}
    told = {one.alarm_id for one in occasions if one.told_before}
    for one in occasions:
        found[one.occasion_id] = reason = _pointless(one, told=one.alarm_id in told)
        if reason is None:
            told.add(one.alarm_id)
    return found


def _pointless(occasion: ReadyOccasion, *, told: bool) -> str | None:
    """Return why there is no point in telling, None where there is."""
    if occasion.reason == Why.RETURNED:
        return None if told else "never told"
    if occasion.muted:
        return "muted"
    waited = occasion.held or occasion.reason == Why.REPEAT
    return "over" if waited and occasion.state != State.ACTIVE else None


def _louder(change: str) -> bool:
    """Tell whether a change of priority, as the history of an alarm words it, goes up.

    >>> _louder("low -> high"), _louder("high -> low")
    (True, False)
    """
    before, _, after = change.partition(" -> ")
    return LOUDEST_FIRST.index(Priority(after)) < LOUDEST_FIRST.index(Priority(before))
