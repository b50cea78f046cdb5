"""What the company sets differently in a rule: for all, a zone, a station, a meter type or one meter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from alerts.alarm import Priority, Target, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule
from alerts.windows.window import Rows, Window
from telemetry.model import Floats, Instant, Integers
from telemetry.registry import FOREVER, Registry, RegistryRows, RuleSetting
from telemetry.registry.timeline import Timeline, timelines

ON_DELAY: Final = "on_delay_s"
OFF_DELAY: Final = "off_delay_s"
PRIORITY: Final = "priority"
SUPPRESS: Final = "suppress"
"""1 where a rule is not to ring, by design."""

OF_EVERY_RULE: Final = (ON_DELAY, OFF_DELAY, PRIORITY, SUPPRESS)
"""What can be set of every rule, beside its own parameters."""

_OF_THE_LIFECYCLE: Final = (ON_DELAY, OFF_DELAY, PRIORITY)

Subject: TypeAlias = tuple[str, str]
"""A scope and who it is about."""

_ALL: Final[Subject] = ("all", "*")

Steps: TypeAlias = tuple[tuple[Instant, RuleSetting | None], ...]
"""What is set from when on; None stands for the rule's own."""


class Overrides:
    """The settings of one version of the registry, resolved for targets: the most specific one wins.

    A meter goes by its own setting, then its type's, its supplying station's, its zone's and those of
    the zones around, then that for all; a device as the meter that it speaks for.
    """

    def __init__(self, registry: Registry, settings: Sequence[RuleSetting] | None = None) -> None:
        """Go by the registry's settings, or by others in their place."""
        self._registry = registry
        self._settings = registry.rule_settings if settings is None else settings
        self._set = {
            key: timelines(rows, lambda row: (row.scope, row.id))
            for key, rows in _by_parameter(self._settings).items()
        }
        self._subjects: dict[Target, tuple[Subject, ...]] = {}
        self._steps: dict[tuple[str, str, Target], Steps] = {}
        self._rules: dict[tuple[str, str, str, str], Rule] = {}

    def judge(self, rule: Rule, window: Window) -> Judgement:
        """Ask a rule's condition, with the settings that hold for each row."""
        judgement = rule.condition(window, rule.settings)
        changed = [one for one in rule.figures if (rule.name, one.name) in self._set]
        if not changed or not judgement.rows.target.size:
            return judgement
        # Which rows there are does not depend on the settings, so that the first answer tells them.
        differing = {one.name: self._column(rule, one, judgement.rows) for one in changed}
        return rule.condition(window, {**rule.settings, **differing})

    def rule_for(self, rule: Rule, target: Target, at: Instant) -> Rule:
        """Return a rule with the delays and the priority that hold for a target."""
        if not any((rule.name, one) in self._set for one in _OF_THE_LIFECYCLE):
            return rule
        on_s, off_s, priority = (
            self.value(rule, name, target, at) or own
            for name, own in (
                (ON_DELAY, str(rule.delays.on_s)),
                (OFF_DELAY, str(rule.delays.off_s)),
                (PRIORITY, rule.priority.value),
            )
        )
        key = (rule.name, on_s, off_s, priority)
        if key not in self._rules:
            delays = Delays(on_s=float(on_s), off_s=float(off_s))
            self._rules[key] = replace(rule, delays=delays, priority=Priority(priority))
        return self._rules[key]

    def value(self, rule: Rule, parameter: str, target: Target, at: Instant) -> str | None:
        """Return what is set for a target at an instant, None where nothing is."""
        held = self.setting(rule, parameter, target, at)
        return None if held is None else held.value

    def setting(self, rule: Rule, parameter: str, target: Target, at: Instant) -> RuleSetting | None:
        """Return the setting that holds for a target at an instant, None where none does."""
        if (rule.name, parameter) not in self._set:
            return None
        held = [one for since, one in self._steps_of(rule, parameter, target) if since <= at]
        return held[-1] if held else None

    def of(self, rule: str) -> list[RuleSetting]:
        """Return every setting of a rule, in the order of parameter, scope and time."""
        found = (one for one in self._settings if one.rule == rule)
        return sorted(found, key=lambda one: (one.parameter, one.scope, one.id, one.valid_from))

    def unknown(self, rules: Mapping[str, Rule]) -> list[RuleSetting]:
        """Return the settings of rules and parameters that there are not."""
        known = {
            (rule.name, name)
            for rule in rules.values()
            for name in (*OF_EVERY_RULE, *(one.name for one in rule.figures))
        }
        return [one for one in self._settings if (one.rule, one.parameter) not in known]

    def _column(self, rule: Rule, parameter: Parameter, rows: Rows) -> Floats:
        """Return what holds for each row, as of the time it was measured."""
        of_subject = self._set[rule.name, parameter.name]
        if of_subject.keys() == {_ALL}:
            return _held(_merged(list(of_subject.values())), parameter.default, rows.measured_at)
        column = np.full(rows.target.size, parameter.default)
        alike: dict[Steps, list[int]] = {}
        for place, target in enumerate(rows.targets):
            alike.setdefault(self._steps_of(rule, parameter.name, target), []).append(place)
        for steps, places in alike.items():
            if steps:
                mine = np.isin(rows.target, places)
                column[mine] = _held(steps, parameter.default, rows.measured_at[mine])
        return column

    def _steps_of(self, rule: Rule, parameter: str, target: Target) -> Steps:
        key = (rule.name, parameter, target)
        if key not in self._steps:
            of_subject = self._set.get(key[:2], {})
            found = [of_subject[one] for one in self._subjects_of(target) if one in of_subject]
            self._steps[key] = _merged(found)
        return self._steps[key]

    def _subjects_of(self, target: Target) -> tuple[Subject, ...]:
        """Return whose settings a target goes by, the most specific first."""
        if target not in self._subjects:
            self._subjects[target] = (*_subjects(self._registry, target), _ALL)
        return self._subjects[target]


def _by_parameter(settings: Iterable[RuleSetting]) -> dict[tuple[str, str], list[RuleSetting]]:
    grouped: dict[tuple[str, str], list[RuleSetting]] = {}
    for one in settings:
        grouped.setdefault((one.rule, one.parameter), []).append(one)
    return grouped


def _subjects(registry: Registry, target: Target) -> Iterator[Subject]:
    """Yield whose settings a target goes by; where a meter is, is where it was last."""
    if target.id in registry.stations and target.kind in {TargetKind.STATION, TargetKind.DEVICE}:
        yield "station", target.id
        yield from _zones(registry, registry.stations[target.id].zone)
    elif target.kind is TargetKind.DEVICE and (spoken := registry.installations_of_device(target.id)):
        yield from _subjects(registry, Target(TargetKind.METER, spoken[-1].meter))
    elif target.kind is TargetKind.METER and target.id in registry.meters:
        yield from (("meter", target.id), ("meter_type", registry.meters[target.id].type))
        if installed := registry.installations_of_meter(target.id):
            if station := registry.supplying_station_at(installed[-1].site, FOREVER):
                yield "station", station
            yield from _zones(registry, registry.sites[installed[-1].site].zone)
    elif target.kind is TargetKind.ZONE and target.id in registry.zones:
        yield from _zones(registry, target.id)


def _zones(registry: Registry, zone: str) -> Iterator[Subject]:
    return (("zone", above) for above in registry.zone_chain(zone))


def _merged(found: Sequence[Timeline[RuleSetting]]) -> Steps:
    """Return what holds when, of several timelines of which an earlier one goes before the later ones."""
    starts = sorted({start for timeline in found for start in timeline.starts})
    return tuple((start, _first(found, start)) for start in starts)


def _first(found: Sequence[Timeline[RuleSetting]], at: Instant) -> RuleSetting | None:
    rows = (timeline.at(at) for timeline in found)
    return next((row for row in rows if row and row.value is not None), None)


def _held(steps: Steps, default: float, at: Integers) -> Floats:
    """Return what held at each instant."""
    values = np.array([default, *(float(one.value) if one and one.value else default for _, one in steps)])
    held: Floats = values[np.searchsorted([since for since, _ in steps], at, side="right")]
    return held


NOTHING_SET: Final = Overrides(Registry(RegistryRows()))
"""Every rule as it is written."""
