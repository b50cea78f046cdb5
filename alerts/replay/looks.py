"""Rules over what was said long ago, or never: look by look, as the watch would have looked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from alerts.alarm import Alarm, Change, Target
from alerts.engine import evaluate
from alerts.lifecycle import State
from alerts.overrides import Overrides
from alerts.replay.hour_windows import HourWindows, judge_hours
from alerts.replay.said import Said
from alerts.replay.windows import WindowsSoFar
from alerts.ringing.annunciation import annunciated
from alerts.ringing.muting import Situation
from alerts.ringing.neighbours import Neighbours
from alerts.ringing.planned import PlannedJob, permitted
from alerts.rule import FRESH, Rule
from alerts.windows.window import UNKNOWN_SINCE, Window
from telemetry.model import Instant
from telemetry.registry import Registry


@dataclass(frozen=True)
class Variant:
    """Rules, and what is set differently in them."""

    rules: Sequence[Rule]
    overrides: Overrides

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """Each rule by its name."""
        return {rule.name: rule for rule in self.rules}


class Replay:
    """Shows what was said to the engine, in the order in which it arrived.

    Windows are made once and judged by every variant, each with alarms of its own, so that settings
    can be compared.
    """

    def __init__(
        self,
        registry: Registry,
        *variants: Variant,
        begin: Instant,
        step: Instant,
        jobs: Sequence[PlannedJob] = (),
    ) -> None:
        rules = [rule for one in variants for rule in one.rules]
        lateness = max((rule.max_age for rule in rules), default=FRESH)
        self._windows = (
            HourWindows(registry, begin, jobs)
            if judge_hours(rules)
            else WindowsSoFar(registry, begin, lateness, jobs)
        )
        self._neighbours = Neighbours(registry)
        self._variants = [(one, dict[tuple[str, Target], Alarm]()) for one in variants]
        self._jobs = jobs
        self._begin = begin
        self._now = UNKNOWN_SINCE
        self._step = step

    def recall(self, before: Said) -> None:
        """Take in what was said before the beginning: it is known, and nothing follows from it."""
        self._windows.recall(before)

    def follow(self, said: Said, until: Instant) -> Iterator[tuple[Instant, list[list[Change]]]]:
        """Yield each look's time and, for each variant, what changed; the last look is at ``until``.

        ``said`` is what arrived since the last time, up to and including ``until``.
        """
        self._windows.learn(said, max(self._now, self._begin))
        while self._now < until:
            since, self._now = self._now, min(self._next_look(), until)
            window = self._windows.between(since, self._now)
            yield self._now, [self._judge(one, alarms, window) for one, alarms in self._variants]

    def _next_look(self) -> Instant:
        """Return when the rules are asked next: at the beginning, then whole steps after it."""
        steps = (self._now - self._begin) // self._step + 1
        return self._begin + max(steps, 0) * self._step

    def _judge(
        self, variant: Variant, alarms: dict[tuple[str, Target], Alarm], window: Window
    ) -> list[Change]:
        """Return what changes by one variant, and keep the alarms that are not over."""
        known = list(alarms.values())
        said = Situation(
            neighbours=self._neighbours,
            overrides=variant.overrides,
            permits=permitted(self._jobs, self._now),
        )
        changes = evaluate(variant.rules, window, known, self._now, variant.overrides)
        changes = annunciated(variant.by_name, changes, known, said, self._now)
        for change in changes:
            key = change.alarm.rule, change.alarm.target
            if change.alarm.state is State.NORMAL:
                alarms.pop(key, None)
            else:
                alarms[key] = change.alarm
        return changes
