"""The handover from one shift to the next: what happened, what stands, what must be looked at."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.alarm import Priority
from alerts.catalogue import catalogue
from alerts.lifecycle import State
from alerts.reports.flood import Flood, floods
from alerts.reports.kpi import STALE, Span
from alerts.rule import Wording
from telemetry.store.alarm_figures import AlarmSpan, JobThen, OutThen, ShelvedThen

LATE: Final[Mapping[str, timedelta]] = {
    Priority.CRITICAL: timedelta(minutes=5),
    Priority.HIGH: timedelta(minutes=15),
    Priority.MEDIUM: timedelta(hours=1),
    Priority.LOW: timedelta(hours=8),
}
"""By when an alarm should be acknowledged; the company's habit may differ."""

NEXT_SHIFT: Final = timedelta(hours=8)


@dataclass(frozen=True)
class Item:
    """Something the next shift must look at, and why."""

    why: Wording
    target_kind: str
    target_id: str
    about: str
    """A rule, a fault class, a kind of job; a number of alarms; the reason for which it does not serve."""
    alarm: int | None = None
    job: int | None = None
    said: str | None = None
    """Of what is shelved: the reason."""


@dataclass(frozen=True)
class ShiftReport:
    """What one shift hands to the next."""

    start: datetime
    end: datetime
    raised: Mapping[str, int]
    rang: int
    late: Sequence[AlarmSpan]
    standing: Sequence[AlarmSpan]
    muted: Sequence[AlarmSpan]
    shelved: Sequence[ShelvedThen]
    out_of_service: Sequence[OutThen]
    floods: Sequence[Flood]
    jobs_opened: Sequence[JobThen]
    jobs_closed: Sequence[JobThen]
    out_of_band: Sequence[AlarmSpan]
    silent: Sequence[AlarmSpan]
    look_at: Sequence[Item]


def shift_report(span: Span, out: Sequence[OutThen], jobs: Sequence[JobThen]) -> ShiftReport:
    """Return the handover at the end of a span."""
    standing = span.standing
    found = floods([one.at for one in span.rings], span.end, span.limits)
    raised = Counter(one.priority for one in span.alarms if one.raised_at >= span.start)
    return ShiftReport(
        start=span.start,
        end=span.end,
        raised={priority.value: raised[priority] for priority in Priority},
        rang=len(span.rings),
        late=[one for one in span.alarms if _late(one, span)],
        standing=standing,
        muted=[one for one in standing if one.muted_by],
        shelved=span.shelved,
        out_of_service=out,
        floods=found,
        jobs_opened=[one for one in jobs if one.created_at >= span.start],
        jobs_closed=[one for one in jobs if _done(one, span.end)],
        out_of_band=[one for one in standing if _is_pressure(one)],
        silent=[one for one in standing if one.rule == "device_silent"],
        look_at=list(_look_at(span, standing, found, out, jobs)),
    )


def _late(alarm: AlarmSpan, span: Span) -> bool:
    """Tell whether an alarm of the shift waited too long for somebody; muted ones call nobody."""
    if alarm.raised_at < span.start or alarm.muted_by:
        return False
    waited_until = alarm.acknowledged_at or span.end
    return waited_until - alarm.raised_at > LATE[alarm.priority]


def _done(job: JobThen, at: datetime) -> bool:
    return job.done_at is not None and job.done_at < at


def _is_pressure(alarm: AlarmSpan) -> bool:
    rule = catalogue().get(alarm.rule)
    return alarm.target_kind == "station" and rule is not None and rule.unit == "kPa"


def _look_at(
    span: Span,
    standing: Sequence[AlarmSpan],
    found: Sequence[Flood],
    out: Sequence[OutThen],
    jobs: Sequence[JobThen],
) -> Iterator[Item]:
    """Yield what must be looked at, the most urgent first."""
    ranks = [str(one) for one in Priority]
    waiting = [one for one in span.alarms if one.state in {State.ACTIVE, State.RETURNED} and not one.muted_by]
    for alarm in sorted(waiting, key=lambda one: (ranks.index(one.priority), one.raised_at)):
        yield _alarm(_UNACKNOWLEDGED if alarm.state == State.ACTIVE else _RETURNED, alarm)
    if found and found[-1].ends_at is None:
        yield Item(_FLOOD, "", "", f"{found[-1].alarms}")
    for shelf in span.shelved:
        if shelf.until <= span.end + NEXT_SHIFT:
            yield Item(_SHELF_ENDS, shelf.target_kind, shelf.target_id, shelf.rule, said=shelf.reason)
    for alarm in standing:
        if alarm.state == State.ACKNOWLEDGED and span.end - alarm.raised_at > STALE:
            yield _alarm(_STALE, alarm)
    for one in jobs:
        if not _done(one, span.end) and (why := _why(one, span.end)):
            about = one.fault_class or one.kind
            task = None if one.fault_class else one.task
            yield Item(why, one.target_kind, one.target_id, about, job=one.job_id, said=task)
    for removed in out:
        yield Item(_OUT, removed.target_kind, removed.target_id, removed.reason)


def _why(job: JobThen, at: datetime) -> Wording | None:
    """Return why an open job must be looked at, None where it need not."""
    if job.due_at is not None and job.due_at < at:
        return _OVERDUE
    return _CAME_BACK if job.reopened else None


def _alarm(why: Wording, alarm: AlarmSpan) -> Item:
    return Item(why, alarm.target_kind, alarm.target_id, alarm.rule, alarm=alarm.alarm_id)


_UNACKNOWLEDGED: Final = Wording("stands and nobody acknowledged it", "未确认且仍存在")
_RETURNED: Final = Wording("came and went, and nobody acknowledged it", "已恢复但未确认")
_FLOOD: Final = Wording("alarms are flooding", "报警泛滥中")
_SHELF_ENDS: Final = Wording("is shelved, and will ring in the next shift", "搁置将在下一班到期")
_STALE: Final = Wording("has stood for more than a day", "已持续超过一天")
_OVERDUE: Final = Wording("should have been done by now", "已超过期限")
_CAME_BACK: Final = Wording("was mended and came back", "修复后复发")
_OUT: Final = Wording("is out of service", "停用中")
