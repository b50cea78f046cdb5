"""Alarms held against the truth of a labelled city: which faults were found, and which alarms were false."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any, Final, TypeAlias

from alerts.replay.occurrences import Occurrence
from telemetry.model import DAY, HOUR, SECOND, Instant, instant

GRACE: Final[Instant] = DAY
"""For so long after a fault's end an alarm is still its: readings come daily, and hours are judged late."""

EARLY: Final[Instant] = HOUR
"""So long before a fault's stated start: an alarm's time is that of the statement before."""

_OF_THE_GAS: Final = "% of the gas"
_LARGE_PCT: Final = 20.0
"""Of what goes around a meter: from here on it must be found."""

Unwatched: TypeAlias = Callable[[Instant], Collection[tuple[str, str]]]
"""Rules and targets that are not watched at an instant."""

Key: TypeAlias = tuple[str, str, str]
"""Rule, kind of target, target."""


@dataclass
class Score:
    """How one rule did."""

    faults: int = 0
    found: int = 0
    unwatched: int = 0
    beyond_reach: int = 0
    plain: int = 0
    plain_found: int = 0
    large: int = 0
    large_found: int = 0
    raised: int = 0
    true: int = 0
    tolerated: int = 0
    false: int = 0
    delays_s: list[float] = field(default_factory=list)
    missed: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self, meter_days: float, *, known: bool) -> dict[str, Any]:
        """Return it as it is written."""
        judged = self.true + self.false
        return {
            "recall": self.found / self.faults if self.faults else None,
            "recall_plain": self.plain_found / self.plain if self.plain else None,
            "recall_of_20_pct": self.large_found / self.large if self.large else None,
            "precision": self.true / judged if judged else None,
            "median_delay_s": median(self.delays_s) if self.delays_s else None,
            "false_per_1000_meter_days": 1000 * self.false / meter_days,
            "faults": self.faults,
            "found": self.found,
            "unwatched": self.unwatched,
            "beyond_reach": self.beyond_reach,
            "raised": self.raised,
            "true": self.true,
            "tolerated": self.tolerated,
            "false": self.false,
            "rule_exists": known,
        }


def matched(
    truth: Mapping[str, Any], told: Iterable[Occurrence], unwatched: Unwatched = lambda _: ()
) -> dict[str, Score]:
    """Return how each rule did: by its faults, and by the alarms that it raised.

    A fault that nothing that arrived shows is beyond reach: it is no fault missed, and its alarms are true.
    Another is found when one of the alarms that it should raise was raised, muted or not, from its start
    to a day after its end. An alarm is true when a fault of that time raises it or may; tolerated where
    ordinary trouble may raise it; muted ones call nobody and are not counted false. ``unwatched`` tells
    the rules and targets of which the platform says itself that it does not watch them at an instant.
    """
    alarms = list(told)
    scores: dict[str, Score] = defaultdict(Score)
    for fault in truth["faults"]:
        score = scores[fault["rule"]]
        if fault["detectable_from"] is None:
            score.beyond_reach += 1
            continue
        found = _score_fault(score, fault, alarms)
        if not found:
            gaps = unwatched(_instant(fault["start"]))
            score.unwatched += (fault["rule"], fault["target"]["id"]) in gaps
    may = _spans((fault, [*fault["raises"], *fault["also"]]) for fault in truth["faults"])
    tolerated = _spans((one, one["tolerates"]) for one in truth["normal"])
    for alarm in alarms:
        _score_alarm(scores[alarm.rule], alarm, may, tolerated)
    return dict(scores)


def summed(scores: Iterable[Mapping[str, Score]]) -> dict[str, Score]:
    """Return the scores of several cities together."""
    total: dict[str, Score] = defaultdict(Score)
    for city in scores:
        for rule, one in city.items():
            whole = total[rule]
            for name in (
                "faults",
                "found",
                "unwatched",
                "beyond_reach",
                "plain",
                "plain_found",
                "large",
                "large_found",
                "raised",
                "true",
                "tolerated",
                "false",
            ):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
            for name in ("delays_s", "missed", "wrong"):
                getattr(whole, name).extend(getattr(one, name))
    return dict(total)


def _score_fault(score: Score, fault: Mapping[str, Any], alarms: Sequence[Occurrence]) -> bool:
    """Count whether a fault was found, and how long after it could be; tell which."""
    wanted = {_key(one) for one in fault["raises"]}
    # A station is silent as the device of its name.
    names = {(rule, name) for rule, _, name in wanted}
    wanted.update(key for one in fault["also"] if (key := _key(one))[::2] in names)
    begin, end = _span(fault)
    times = [one.raised_at for one in alarms if _of(one) in wanted and begin <= one.raised_at <= end]
    score.faults += 1
    score.found += bool(times)
    plain = fault["clarity"] != "borderline"
    score.plain += plain
    score.plain_found += plain and bool(times)
    large = fault["unit"] == _OF_THE_GAS and fault["size"] >= _LARGE_PCT
    score.large += large
    score.large_found += large and bool(times)
    if times:
        score.delays_s.append(max(min(times) - _instant(fault["detectable_from"]), 0) / SECOND)
    else:
        score.missed.append(dict(fault))
    return bool(times)


def _score_alarm(
    score: Score,
    alarm: Occurrence,
    may: Mapping[Key, list[tuple[Instant, Instant]]],
    tolerated: Mapping[Key, list[tuple[Instant, Instant]]],
) -> None:
    """Count whether an alarm was true, tolerated or false."""
    score.raised += 1
    if _within(alarm, may):
        score.true += 1
    elif alarm.muted_by or _within(alarm, tolerated):
        score.tolerated += 1
    else:
        score.false += 1
        score.wrong.append({"rule": alarm.rule, "target": alarm.target.id, "raised_at": alarm.raised_at})


def _within(alarm: Occurrence, spans: Mapping[Key, list[tuple[Instant, Instant]]]) -> bool:
    return any(begin <= alarm.raised_at <= end for begin, end in spans.get(_of(alarm), ()))


def _spans(
    stated: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
) -> dict[Key, list[tuple[Instant, Instant]]]:
    """Return when which alarms may ring."""
    found: dict[Key, list[tuple[Instant, Instant]]] = defaultdict(list)
    for happening, alarms in stated:
        for one in alarms:
            found[_key(one)].append(_span(happening))
    return found


def _span(happening: Mapping[str, Any]) -> tuple[Instant, Instant]:
    return _instant(happening["start"]) - EARLY, _instant(happening["end"]) + GRACE


def _instant(text: str) -> Instant:
    return instant(datetime.fromisoformat(text))


def _key(alarm: Mapping[str, Any]) -> Key:
    return alarm["rule"], alarm["target"]["kind"], alarm["target"]["id"]


def _of(alarm: Occurrence) -> Key:
    return alarm.rule, str(alarm.target.kind), alarm.target.id
