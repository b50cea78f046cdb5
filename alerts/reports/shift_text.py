"""The handover as people read it, in English or Chinese."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from alerts.alarm import Muted
from alerts.catalogue import catalogue
from alerts.people.job_words import KINDS, about
from alerts.records import Language
from alerts.reports.flood import Flood
from alerts.reports.shift_report import Item, ShiftReport
from alerts.rule import Wording
from telemetry.store.alarm_figures import AlarmSpan, JobThen, ShelvedThen


def shift_text(report: ShiftReport, language: Language, zone: tzinfo) -> str:
    """Return a handover as text, its times in a zone."""
    return "\n".join(_Text(language, zone).lines(report)) + "\n"


class _Text:
    """Says things in one language, with times of one zone."""

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self._language: Language = language
        self._zone = zone

    def lines(self, report: ShiftReport) -> Iterator[str]:
        """Yield the whole text."""
        yield f"{self._say(TITLES['title'])}  {self._time(report.start)} - {self._time(report.end)}"
        raised = ", ".join(
            f"{self._say(_PRIORITY[name])} {count}" for name, count in report.raised.items() if count
        )
        yield f"{self._say(TITLES['raised'])}: {sum(report.raised.values())}" + (
            f" ({raised})" if raised else ""
        )
        yield f"{self._say(TITLES['rang'])}: {report.rang}"
        for title, lines in (*self._alarms(report), *self._rest(report)):
            yield from self._section(title, lines)

    def _alarms(self, report: ShiftReport) -> Iterator[tuple[Wording, Iterable[str]]]:
        """Yield what must be looked at, and the alarms."""
        yield TITLES["look_at"], (self._item(one) for one in report.look_at)
        yield TITLES["out_of_band"], (self._alarm(one) for one in report.out_of_band)
        yield TITLES["silent"], (self._alarm(one) for one in report.silent)
        yield TITLES["standing"], (self._alarm(one) for one in report.standing)
        yield TITLES["late"], (self._alarm(one) for one in report.late)
        yield TITLES["muted"], (f"{self._alarm(one)} ({self._kinds(one)})" for one in report.muted)

    def _rest(self, report: ShiftReport) -> Iterator[tuple[Wording, Iterable[str]]]:
        """Yield what is put aside, floods and jobs."""
        yield TITLES["shelved"], (self._shelved(one) for one in report.shelved)
        yield (
            TITLES["out_of_service"],
            (f"{one.target_id}: {one.reason} ({one.taken_by})" for one in report.out_of_service),
        )
        yield TITLES["floods"], (self._flood(one) for one in report.floods)
        yield TITLES["jobs_opened"], (self._job(one) for one in report.jobs_opened)
        yield TITLES["jobs_closed"], (self._job(one) for one in report.jobs_closed)

    def _shelved(self, one: ShelvedThen) -> str:
        until = f"{self._say(_UNTIL)} {self._time(one.until)}"
        return f"{one.target_id} {self._rule(one.rule)}: {one.reason} ({one.shelved_by}, {until})"

    def _flood(self, one: Flood) -> str:
        return f"{self._time(one.begins_at)} - {self._time(one.ends_at)}: {one.alarms}"

    def _section(self, title: Wording, lines: Iterable[str]) -> Iterator[str]:
        """Yield a title and its lines; nothing where there are none."""
        found = list(lines)
        if found:
            yield ""
            yield f"{self._say(title)} ({len(found)})"
            yield from (f"- {line}" for line in found)

    def _item(self, item: Item) -> str:
        numbers = f" #{item.alarm}" if item.alarm else f" job {item.job}" if item.job else ""
        named = " ".join(part for part in (item.target_id, self._rule(item.about)) if part)
        said = f" ({item.said})" if item.said else ""
        return f"{named}{said}: {self._say(item.why)}{numbers}"

    def _alarm(self, alarm: AlarmSpan) -> str:
        return f"{self._time(alarm.raised_at)} {alarm.target_id} {self._rule(alarm.rule)} #{alarm.alarm_id}"

    def _kinds(self, alarm: AlarmSpan) -> str:
        return ", ".join(self._say(_MUTED[Muted(reason["kind"])]) for reason in alarm.muted_by)

    def _job(self, job: JobThen) -> str:
        return f"job {job.job_id} {job.target_id} {self._say(about(job))} {job.state}" + (
            f": {job.cause}" if job.cause else ""
        )

    def _rule(self, name: str) -> str:
        """Return a rule's title, or the word for a kind of job; anything else as it is."""
        rule = catalogue().get(name)
        if rule is None:
            return self._say(KINDS[name]) if name in KINDS else name
        return self._say(rule.title)

    def _title(self, name: str) -> str:
        return self._say(TITLES[name])

    def _say(self, wording: Wording) -> str:
        text: str = getattr(wording, self._language)
        return text

    def _time(self, at: datetime | None) -> str:
        return "…" if at is None else f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"


TITLES: Final[Mapping[str, Wording]] = {
    "title": Wording("Shift report", "交接班报告"),
    "raised": Wording("Alarms raised", "新增报警"),
    "rang": Wording("Calls of the operator", "报警提示次数"),
    "look_at": Wording("The next shift must look at", "下一班须关注"),
    "out_of_band": Wording("Stations out of band", "压力越限的调压站"),
    "silent": Wording("Silent", "失联设备"),
    "standing": Wording("Standing alarms", "仍存在的报警"),
    "late": Wording("Acknowledged late, or not at all", "确认超时或未确认"),
    "shelved": Wording("Shelved", "搁置的报警"),
    "muted": Wording("Standing and muted", "存在但被屏蔽的报警"),
    "out_of_service": Wording("Out of service", "停用"),
    "floods": Wording("Floods", "报警泛滥"),
    "jobs_opened": Wording("Jobs entered", "新建工单"),
    "jobs_closed": Wording("Jobs done", "完成工单"),
}
"""Of a handover's sections, by the name of what they show."""

_UNTIL: Final = Wording("until", "至")
_MUTED: Final[Mapping[Muted, Wording]] = {
    Muted.SHELVED: Wording("shelved", "搁置"),
    Muted.SUPPRESSED: Wording("suppressed by design", "按设计屏蔽"),
    Muted.OUT_OF_SERVICE: Wording("out of service", "停用"),
    Muted.PLANNED_JOB: Wording("planned job", "计划作业"),
    Muted.INHIBITED: Wording("inhibited by its cause", "被起因抑制"),
}
_PRIORITY: Final = {
    "critical": Wording("critical", "紧急"),
    "high": Wording("high", "高"),
    "medium": Wording("medium", "中"),
    "low": Wording("low", "低"),
}
