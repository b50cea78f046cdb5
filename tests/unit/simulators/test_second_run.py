"""A second run goes on where the first one ended: nothing is said twice, and no register falls."""

import json

import numpy as np
import pytest

from simulators.city import City, build_city
from simulators.days import midnight
from simulators.faults import plan_faults
from simulators.history import history
from simulators.live import Live
from simulators.scenario import Scenario
from simulators.tempo import Life
from simulators.timeline import Timeline
from simulators.truth import Publication

DAY = 20_600
FIRST = midnight(DAY + 2) + 40_000.3
ENDED = FIRST + 60.0


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(6, midnight(DAY), customers=60)


def run(
    city: City, since: float, now: float, heard_until: float = float("-inf")
) -> tuple[list[Publication], list[Publication]]:
    plan = plan_faults(city, now, cycle_s=900, heard_until=heard_until)
    past = list(history(city, since, now, faults=plan))
    scenario = Scenario(refused_every_s=0, delay_share=0, repeat_share=0)
    return past, Live(city, scenario, now, faults=plan).due(now + 60)


def statements(publications: list[Publication]) -> list[tuple[str, str]]:
    found = []
    for publication in publications:
        device = publication.topic.split("/")[3]
        body = json.loads(publication.payload)
        if isinstance(body, dict):
            body = body.get("messages", [body])
        found += [(str(e.get("device", device)), json.dumps(e, sort_keys=True)) for e in body]
    return found


def without_the_repeated_day(publications: list[Publication]) -> list[Publication]:
    return [p for p in publications if not p.outcome.duplicates]


@pytest.mark.parametrize("pause_s", [3.0, 100.0, 9000.0, 200_000.0])
def test_nothing_is_said_twice(city: City, pause_s: float) -> None:
    first, first_life = run(city, city.begin, FIRST)
    second, second_life = run(city, ENDED, ENDED + pause_s, heard_until=ENDED)
    told = statements(without_the_repeated_day(first + first_life + second + second_life))
    assert len(told) == len(set(told))


@pytest.mark.parametrize("pause_s", [3.0, 9000.0])
def test_registers_go_on_after_a_restart(city: City, pause_s: float) -> None:
    _, before = run(city, city.begin, FIRST)
    past, after = run(city, ENDED, ENDED + pause_s, heard_until=ENDED)
    plan = plan_faults(city, FIRST, cycle_s=900)
    last: dict[str, float] = {}
    assert plan.regressing is not None
    regressing = city.customers[plan.regressing].meter.device
    for device, text in statements(before + past + after):
        element = json.loads(text)
        if "index_m3" in element and device != regressing:
            assert element["index_m3"] >= last.get(device, 0.0)
            last[device] = element["index_m3"]
    assert len(last) > 20


def test_what_was_heard_is_not_contradicted_by_what_was_held_back(city: City) -> None:
    _, life = run(city, ENDED, ENDED + 5, heard_until=ENDED)
    rules = {rule for p in life for rule, _ in p.outcome.alarms}
    assert {"outlet_pressure_high", "outlet_pressure_low"} & rules == set()
    assert {"outlet_pressure_high_high", "outlet_pressure_low_low", "slam_shut_tripped"} <= rules
    _, rested = run(city, ENDED, ENDED + 200, heard_until=ENDED)
    assert {"outlet_pressure_high", "outlet_pressure_low"} <= {
        rule for p in rested for rule, _ in p.outcome.alarms
    }


@pytest.mark.parametrize("hour", [2, 11, 20])
def test_registers_go_on_after_a_life_at_another_speed(city: City, hour: int) -> None:
    scenario = Scenario(
        refused_every_s=0, delay_share=0, repeat_share=0, faults=False, speed=60, station_period_s=600
    )
    now = midnight(DAY + 2) + hour * 3600.0
    fast = Live(city, scenario, now)
    life = Life(fast.tempo.begin, now + 200, 60)
    last: dict[str, float] = {}
    for device, text in statements(fast.due(life.end)):
        last[device] = json.loads(text).get("index_m3", 0.0)
    timeline = Timeline(city, [life])
    after = list(history(city, life.end, life.end + 7200, timeline=timeline))
    fell = {}
    for device, text in statements(after):
        if device in last and "index_m3" in text:
            index = json.loads(text)["index_m3"]
            assert index >= last[device], device
            fell[device] = index - last[device]
            last[device] = index
    assert len(fell) > 20
    meters = {c.meter.device: c.meter for c in city.customers}
    assert all(grown <= 1.5 * meters[device].qmax_m3h for device, grown in fell.items())


def test_without_its_lives_the_registers_would_fall(city: City) -> None:
    begin = float(midnight(DAY + 2) + 2 * 3600)
    life = Life(begin, begin + 900, 20)
    at = np.array([life.end + 60])
    rows = range(len(city.customers))
    known, unknown = Timeline(city, [life]), Timeline(city)
    gained = [known.state(row, at).volume_m3[0] - unknown.state(row, at).volume_m3[0] for row in rows]
    assert max(gained) > 1


def test_a_register_that_fell_back_stays_so(city: City) -> None:
    plan = plan_faults(city, FIRST, cycle_s=900)
    first = Live(city, Scenario(), FIRST, faults=plan)
    first.due(FIRST + 60)
    life = first.life(FIRST + 60)
    assert life.lost is not None
    row, fallen, base_fallen = life.lost
    assert row == plan.regressing
    at = np.array([FIRST + 100])
    before, after = Timeline(city).state(row, at), Timeline(city, [life]).state(row, at)
    assert before.volume_m3 - after.volume_m3 == pytest.approx([fallen])
    assert before.base_volume_m3 - after.base_volume_m3 == pytest.approx([base_fallen])
    assert fallen >= 5
    assert Timeline(city, [life]).state(row + 1, at) == Timeline(city).state(row + 1, at)
