"""How often each rule rang, for whom and for how long: what a backtest reports."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

import msgspec

from alerts.alarm import Alarm, AlarmEvent, Change, Target
from alerts.lifecycle import State
from alerts.records import describe
from alerts.rule import Rule
from telemetry.model import DAY, SECOND, Instant, moment

_TOP = 5


class Occurrence(msgspec.Struct, kw_only=True):
    """One time that an alarm was raised; ``cleared_at`` is None while it stands; ``muted_by`` as it began."""

    rule: str
    target: Target
    raised_at: Instant
    cleared_at: Instant | None = None
    value: float | None = None
    limit: float | None = None
    evidence: dict[str, Any] = {}
    muted_by: tuple[str, ...] = ()


class Occurrences:
    """Collects what changes say of alarms raised and cleared."""

    def __init__(self) -> None:
        self.found: list[Occurrence] = []
        self._standing: dict[tuple[str, Target], Occurrence] = {}

    def add(self, changes: Iterable[Change]) -> None:
        """Take in what changed in one look."""
        for change in changes:
            for event in change.events:
                self._note(change.alarm, event)

    def _note(self, alarm: Alarm, event: AlarmEvent) -> None:
        key = alarm.rule, alarm.target
        if event.before is event.after:
            return
        if event.after is State.ACTIVE:
            self._standing[key] = Occurrence(
                rule=alarm.rule,
                target=alarm.target,
                raised_at=event.at,
                value=event.value,
                limit=event.limit,
                evidence=event.evidence,
                muted_by=tuple(reason.kind for reason in event.muted_by),
            )
            self.found.append(self._standing[key])
        elif event.after in {State.RETURNED, State.NORMAL} and key in self._standing:
            self._standing.pop(key).cleared_at = event.at


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule did over a span; the median is over what was cleared."""

    raised: int
    muted: int
    median_duration_s: float | None
    standing: int
    targets: int
    per_1000_target_days: float | None
    top_targets: list[dict[str, Any]]


def tally(found: Sequence[Occurrence], targets: int, span: Instant) -> Tally:
    """Return how often one rule rang on so many targets in a span."""
    lasted = [(one.cleared_at - one.raised_at) / SECOND for one in found if one.cleared_at is not None]
    target_days = targets * span / DAY
    top = Counter(one.target for one in found).most_common(_TOP)
    return Tally(
        raised=len(found),
        muted=sum(bool(one.muted_by) for one in found),
        median_duration_s=median(lasted) if lasted else None,
        standing=len(found) - len(lasted),
        targets=targets,
        per_1000_target_days=round(1000 * len(found) / target_days, 3) if target_days else None,
        top_targets=[{**_named(target), "raised": raised} for target, raised in top],
    )


def written(one: Occurrence, rule: Rule) -> dict[str, Any]:
    """Return an occurrence as it is printed: times in UTC, figures in the rule's unit."""
    alarm = Alarm(
        rule=rule.name,
        target=one.target,
        priority=rule.priority,
        value=one.value,
        limit=one.limit,
        evidence=one.evidence,
    )
    return {
        "rule": one.rule,
        "target": _named(one.target),
        "priority": str(rule.priority),
        "raised_at": _time(one.raised_at),
        "cleared_at": _time(one.cleared_at),
        "value": one.value,
        "limit": one.limit,
        "unit": rule.unit,
        "message": describe(rule, alarm),
        "muted_by": list(one.muted_by),
        "evidence": one.evidence,
    }


def _named(target: Target) -> dict[str, Any]:
    return {"kind": str(target.kind), "id": target.id}


def _time(at: Instant | None) -> str | None:
    return None if at is None else moment(at).isoformat()
