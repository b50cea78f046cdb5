"""Alarms as an operator reads them: in the chosen language, with what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from alerts.alarm import Muted, Reason
from alerts.catalogue import catalogue
from alerts.people.causes import CAUSES
from alerts.records import reasons
from alerts.rule import Wording
from api.console.languages import Language
from api.console.rendering import significant
from api.console.targets import page_of
from telemetry.store.alarm_lists import AlarmFilter, AlarmRow, alarm_snapshot, list_alarms
from telemetry.store.console import TargetName, target_names

STANDING: Final = ("active", "acknowledged", "returned")
WAITING: Final = ("active", "returned")
PRIORITIES: Final = ("critical", "high", "medium", "low")
_MOST: Final = 500


@dataclass(frozen=True)
class ShownReason:
    """One reason for which an alarm does not ring: its kind, what is said of it, by whom, until when."""

    kind: str
    text: str
    by: str | None
    until: datetime | None


@dataclass(frozen=True)
class ShownVerdict:
    """What somebody said was behind an alarm."""

    cause: str
    true: bool
    comment: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class ShownAlarm:
    """One alarm as a line of the list."""

    id: int
    rule: str
    title: str
    priority: str
    state: str
    muted_by: Sequence[ShownReason]
    raised_at: datetime | None
    acknowledged_at: datetime | None
    cleared_at: datetime | None
    target_kind: str
    target_id: str
    target_name: str | None
    target_page: str | None
    message: str
    consequence: str | None
    response: str
    value: str
    limit: str
    unit: str | None
    evidence: Mapping[str, Any]
    verdict: ShownVerdict | None

    @property
    def shelved(self) -> bool:
        """Whether somebody put it aside."""
        return any(one.kind == Muted.SHELVED for one in self.muted_by)

    @property
    def awaits_somebody(self) -> bool:
        """Whether nobody has acknowledged it yet."""
        return self.state in WAITING

    @property
    def rank(self) -> tuple[bool, bool, int, float]:
        """The order of the list: muted last, unacknowledged first, then by priority, then the newest."""
        since = self.raised_at.timestamp() if self.raised_at else 0.0
        return bool(self.muted_by), not self.awaits_somebody, PRIORITIES.index(self.priority), -since


def shown_alarms(
    connection: Connection,
    language: Language,
    wanted: AlarmFilter,
    limit: int = _MOST,
    after: tuple[datetime, int] | None = None,
) -> list[ShownAlarm]:
    """Return alarms as lines, in the order of the store; ``after`` is the place of the last one."""
    rows = list_alarms(connection, wanted, alarm_snapshot(connection), limit, after)
    return described(connection, language, rows)


def described(connection: Connection, language: Language, rows: Iterable[AlarmRow]) -> list[ShownAlarm]:
    """Return stored alarms as an operator reads them."""
    rows = list(rows)
    names = target_names(connection, {row.target_id for row in rows})
    return [_shown(row, names.get((row.target_kind, row.target_id)), language) for row in rows]


def _shown(row: AlarmRow, name: TargetName | None, language: Language) -> ShownAlarm:
    rule = catalogue().get(row.rule)

    return ShownAlarm(
        id=row.alarm_id,
        rule=row.rule,
        title=rule_title(row.rule, language),
        priority=row.priority,
        state=row.state,
        muted_by=[_reason(one, language) for one in reasons(row.muted_by)],
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        cleared_at=row.cleared_at,
        target_kind=row.target_kind,
        target_id=row.target_id,
        target_name=name.name if name else None,
        target_page=page_of(name),
        message=_message(row, in_language(rule.message, language)) if rule else row.message,
        consequence=in_language(rule.consequence, language) if rule else None,
        response=in_language(rule.response, language) if rule else row.response,
        value=significant(row.value),
        limit=significant(row.limit_value),
        unit=row.unit,
        evidence=row.evidence,
        verdict=_verdict(row.verdict, language) if row.verdict else None,
    )


def _reason(one: Reason, language: Language) -> ShownReason:
    """Return a reason in the chosen language: what somebody said, or the alarm or job that is behind it."""
    behind = (one.rule and rule_title(one.rule, language), one.target and one.target.id)
    job = f"#{one.job}" if one.job else None
    text = " ".join(part for part in (job, one.reason, *behind) if part)
    return ShownReason(one.kind, text, one.by, one.until)


def _verdict(said: Mapping[str, Any], language: Language) -> ShownVerdict:
    at = datetime.fromisoformat(said["at"])
    cause = cause_word(said["cause"], language)
    return ShownVerdict(cause, said["true"], said["comment"], said["by"], at)


def cause_word(name: str, language: Language) -> str:
    """Return a cause as people read it; one that is no longer known as it is."""
    return in_language(CAUSES[name].wording, language) if name in CAUSES else name


def rule_title(name: str, language: Language) -> str:
    """Return a rule's title; what is no rule as it is."""
    rule = catalogue().get(name)
    return in_language(rule.title, language) if rule else name


def in_language(wording: Wording, language: Language) -> str:
    """Return what stands in both languages in the chosen one."""
    return wording.zh if language == "zh" else wording.en


def _message(row: AlarmRow, wording: str) -> str:
    """Return the message in the chosen language; as it was stored where its evidence has changed shape."""
    known: dict[str, Any] = {
        **row.evidence,
        "target": row.target_id,
        "value": significant(row.value),
        "limit": significant(row.limit_value),
        "unit": row.unit or "",
    }
    try:
        return wording.format_map(known)
    except (KeyError, ValueError, IndexError):
        return row.message
