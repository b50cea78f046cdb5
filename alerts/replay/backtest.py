"""What the rules would have told, over a span of the past and with other settings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from alerts.alarm import TargetKind
from alerts.replay.looks import Replay, Variant
from alerts.replay.occurrences import Occurrences, Tally, tally, written
from alerts.replay.said import Said
from alerts.ringing.planned import PlannedJob
from alerts.rule import Rule
from telemetry.model import MINUTE, Instant
from telemetry.registry import Registry

STEP: Final[Instant] = MINUTE


@dataclass(frozen=True)
class Told:
    """What one variant told over a span."""

    rules: Sequence[Rule]
    tallies: Mapping[str, Tally]
    occurrences: Occurrences

    def to_json(self) -> dict[str, Any]:
        """Return it as it is printed."""
        by_name = {rule.name: rule for rule in self.rules}
        return {
            "events": [written(one, by_name[one.rule]) for one in self.occurrences.found],
            "rules": {name: msgspec.structs.asdict(one) for name, one in self.tallies.items()},
        }


def backtest(
    registry: Registry,
    before: Said,
    parts: Iterable[tuple[Instant, Said]],
    begin: Instant,
    variants: Sequence[Variant],
    step: Instant = STEP,
    jobs: Sequence[PlannedJob] = (),
) -> list[Told]:
    """Return what each variant tells.

    Parameters
    ----------
    registry : Registry
        Of today: what is dated in it holds as of the time of each statement.
    before : Said
        What was said before the beginning; nothing is told of it.
    parts : iterable of (Instant, Said)
        Consecutive parts of the span: up to when each goes, and what arrived in it.
    begin : Instant
        Where the span begins.
    variants : sequence of Variant
        Rules with settings; each has alarms of its own.
    step : Instant
        How often the rules are asked; what rings by the passing of time alone rings then.
    jobs : sequence of PlannedJob
        Work that permits something for a time; nobody is called for that.
    """
    replay = Replay(registry, *variants, begin=begin, step=step, jobs=jobs)
    replay.recall(before)
    found = [Occurrences() for _ in variants]
    end = begin
    for end, said in parts:
        for _, changes in replay.follow(said, end):
            for occurrences, changed in zip(found, changes, strict=True):
                occurrences.add(changed)
    return [
        Told(one.rules, _tallies(registry, one.rules, occurrences, end - begin), occurrences)
        for one, occurrences in zip(variants, found, strict=True)
    ]


def _tallies(
    registry: Registry, rules: Sequence[Rule], occurrences: Occurrences, span: Instant
) -> dict[str, Tally]:
    """Return how often each rule rang."""
    targets = _targets(registry)
    by_rule = {rule.name: [one for one in occurrences.found if one.rule == rule.name] for rule in rules}
    return {rule.name: tally(by_rule[rule.name], targets[rule.kind], span) for rule in rules}


def _targets(registry: Registry) -> dict[TargetKind, int]:
    """Return how many there are that a rule may be about; a device's silence is a station's, too."""
    return {
        TargetKind.METER: len(registry.meters),
        TargetKind.STATION: len(registry.stations),
        TargetKind.ZONE: len(registry.zones),
        TargetKind.DEVICE: len(registry.devices.keys() | registry.stations.keys()),
        TargetKind.ACCOUNT: len(registry.accounts),
    }
