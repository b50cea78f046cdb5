"""What may ring beside a fault is what an engineer would see of it: on the meter, and on those beside it."""

import numpy as np
import pytest

from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Alarm, Happening, Target
from simulators.labelled.runs import MeterRun, Stage

SEEDS = range(1, 13)
OF_USE = {"consumption_swing", "flow_under_range", "flow_over_range", "night_leak", "flow_on_sealed"}
UNCOUNTED = {"bypass_suspected", "index_mismatch", "check_meter_deviation", "meter_bypass_open", "tamper"}


@pytest.fixture(scope="module")
def cities() -> list[LabelledCity]:
    return [labelled_city(seed, meters=60, stations=8, days=30, density=3.0) for seed in SEEDS]


def test_a_check_meter_may_say_what_its_neighbour_says_of_the_sites_use(cities: list[LabelledCity]) -> None:
    kinds = set()
    for city in cities:
        for h in city.happenings:
            beside = [p.name for p in city.people.points if p.checks == h.target.id]
            if beside and changes_use(city, h):
                own = {rule for rule, target in (*h.raises, *h.also) if target == h.target}
                there = {rule for rule, target in h.also if target.id == beside[0]}
                assert "consumption_swing" in there, h.kind
                assert own & OF_USE <= there, h.kind
                kinds.add(h.kind)
    assert "flow_under_range" in kinds


def changes_use(city: LabelledCity, happening: Happening) -> bool:
    """Return whether the site burns other than it would: not merely around its meter."""
    point = city.people.by_name[happening.target.id]
    run = MeterRun(point, city.span, np.ones(city.span.slots), np.zeros(city.span.slots))
    for effect in happening.meters:
        if effect.stage == Stage.LOAD and effect.meter == point.name:
            effect.act(run)
    return bool((run.burned != 1).any())


def test_gas_that_is_not_counted_looks_like_a_sensor_that_drifts(cities: list[LabelledCity]) -> None:
    kinds = set()
    for city in cities:
        for h in city.happenings:
            if h.kind in UNCOUNTED and h.raises:
                sensed = city.people.by_name[h.target.id].has_corrector
                assert lawful(h, "sensor_drift", h.target) == sensed, h.kind
                kinds.add(h.kind)
    assert kinds == UNCOUNTED


def test_gas_around_a_meter_parts_it_from_the_one_in_series() -> None:
    kinds = set()
    for seed in SEEDS:
        city = labelled_city(seed, meters=60, stations=8, days=30, density=3.0, trouble_density=9.0)
        for h in city.happenings:
            beside = [p.name for p in city.people.points if p.checks == h.target.id]
            if beside and h.unmetered is not None:
                assert all(
                    lawful(h, "check_meter_deviation", Target("meter", n)) for n in (*beside, h.unmetered)
                )
                kinds.add(h.kind)
    assert {"permitted_bypass", "bypass_suspected"} <= kinds


def test_a_low_outlet_without_flow_looks_like_a_slam_shut(cities: list[LabelledCity]) -> None:
    seen = set()
    for city in cities:
        for h in city.happenings:
            if h.kind in {"outlet_pressure_low", "outlet_pressure_low_low"}:
                number = city.stations.index(h.target.id)
                flow = city.network.flow[number][city.span.between(h.start, h.end)]
                part = float(flow.min()) / city.people.city.stations[number].capacity_m3h
                shut = lawful(h, "slam_shut_tripped", h.target)
                if part < 0.004:
                    assert shut, h.target
                if part > 0.1:
                    assert not shut, h.target
                seen.add(shut)
    assert seen == {True, False}


def test_a_register_that_moves_parts_from_the_credit_of_a_card(cities: list[LabelledCity]) -> None:
    seen = set()
    for city in cities:
        for h in city.happenings:
            if h.kind in {"register_jump", "register_regression"}:
                carded = city.people.by_name[h.target.id].meter.card is not None
                assert lawful(h, "recharge_mismatch", h.target) == carded
                seen.add((h.kind, carded))
    assert len(seen) == 4


def lawful(happening: Happening, rule: str, target: Target) -> bool:
    alarm: Alarm = (rule, target)
    return alarm in (*happening.raises, *happening.also)
