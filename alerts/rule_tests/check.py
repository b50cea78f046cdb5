"""Rule tests run: what was expected, and what happened instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from alerts.alarm import AlarmEvent, Target
from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.replay.looks import Replay, Variant
from alerts.replay.worked_hours import with_hours
from alerts.rule import Rule
from alerts.rule_tests.expectations import Expectation, Happened, compared
from alerts.rule_tests.file import (
    Row,
    RuleTest,
    RuleTestFile,
    merged,
    read_rule_tests,
    when,
)
from alerts.rule_tests.messages import Spoken, said, span, spoken
from telemetry.errors import ConfigurationError
from telemetry.model import HOUR, MINUTE, Instant, instant
from telemetry.registry import Registry
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.in_memory import csv_of, registry_of

_LOOK: Final = MINUTE
_LONGEST_LOOK: Final = HOUR


@dataclass(frozen=True)
class Outcome:
    """What came of one test: nothing in ``failures`` when it holds."""

    test: str
    failures: Sequence[str] = field(default_factory=list)


def check_rules(path: Path) -> list[Outcome]:
    """Run a file's tests.

    Raises
    ------
    ConfigurationError
        If the file, or a test in it, cannot be understood.
    """
    file = read_rule_tests(path)
    outcomes = []
    for number, test in enumerate(file.test):
        try:
            outcomes.append(Outcome(test.name, list(_run(file, test))))
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}: test[{number}] {test.name!r}: {error}") from error
    return outcomes


def _run(file: RuleTestFile, test: RuleTest) -> Iterator[str]:
    """Yield what does not hold."""
    start = test.start or file.start
    rules = _rules(test.rules or file.rules)
    expected = [Expectation(one, instant(when(one.at, start))) for one in test.expect]
    for one in test.expect:
        if one.rule not in {rule.name for rule in rules}:
            raise ConfigurationError(f"expect: {one.rule} is not a rule that is judged here")
    yield from compared(expected, _happened(file, test, rules, start), instant(start))


def _rules(names: Sequence[str] | None) -> list[Rule]:
    """Return the rules of these names, all without any."""
    known = catalogue()
    for name in names or ():
        if name not in known:
            raise ConfigurationError(f"rules: there is no rule {name!r}")
    return [known[name] for name in names or known]


def _happened(file: RuleTestFile, test: RuleTest, rules: Sequence[Rule], start: datetime) -> list[Happened]:
    """Return what rings, and returns, when the rules are shown what the test says."""
    registry = _registry(merged(file.registry, test.registry))
    speakers = [_spoken(place, row, file, test, start) for place, row in enumerate(test.series)]
    told = said(registry, speakers, test.event, start)
    ends = [one.end + one.delay for one in speakers]
    until = instant(when(test.until, start)) if test.until is not None else max(ends, default=instant(start))
    variant = Variant(rules, Overrides(registry))
    replay = Replay(registry, variant, begin=instant(start), step=_look(file, test))
    return [
        _as_happened(event, change.alarm.rule, change.alarm.target)
        for _, (changes,) in replay.follow(with_hours(told, registry), until)
        for change in changes
        for event in change.events
        if event.after is not event.before
    ]


def _as_happened(event: AlarmEvent, rule: str, target: Target) -> Happened:
    return Happened(event.at, rule, target, event.after, event.value, event.limit, bool(event.muted_by))


def _spoken(place: int, row: Row, file: RuleTestFile, test: RuleTest, start: datetime) -> Spoken:
    """Return a series, or say which one is wrong."""
    try:
        return spoken(row, start, test.interval or file.interval)
    except ConfigurationError as error:
        raise ConfigurationError(f"series[{place}].{error}") from error


def _look(file: RuleTestFile, test: RuleTest) -> Instant:
    """Return how often the rules are asked: at every step, at least every hour."""
    look = file.look if test.look is None else test.look
    if look is not None:
        return span("look", look)
    steps = [row.get("interval", test.interval or file.interval) for row in test.series]
    shortest = min((span("interval", one) for one in steps), default=_LOOK)
    return min(shortest, _LONGEST_LOOK)


def _registry(tables: Mapping[str, list[Row]]) -> Registry:
    """Return the registry that a test's rows give."""
    try:
        return registry_of({f"{name}.csv": csv_of(rows) for name, rows in tables.items() if rows})
    except RegistryImportError as error:
        first = error.complaints[0]
        where = f"registry.{first.file.removesuffix('.csv')}[{first.line - 2}].{first.column}"
        raise ConfigurationError(f"{where}: expected {first.expected}, found {first.found!r}") from error
