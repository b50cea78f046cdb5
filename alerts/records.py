"""Alarms between the engine and the database, with the words an operator reads."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from alerts.alarm import Alarm, AlarmEvent, Priority, Reason, Target, TargetKind
from alerts.lifecycle import State
from alerts.rule import Rule
from telemetry.model import Instant, Stream, instant, moment
from telemetry.store.alarms import StoredAlarm, StoredEvent

Language: TypeAlias = Literal["en", "zh"]

_IN_WORDS: Final = {"en": " (stream {})", "zh": "（{} 路）"}


def describe(rule: Rule, alarm: Alarm | StoredAlarm, language: Language = "en") -> str:
    """Return what an alarm says, in one of both languages."""
    limit = alarm.limit if isinstance(alarm, Alarm) else alarm.limit_value
    text: str = getattr(rule.message, language).format(value=figure(alarm.value), limit=figure(limit))
    streams = "+".join(alarm.evidence.get("streams", ()))
    return text + _IN_WORDS[language].format(streams) if streams else text


def figure(value: float | None) -> str:
    """Return a number as people read it.

    >>> figure(231.4567), figure(2.3456), figure(7201.0), figure(None)
    ('231.46', '2.346', '7201', '?')
    """
    if value is None:
        return "?"
    digits = 3 if abs(value) < 100 else 2  # noqa: PLR2004 -- low pressures are a few kPa
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def stored(alarm: Alarm, rule: Rule) -> StoredAlarm:
    """Return an alarm as its row."""
    return StoredAlarm(
        alarm_id=alarm.alarm_id,
        version=alarm.version,
        rule=alarm.rule,
        target_kind=alarm.target.kind,
        target_id=alarm.target.id,
        priority=alarm.priority,
        state=alarm.state,
        muted_by=written(alarm.muted_by),
        present_since=alarm.present_since,
        absent_since=alarm.absent_since,
        raised_at=alarm.raised_at,
        acknowledged_at=alarm.acknowledged_at,
        cleared_at=alarm.cleared_at,
        value=alarm.value,
        limit_value=alarm.limit,
        unit=rule.unit or None,
        message=describe(rule, alarm),
        response=rule.response.en,
        evidence=_evidence(alarm),
    )


def _evidence(alarm: Alarm) -> dict[str, Any]:
    """Return an alarm's evidence with what the engine must find again beside it."""
    kept = {"judged_at": alarm.judged_at, "judged_on": alarm.judged_on}
    if alarm.clock_mark is not None:
        kept |= {"clock_mark": alarm.clock_mark, "counted_on": alarm.counted_on}
    times = {name: moment(at).isoformat() for name, at in kept.items() if at is not None}
    return {**alarm.evidence, **times, "standing_on": [Stream(part).name for part in alarm.parts]}


def restored(row: StoredAlarm) -> Alarm:
    """Return a row as the engine sees it."""
    evidence = dict(row.evidence)
    streams = evidence.pop("standing_on", [])
    return Alarm(
        rule=row.rule,
        target=Target(TargetKind(row.target_kind), row.target_id),
        priority=Priority(row.priority),
        state=State(row.state),
        alarm_id=row.alarm_id,
        version=row.version,
        muted_by=reasons(row.muted_by),
        present_since=row.present_since,
        absent_since=row.absent_since,
        judged_at=_instant(evidence.pop("judged_at", None)),
        judged_on=_instant(evidence.pop("judged_on", None)) or row.updated_at,
        clock_mark=_instant(evidence.pop("clock_mark", None)),
        counted_on=_instant(evidence.pop("counted_on", None)),
        parts=tuple(int(Stream[name]) for name in streams),
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        cleared_at=row.cleared_at,
        value=row.value,
        limit=row.limit_value,
        evidence=evidence,
    )


def stored_event(event: AlarmEvent) -> StoredEvent:
    """Return what happened as its row."""
    return StoredEvent(
        at=event.at,
        signal=event.signal,
        from_state=event.before,
        to_state=event.after,
        actor=event.actor,
        comment=event.comment,
        value=event.value,
        muted_by=written(event.muted_by),
    )


def written(muted_by: Iterable[Reason]) -> list[dict[str, Any]]:
    """Return reasons as they are stored and shown."""
    return [_written(one) for one in muted_by]


def _written(reason: Reason) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(reason)
    return found if reason.target is None else found | {"target": reason.target._asdict()}


def reasons(stored_reasons: Iterable[Any]) -> tuple[Reason, ...]:
    """Return stored reasons."""
    return tuple(_read(one) for one in stored_reasons)


def _read(one: Mapping[str, Any]) -> Reason:
    target = one.get("target")
    named = target and Target(TargetKind(target["kind"]), target["id"])
    return msgspec.convert({**one, "target": named}, Reason)


def _instant(text: object) -> Instant | None:
    return instant(datetime.fromisoformat(text)) if isinstance(text, str) else None
