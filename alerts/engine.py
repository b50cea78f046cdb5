"""Rules, a window, the alarms there are and the time: what changes."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isnan

import numpy as np

from alerts.alarm import Alarm, Change, Target, TargetKind
from alerts.overrides import NOTHING_SET, Overrides
from alerts.rule import Judgement, Rule
from alerts.track import Track
from alerts.windows.window import UNKNOWN_SINCE, Window
from telemetry.model import Instant, Stream


def evaluate(
    rules: Iterable[Rule],
    window: Window,
    alarms: Iterable[Alarm],
    now: Instant,
    overrides: Overrides = NOTHING_SET,
) -> list[Change]:
    """Return the alarms that change, each with what happened to it.

    Parameters
    ----------
    rules : iterable of Rule
        What is watched.
    window : Window
        What has come to be known since the last time.
    alarms : iterable of Alarm
        Those that have not come back to normal.
    now : Instant
        The platform's time; delays run on measured time, which this carries on between statements.
    overrides : Overrides
        What the company sets differently, for some targets or all.

    Returns
    -------
    list of Change
        In an order in which they can be stored: what ends before what begins.
    """
    by_rule: dict[str, dict[Target, Alarm]] = {}
    for alarm in alarms:
        by_rule.setdefault(alarm.rule, {})[alarm.target] = alarm
    return [
        change
        for rule in rules
        for change in _evaluate(rule, window, by_rule.get(rule.name, {}), now, overrides)
    ]


def _evaluate(
    rule: Rule, window: Window, alarms: dict[Target, Alarm], now: Instant, overrides: Overrides
) -> list[Change]:
    """Carry on every alarm of a rule that has one, or that may get one."""
    walk = _Walk(rule, overrides.judge(rule, window), alarms, now, overrides)
    changes = [change for place, rows in walk.targets() for change in walk.carry(place, rows)]
    for target, alarm in alarms.items():
        if alarm.counts_since is not None and target not in walk.judgement.rows.places:
            changes += _wait(overrides.rule_for(rule, target, now), alarm, now)
    return changes


def _wait(rule: Rule, alarm: Alarm, now: Instant) -> list[Change]:
    """Carry on an alarm of which nothing new is known."""
    track = Track(rule, alarm.target, alarm, UNKNOWN_SINCE, now)
    track.pass_time()
    return track.changes()


class _Walk:
    """A rule's judgement of a window, walked target by target."""

    def __init__(
        self,
        rule: Rule,
        judgement: Judgement,
        alarms: dict[Target, Alarm],
        now: Instant,
        overrides: Overrides,
    ) -> None:
        self._rule = rule
        self._overrides = overrides
        self.judgement = judgement
        self._alarms = alarms
        self._now = now
        fresh = judgement.rows.age <= rule.max_age
        self._present = judgement.present & fresh
        self._said = self._present | (judgement.absent & fresh)

    def targets(self) -> Iterable[tuple[int, Sequence[int]]]:
        """Yield each target that has an alarm or gets one, and the rows that say something of it."""
        rows = self.judgement.rows
        wanted = np.zeros(len(rows.targets), dtype=np.bool_)
        wanted[rows.target[self._present]] = True
        known = [place for target in self._alarms if (place := rows.places.get(target)) is not None]
        wanted[known] = True
        chosen = np.flatnonzero(wanted[rows.target] & self._said)
        spoken = set()
        for place, run in groupby(chosen.tolist(), key=rows.target.tolist().__getitem__):
            spoken.add(place)
            if not self._repeats(place, said := list(run)):
                yield place, said
        for place in known:
            if place not in spoken:
                yield place, []

    def _repeats(self, place: int, chosen: Sequence[int]) -> bool:
        """Tell whether all that is said is what stands: of thousands in a storm, few say anything new."""
        rows, row = self.judgement.rows, chosen[0]
        alarm = self._alarms.get(rows.targets[place])
        return (
            alarm is not None
            and self._rule.lasting
            and len(chosen) == 1
            and bool(self._present[row])
            and alarm.stands_on(rows.part.item(row))
            and rows.measured_at.item(row)
            >= max(alarm.judged_at or UNKNOWN_SINCE, rows.known_until.item(place))
        )

    def carry(self, place: int, chosen: Sequence[int]) -> list[Change]:
        """Carry one target's alarm through the rows about it, instant by instant."""
        rows = self.judgement.rows
        target = rows.targets[place]
        known = int(rows.known_until[place])
        rule = self._overrides.rule_for(self._rule, target, self._now)
        track = Track(rule, target, self._alarms.get(target), known, self._now)
        for at, together in groupby(chosen, key=rows.measured_at.item):
            self._judge(track, at, list(together))
        track.pass_time()
        return track.changes()

    def _judge(self, track: Track, at: Instant, together: list[int]) -> None:
        """Judge what was said at one instant: a target is well when all of its streams are."""
        part = self.judgement.rows.part
        heard = at + self.judgement.rows.age.item(together[0])
        present = [row for row in together if self._present[row]]
        parts = set(track.parts).difference(part.item(row) for row in together)
        parts.update(part.item(row) for row in present)
        if present:
            value, limit = self.judgement.value.item(present[0]), self.judgement.limit.item(present[0])
            evidence = self.judgement.evidence(present[0]) | _streams(track.target, parts)
            track.present(at, tuple(sorted(parts)), _figure(value), _figure(limit), evidence, heard)
        elif parts:
            track.partly(at, tuple(sorted(parts)), heard)
        else:
            track.absent(at, heard)


def _streams(target: Target, parts: set[int]) -> dict[str, list[str]]:
    """Return on which streams a condition holds, where a station has more than one."""
    if target.kind is not TargetKind.STATION:
        return {}
    named = [Stream(part).name for part in sorted(parts) if part != Stream.SINGLE]
    return {"streams": named} if named else {}


def _figure(value: float) -> float | None:
    return None if isnan(value) else value
