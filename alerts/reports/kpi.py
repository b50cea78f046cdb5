"""Figures by which an alarm system is judged, each named after its definition."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from alerts.alarm import Priority
from alerts.reports.flood import PERIOD, Flood, FloodLimits, floods
from alerts.rule import Wording
from telemetry.store.alarm_figures import AlarmSpan, Ring, ShelvedThen

STALE: Final = timedelta(hours=24)
FLEETING: Final = timedelta(seconds=10)
_CHATTER: Final = 3
_MINUTE: Final = timedelta(minutes=1)
_TOP: Final = 10

Source = tuple[str, str, str]
"""A rule, and the kind and name of what it is about."""


@dataclass(frozen=True)
class Definition:
    """What a figure is, and what it should be; ``target`` and ``manageable`` are second-hand."""

    name: str
    unit: str
    meaning: Wording
    target: float | None = None
    manageable: float | None = None


@dataclass(frozen=True)
class Figure:
    """A figure of one span; no value where nothing happened that it could be made from."""

    definition: Definition
    value: float | None


@dataclass(frozen=True)
class Actor:
    """What called how often, and at most how often in a minute."""

    source: Source
    alarms: int
    share: float
    most_in_a_minute: int


@dataclass(frozen=True)
class Performance:
    """All figures of a span, and what they were made from."""

    figures: Sequence[Figure]
    floods: Sequence[Flood]
    bad_actors: Sequence[Actor]
    chattering: Sequence[Actor]
    stale: Sequence[AlarmSpan]


@dataclass(frozen=True)
class Span:
    """What happened in a span of time."""

    start: datetime
    end: datetime
    rings: Sequence[Ring]
    alarms: Sequence[AlarmSpan]
    shelved: Sequence[ShelvedThen]
    limits: FloodLimits = field(default_factory=FloodLimits)

    @property
    def hours(self) -> float:
        """Its length, at least a second."""
        return max((self.end - self.start) / timedelta(hours=1), 1 / 3600)

    @property
    def standing(self) -> list[AlarmSpan]:
        """The alarms whose condition held at its end."""
        return [one for one in self.alarms if one.stands(self.end)]

    def in_10_min(self) -> list[int]:
        """How many calls each period of ten minutes from its start had."""
        periods = max(-(-(self.end - self.start) // PERIOD), 1)
        counts = Counter((one.at - self.start) // PERIOD for one in self.rings)
        return [counts[one] for one in range(periods)]

    def raised_in_10_min(self) -> int:
        """How many alarms were raised in ten minutes at most, whether they called anybody or not."""
        return _most_within([one.raised_at for one in self.alarms if one.raised_at >= self.start], PERIOD)


def performance(span: Span) -> Performance:
    """Return how an alarm system did in a span."""
    found = floods([one.at for one in span.rings], span.end, span.limits)
    actors = _actors(span.rings)
    return Performance(
        figures=[Figure(definition, work_out(span)) for definition, work_out in FIGURES],
        floods=found,
        bad_actors=actors[:_TOP],
        chattering=[one for one in actors if one.most_in_a_minute >= _CHATTER],
        stale=_stale(span),
    )


def _per_hour(span: Span) -> float:
    return len(span.rings) / span.hours / span.limits.operators


def _share_of_periods(span: Span) -> float:
    counts = span.in_10_min()
    return 100 * sum(one > span.limits.begins_above * span.limits.operators for one in counts) / len(counts)


def _time_in_flood(span: Span) -> float:
    found = floods([one.at for one in span.rings], span.end, span.limits)
    spent = sum(((one.ends_at or span.end) - one.begins_at for one in found), timedelta())
    return 100 * (spent / (span.end - span.start)) if span.end > span.start else 0.0


def _top_share(span: Span) -> float | None:
    actors = _actors(span.rings)
    return 100 * sum(one.share for one in actors[:_TOP]) if actors else None


def _stale(span: Span) -> list[AlarmSpan]:
    return [one for one in span.standing if span.end - one.raised_at > STALE]


def _fleeting(span: Span) -> float:
    ended = (one for one in span.alarms if one.cleared_at and one.raised_at >= span.start)
    return float(
        sum(one.cleared_at is not None and one.cleared_at - one.raised_at <= FLEETING for one in ended)
    )


def _to_acknowledge(span: Span) -> float | None:
    waited = [
        (one.acknowledged_at - one.raised_at).total_seconds()
        for one in span.alarms
        if one.acknowledged_at is not None and one.raised_at >= span.start
    ]
    return median(waited) if waited else None


def _priority_share(priority: Priority) -> Callable[[Span], float | None]:
    def share(span: Span) -> float | None:
        counted = sum(one.priority == priority for one in span.rings)
        return 100 * counted / len(span.rings) if span.rings else None

    return share


def _actors(rings: Iterable[Ring]) -> list[Actor]:
    """Return who called how often, the worst first."""
    calls: dict[Source, list[datetime]] = {}
    for one in rings:
        calls.setdefault((one.rule, one.target_kind, one.target_id), []).append(one.at)
    total = sum(map(len, calls.values()))
    found = [
        Actor(source, len(times), len(times) / total, _most_within(times, _MINUTE))
        for source, times in calls.items()
    ]
    return sorted(found, key=lambda one: (-one.alarms, one.source))


def _most_within(times: Sequence[datetime], span: timedelta) -> int:
    """Return how many of some times lie within a span at most."""
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


FIGURES: Final[Sequence[tuple[Definition, Callable[[Span], float | None]]]] = (
    (
        Definition(
            "annunciated_alarms_per_hour",
            "1/h",
            Wording("alarms that rang, per hour and operator", "每名操作员每小时报警数"),
            6,
            12,
        ),
        _per_hour,
    ),
    (
        Definition(
            "annunciated_alarms_per_10_min",
            "1/10 min",
            Wording("alarms that rang, per ten minutes and operator", "每名操作员每 10 分钟报警数"),
            1,
            2,
        ),
        lambda span: _per_hour(span) / 6,
    ),
    (
        Definition(
            "max_alarms_in_10_min",
            "1",
            Wording("most that rang in one period of ten minutes", "10 分钟内最多报警数"),
            10,
        ),
        lambda span: float(max(span.in_10_min())),
    ),
    (
        Definition(
            "max_raised_in_10_min",
            "1",
            Wording(
                "most that were raised in ten minutes, muted ones too", "10 分钟内最多产生数（含抑制的）"
            ),
        ),
        lambda span: float(span.raised_in_10_min()),
    ),
    (
        Definition(
            "periods_above_10_alarms_pct",
            "%",
            Wording("ten minutes with more than a flood begins with", "报警超限的 10 分钟时段占比"),
            1,
        ),
        _share_of_periods,
    ),
    (
        Definition("time_in_flood_pct", "%", Wording("time in flood", "报警泛滥时间占比"), 1),
        _time_in_flood,
    ),
    (
        Definition(
            "top_10_share_pct",
            "%",
            Wording("share of the ten that rang most often", "最频繁的十个报警所占比例"),
            5,
        ),
        _top_share,
    ),
    (
        Definition(
            "chattering_alarms",
            "1",
            Wording("alarms that rang three times or more within a minute", "一分钟内响三次及以上的报警数"),
            0,
        ),
        lambda span: float(sum(one.most_in_a_minute >= _CHATTER for one in _actors(span.rings))),
    ),
    (
        Definition(
            "fleeting_alarms",
            "1",
            Wording("alarms that went within ten seconds", "十秒内自行消失的报警数"),
            0,
        ),
        _fleeting,
    ),
    (
        Definition(
            "stale_alarms",
            "1",
            Wording("alarms that stood for more than 24 h at the end", "持续超过 24 小时的报警数"),
            5,
        ),
        lambda span: float(len(_stale(span))),
    ),
    (
        Definition("standing_alarms", "1", Wording("alarms that stood at the end", "期末仍存在的报警数"), 10),
        lambda span: float(len(span.standing)),
    ),
    (
        Definition("shelved_alarms", "1", Wording("alarms shelved at the end", "期末搁置的报警数"), 30),
        lambda span: float(len(span.shelved)),
    ),
    (
        Definition(
            "median_time_to_acknowledge_s",
            "s",
            Wording("median time from raised to acknowledged", "报警至确认的中位时间"),
        ),
        _to_acknowledge,
    ),
    *(
        (
            Definition(f"{priority}_share_pct", "%", Wording(f"share of priority {priority}", text), target),
            _priority_share(priority),
        )
        for priority, text, target in (
            (Priority.CRITICAL, "紧急报警占比", 1),
            (Priority.HIGH, "高优先级报警占比", 5),
            (Priority.MEDIUM, "中优先级报警占比", 15),
            (Priority.LOW, "低优先级报警占比", 80),
        )
    ),
)
"""Every figure with how it is worked out; targets as public texts give them for ISA-18.2 and EEMUA 191."""
