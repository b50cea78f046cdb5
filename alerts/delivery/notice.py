"""What a notice says: its alarms, counted by reason, with figures and words in both languages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.alarm import Priority
from alerts.delivery.telling import Why
from alerts.records import Language, describe, figure
from alerts.rule import Rule
from telemetry.store.alarms import StoredAlarm
from telemetry.store.outbox import ReadyOccasion

LISTED: Final = 10
"""So many alarms are named one by one; the others are counted."""

TYPE: Final = "alarm.notice"
_FIGURES: Final = 6
_REASONS: Final[Mapping[Language, Mapping[Why, str]]] = {
    "en": {
        Why.FIRST: "alarm",
        Why.WORSENED: "worsened",
        Why.RETURNED: "returned to normal",
        Why.REPEAT: "still not acknowledged",
    },
    "zh": {
        Why.FIRST: "报警",
        Why.WORSENED: "报警升级",
        Why.RETURNED: "恢复正常",
        Why.REPEAT: "仍未确认",
    },
}
PRIORITIES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {one: one.upper() for one in Priority},
    "zh": {"critical": "紧急", "high": "高", "medium": "中", "low": "低"},
}
_LINES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"more": "… and {} more", "evidence": "Evidence: ", "do": "What to do: ", "zone": "zone {}"},
    "zh": {"more": "……另有 {} 条", "evidence": "依据：", "do": "处置：", "zone": "区域 {}"},
}


def content(rule: Rule | None, told: Sequence[ReadyOccasion], link: str, zone: ZoneInfo) -> dict[str, Any]:
    """Return all that a notice says, as it is stored: later attempts say the same.

    Parameters
    ----------
    rule : Rule or None
        The rule of all these alarms; None where it is no longer in the catalogue.
    told : sequence of ReadyOccasion
        At least one.
    link : str
        Where the operator page is, empty where it is not configured.
    zone : ZoneInfo
        Of the times in texts.
    """
    latest = {one.alarm_id: one for one in told}
    shown = sorted(
        latest.values(), key=lambda one: (list(Priority).index(Priority(one.priority)), one.alarm_id)
    )
    counts = Counter(one.reason for one in latest.values())
    return {
        "type": TYPE,
        "rule": told[0].rule,
        "zone": told[0].zone,
        "priority": shown[0].priority,
        "count": len(shown),
        "reasons": {one.value: counts[one] for one in Why if counts[one]},
        "alarms": [_alarm(one, rule, link) for one in shown[:LISTED]],
        "link": link,
        "text": {
            "en": _text(rule, shown, counts, link, zone, "en"),
            "zh": _text(rule, shown, counts, link, zone, "zh"),
        },
    }


def _alarm(one: ReadyOccasion, rule: Rule | None, link: str) -> dict[str, Any]:
    """Return one alarm in the words of the HTTP API, with the page that shows it."""
    return {
        "id": one.alarm_id,
        "rule": one.rule,
        "target": {"kind": one.target_kind, "id": one.target_id},
        "reason": one.reason,
        "priority": one.priority,
        "state": one.state,
        "raised_at": _iso(one.raised_at),
        "cleared_at": _iso(one.cleared_at),
        "value": one.value,
        "limit": one.limit_value,
        "unit": one.unit,
        "message": _said(one, rule, "en"),
        "evidence": dict(one.evidence),
        "link": _page_of(one, link),
    }


def _page_of(one: ReadyOccasion, link: str) -> str:
    """Return where an alarm's own page is, empty where the operator page is not known."""
    return f"{link.rstrip('/')}/alarms/{one.alarm_id}" if link else ""


def _text(
    rule: Rule | None,
    shown: Sequence[ReadyOccasion],
    counts: Mapping[str, int],
    link: str,
    zone: ZoneInfo,
    language: Language,
) -> dict[str, str]:
    """Return a notice's title and body in one language."""
    words = _LINES[language]
    first = shown[0]
    lines = [_line(one, rule, zone, language) for one in shown[:LISTED]]
    if len(shown) > LISTED:
        lines.append(words["more"].format(len(shown) - LISTED))
    if len(shown) == 1 and (facts := _evidence(first.evidence)):
        lines.append(words["evidence"] + facts)
    if rule is not None and set(counts) != {Why.RETURNED}:
        lines.append(words["do"] + getattr(rule.response, language))
    lines += [_page_of(first, link) if len(shown) == 1 else link] if link else []
    return {"title": _title(rule, shown, counts, language), "body": "\n".join(lines)}


def _title(
    rule: Rule | None, shown: Sequence[ReadyOccasion], counts: Mapping[str, int], language: Language
) -> str:
    first = shown[0]
    name = getattr(rule.title, language) if rule else first.rule
    reasons = ", ".join(
        f"{word} × {counts[one]}" if len(shown) > 1 else word
        for one, word in _REASONS[language].items()
        if counts.get(one)
    )
    where = _LINES[language]["zone"].format(first.zone) if len(shown) > 1 and first.zone else first.target_id
    return f"[{PRIORITIES[language][first.priority]}] {name}: {where}: {reasons}"


def _line(one: ReadyOccasion, rule: Rule | None, zone: ZoneInfo, language: Language) -> str:
    returned = one.reason == Why.RETURNED
    at = one.cleared_at if returned else one.raised_at
    clock = f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S} " if at else ""
    said = _REASONS[language][Why.RETURNED] if returned else _said(one, rule, language)
    return f"{clock}{one.target_id}: {said}"


def _said(one: ReadyOccasion, rule: Rule | None, language: Language) -> str:
    """Return what an alarm says."""
    if rule is None:
        return one.rule
    row = StoredAlarm(
        rule=one.rule,
        target_kind=one.target_kind,
        target_id=one.target_id,
        priority=one.priority,
        state=one.state,
        value=one.value,
        limit_value=one.limit_value,
        message="",
        response="",
        evidence=one.evidence,
    )
    return describe(rule, row, language)


def _evidence(evidence: Mapping[str, Any]) -> str:
    """Return the plain figures of some evidence."""
    plain = {
        name: figure(value) if isinstance(value, float) else str(value)
        for name, value in evidence.items()
        if isinstance(value, str | int | float)
    }
    return ", ".join(f"{name} = {value}" for name, value in list(plain.items())[:_FIGURES])


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
