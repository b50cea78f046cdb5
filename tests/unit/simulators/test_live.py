"""Life: who speaks when, what is late, what is repeated, and how the faults look."""

import json
from itertools import pairwise

import pytest

from simulators.city import City, build_city
from simulators.days import midnight
from simulators.faults import FaultPlan, plan_faults
from simulators.live import Live
from simulators.scenario import Scenario
from simulators.truth import Publication, count

DAY = 20_600
NOW = midnight(DAY + 1) + 45_000.0


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(6, midnight(DAY))


@pytest.fixture(scope="module")
def plan(city: City) -> FaultPlan:
    return plan_faults(city, NOW, cycle_s=900)


def live(city: City, plan: FaultPlan, seconds: float, scenario: Scenario | None = None) -> list[Publication]:
    return Live(city, scenario or Scenario(), NOW, faults=plan).due(NOW + seconds)


def test_publications_come_in_order_of_time(city: City, plan: FaultPlan) -> None:
    published = live(city, plan, 60)
    assert all(a.at <= b.at for a, b in pairwise(published))
    assert all(NOW <= p.at <= NOW + 60 for p in published)


def test_all_alarms_and_refusals_are_out_within_half_a_minute(city: City, plan: FaultPlan) -> None:
    injected = count(live(city, plan, 30))
    assert len(injected.alarms) == 8
    assert len(injected.refused) == 10
    assert injected.duplicates > 0


def test_every_few_seconds_some_meter_speaks(city: City, plan: FaultPlan) -> None:
    spoken = [p.at for p in live(city, plan, 120) if p.topic.endswith(("reading", "batch"))]
    assert max(b - a for a, b in pairwise(spoken)) < 8


def test_at_speed_everybody_reports_more_often(city: City, plan: FaultPlan) -> None:
    quiet = Scenario(refused_every_s=0)
    slow = [p for p in live(city, plan, 60, quiet) if p.topic.endswith("RS-01/pressure")]
    fast = [
        p
        for p in live(city, plan, 60, Scenario(refused_every_s=0, speed=10))
        if p.topic.endswith("RS-01/pressure")
    ]
    assert len(slow) == 13, "both ends are included"
    assert len(fast) == pytest.approx(121, abs=1)


def test_a_high_outlet_is_sent_as_the_last_minutes_in_one_array(city: City, plan: FaultPlan) -> None:
    index = next(n for n, script in plan.scripts.items() if script.rule == "outlet_pressure_high")
    station = city.stations[index]
    published = [p for p in live(city, plan, 60) if f"/{station.station}/" in p.topic]
    array = json.loads(published[0].payload)
    assert len(array) > 25
    assert station.limits is not None
    outlets = [sample["outlet_gauge_pressure_kpa"] for sample in array]
    assert station.limits.high_kpa < min(outlets) <= max(outlets) < station.limits.high_high_kpa
    assert published[0].at < NOW + 15
    assert json.loads(published[-1].payload)["outlet_gauge_pressure_kpa"] < station.limits.high_kpa


def test_faults_come_again_in_the_next_cycle(city: City, plan: FaultPlan) -> None:
    later = [p for p in live(city, plan, 960, Scenario(refused_every_s=0)) if p.at > NOW + 300]
    rules = {rule for p in later for rule, _ in p.outcome.alarms}
    assert rules == {script.rule for script in plan.scripts.values()}


def test_a_slam_shut_is_told_by_sample_and_event(city: City, plan: FaultPlan) -> None:
    events = [json.loads(p.payload) for p in live(city, plan, 130) if p.topic.endswith("event")]
    assert [(e["code"], e["state"]) for e in events] == [
        ("slam_shut", "on"),
        ("bypass_valve", "on"),
        ("slam_shut", "off"),
        ("bypass_valve", "off"),
    ]


def test_late_messages_keep_their_time_and_come_within_ten_minutes(city: City, plan: FaultPlan) -> None:
    scenario = Scenario(delay_share=1.0, repeat_share=0.0, refused_every_s=0)
    late = [p for p in live(city, plan, 200, scenario) if p.topic.endswith("batch")]
    assert late
    for publication in late:
        measured_at = json.loads(publication.payload)["messages"][0]["measured_at"]
        assert 3 < publication.at - measured_at < 60


def test_without_mischief_nothing_is_refused_or_repeated(city: City) -> None:
    scenario = Scenario(delay_share=0, repeat_share=0, refused_every_s=0, faults=False)
    injected = count(Live(city, scenario, NOW).due(NOW + 300))
    assert injected.refused == {}
    assert injected.duplicates == 0
    assert injected.alarms == frozenset()
    assert injected.received == injected.committed > 500
