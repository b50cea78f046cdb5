"""The daily digest of a route: what a day of alarms came to, in one notice."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, TypeAlias

from psycopg import Connection

from alerts.alarm import Priority, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.delivery.notice import LISTED, PRIORITIES
from alerts.delivery.routes import Route
from alerts.delivery.telling import LOUDEST_FIRST
from alerts.people.job_words import about
from alerts.records import Language
from telemetry.store.alarm_figures import (
    AlarmSpan,
    JobThen,
    ShelvedThen,
    alarm_spans,
    jobs_between,
    shelved_at,
)
from telemetry.store.outbox import add_notice

TYPE: Final = "alarm.digest"
LATE: Final = timedelta(hours=2)
"""So late a digest is still made, where nobody was there to make it in time."""

Zones: TypeAlias = Callable[[Target], Sequence[str]]
"""The zones in which something lies."""

_DAY: Final = timedelta(days=1)
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Alarms of the day to {at}: {raised} raised, {standing} standing, {shelved} shelved, "
        "{jobs} jobs overdue",
        "raised": "Raised",
        "standing": "Standing",
        "shelved": "Shelved",
        "jobs": "Jobs overdue",
        "since": "since",
        "until": "until",
        "due": "due",
        "more": "… and {} more",
    },
    "zh": {
        "title": "截至 {at} 一日报警：产生 {raised}，未恢复 {standing}，搁置 {shelved}，逾期工单 {jobs}",
        "raised": "产生",
        "standing": "未恢复",
        "shelved": "搁置",
        "jobs": "逾期工单",
        "since": "起始",
        "until": "至",
        "due": "应于",
        "more": "……另有 {} 条",
    },
}


def due(at: time, local: datetime) -> datetime | None:
    """Return the time of the digest that is to be made by now, None where it is too late for it."""
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    last = today if today <= local else today - _DAY
    return last if local - last < LATE else None


def make_digest(connection: Connection, route: Route, at: datetime, zones: Zones, now: datetime) -> None:
    """Put the digest of the day up to a local time into the outbox, unless it is there already."""
    said = _Day(connection, route, at, zones).content()
    for channel in route.channels:
        add_notice(
            connection,
            route=route.name,
            channel=channel,
            group_key="digest",
            content=said,
            now=now,
            once=f"digest/{at.isoformat()}",
        )


class _Day:
    """What concerns a route of a day that ends at a local time."""

    def __init__(self, connection: Connection, route: Route, at: datetime, zones: Zones) -> None:
        def concerns(one: AlarmSpan | ShelvedThen) -> bool:
            return route.takes(one.rule, one.priority, zones(_target(one)))

        begin = at - _DAY
        spans = [one for one in alarm_spans(connection, begin, at) if concerns(one)]
        jobs = jobs_between(connection, begin, at)
        self._at = at
        self._raised = Counter(one.priority for one in spans if one.raised_at >= begin)
        self._standing = sorted((one for one in spans if one.stands(at)), key=_loudest_first)
        self._shelved = [one for one in shelved_at(connection, at) if concerns(one)]
        self._overdue = [one for one in jobs if _overdue(one, at) and route.lies_in(zones(_target(one)))]

    def content(self) -> dict[str, Any]:
        """Return all that the digest says."""
        return {
            "type": TYPE,
            "from": (self._at - _DAY).isoformat(),
            "to": self._at.isoformat(),
            "raised": {one.value: self._raised[one] for one in Priority},
            "standing": len(self._standing),
            "shelved": len(self._shelved),
            "jobs_overdue": len(self._overdue),
            "text": {"en": self._text("en"), "zh": self._text("zh")},
        }

    def _text(self, language: Language) -> dict[str, str]:
        words = _WORDS[language]
        title = words["title"].format(
            at=f"{self._at:%Y-%m-%d %H:%M}",
            raised=self._raised.total(),
            standing=len(self._standing),
            shelved=len(self._shelved),
            jobs=len(self._overdue),
        )
        each = (f"{PRIORITIES[language][one]} {self._raised[one]}" for one in Priority if self._raised[one])
        lines = [f"{words['raised']}: {', '.join(each) or 0}"]
        standing = [(_named(one, language), one.raised_at) for one in self._standing]
        shelved = [(_named(one, language), one.until) for one in self._shelved]
        lines += self._section("standing", "since", standing, words)
        lines += self._section("shelved", "until", shelved, words)
        lines += self._section(
            "jobs", "due", [(_job(one, language), one.due_at) for one in self._overdue], words
        )
        return {"title": title, "body": "\n".join(lines)}

    def _section(
        self, title: str, word: str, found: Sequence[tuple[str, datetime | None]], words: Mapping[str, str]
    ) -> list[str]:
        """Return how many there are, and the first of them with the time that matters of each."""
        lines = [f"{words[title]}: {len(found)}"]
        for what, at in found[:LISTED]:
            clock = f", {words[word]} {at.astimezone(self._at.tzinfo):%m-%d %H:%M}" if at else ""
            lines.append(f"- {what}{clock}")
        return lines + ([words["more"].format(len(found) - LISTED)] if len(found) > LISTED else [])


def _named(one: AlarmSpan | ShelvedThen, language: Language) -> str:
    rule = catalogue().get(one.rule)
    title = getattr(rule.title, language) if rule else one.rule
    return f"[{PRIORITIES[language][one.priority]}] {title}: {one.target_id}"


def _job(one: JobThen, language: Language) -> str:
    return f"#{one.job_id} {getattr(about(one), language)}: {one.target_id}"


def _target(one: AlarmSpan | ShelvedThen | JobThen) -> Target:
    return Target(TargetKind(one.target_kind), one.target_id)


def _overdue(job: JobThen, at: datetime) -> bool:
    open_then = job.done_at is None or job.done_at > at
    return open_then and job.due_at is not None and job.due_at < at


def _loudest_first(one: AlarmSpan) -> tuple[int, datetime]:
    return LOUDEST_FIRST.index(Priority(one.priority)), one.raised_at
