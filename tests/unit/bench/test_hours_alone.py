"""Rules of hours, asked alone, tell what they tell among all others."""

import pytest

from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.replay.backtest import backtest
from alerts.replay.hour_windows import judge_hours
from alerts.replay.looks import Variant
from alerts.replay.said import Said
from bench.labelled import Course, course
from simulators.labelled.city import labelled_city
from telemetry.model import DAY

OF_HOURS = ("flow_over_range", "night_leak")


@pytest.fixture(scope="module")
def said() -> Course:
    more = dict.fromkeys(OF_HOURS, 40.0)
    return course(labelled_city(3, meters=12, stations=8, days=35, density=0.3, more=more))


def told(said: Course, *names: str) -> list[tuple[str, str, int, float | None]]:
    variant = Variant([catalogue()[name] for name in names], Overrides(said.registry))
    (found,) = backtest(said.registry, Said(), said.parts(), said.begin, [variant], DAY)
    events = [one for one in found.occurrences.found if one.rule in OF_HOURS]
    return [(one.rule, one.target.id, one.raised_at, one.value) for one in events]


def test_they_tell_the_same_with_and_without_the_windows_of_others(said: Course) -> None:
    alone = told(said, *OF_HOURS)
    assert {rule for rule, *_ in alone} == set(OF_HOURS)
    assert alone == told(said, *OF_HOURS, "battery_low")


def test_only_rules_of_hours_are_asked_alone() -> None:
    rules = catalogue()
    assert judge_hours([rules["register_stuck"], rules["sensor_drift"]])
    for other in ("battery_low", "bypass_suspected", "register_jump", "check_meter_deviation"):
        assert not judge_hours([rules["register_stuck"], rules[other]])
