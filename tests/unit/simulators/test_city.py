"""A city follows from its seed, byte for byte, and its customers do not disturb each other."""

from collections import Counter
from hashlib import sha256

import numpy as np
import pytest

from simulators.city import City, build_city
from simulators.days import local_day, midnight
from simulators.faults import plan_faults
from simulators.history import history
from simulators.live import Live
from simulators.scenario import Scenario
from simulators.timeline import Timeline

DAY = 20_600
NOW = midnight(DAY + 2) + 40_000.0


def digest(seed: int) -> str:
    city = build_city(seed, midnight(DAY), customers=40)
    plan = plan_faults(city, NOW, cycle_s=900)
    total = sha256()
    for publication in history(city, city.begin, NOW, faults=plan):
        total.update(publication.topic.encode() + b"\0" + publication.payload)
    live = Live(city, Scenario(customers=40), NOW, faults=plan)
    for step in (1.0, 7.5, 40.0):
        for publication in live.due(NOW + step):
            total.update(publication.topic.encode() + b"\0" + publication.payload)
    return total.hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert digest(3) == digest(3)


def test_another_seed_gives_another_city() -> None:
    assert digest(3) != digest(4)


def test_how_often_one_asks_changes_nothing() -> None:
    city = build_city(3, midnight(DAY), customers=40)
    plan = plan_faults(city, NOW, cycle_s=900)
    often = Live(city, Scenario(customers=40), NOW, faults=plan)
    once = Live(city, Scenario(customers=40), NOW, faults=plan)
    pieces = [p for k in range(200) for p in often.due(NOW + (k + 1) * 0.25)]
    assert [(p.topic, p.payload) for p in pieces] == [(p.topic, p.payload) for p in once.due(NOW + 50)]


def test_a_larger_city_contains_the_smaller_one() -> None:
    small = {c.number: c for c in build_city(3, midnight(DAY), customers=60).customers}
    large = {c.number: c for c in build_city(3, midnight(DAY), customers=120).customers}
    assert len(large) == 120
    assert all(large[number] == customer for number, customer in small.items())


def test_identifiers_are_unique_and_fit_the_alphabet_of_device_names() -> None:
    city = build_city(3, midnight(DAY), customers=400, stations=20)
    devices = [c.meter.device for c in city.customers] + [s.station for s in city.stations]
    assert max(Counter(devices).values()) == 1
    assert all(device.replace("-", "").isalnum() and device.isascii() for device in devices)


def test_every_trade_and_every_type_of_meter_lives_here() -> None:
    city = build_city(3, midnight(DAY))
    assert len({c.sector.name for c in city.customers}) == 9
    assert {c.meter.type for c in city.customers} == {
        "diaphragm",
        "rotary",
        "turbine",
        "ultrasonic",
        "vortex",
    }
    assert {c.meter.zone for c in city.customers} == {"north", "south", "east", "west"}
    assert any(c.meter.card and c.meter.card.price_per_m3 for c in city.customers)
    assert any(c.meter.sends_gauge for c in city.customers)


def test_no_meter_is_driven_over_its_range_and_none_is_far_too_large() -> None:
    city = build_city(3, midnight(DAY))
    timeline = Timeline(city)
    for day in range(DAY, DAY + 7):
        today = timeline.day(day)
        flow = today.base_flow_m3h / today.factor
        qmax = np.array([c.meter.qmax_m3h for c in city.customers])
        assert np.all(flow.max(axis=1) < qmax)
        fed_by_gas_engineers = np.array([not c.kitchen for c in city.customers])
        assert np.all(flow.max(axis=1)[fed_by_gas_engineers] > 0.05 * qmax[fed_by_gas_engineers])


@pytest.mark.parametrize(("begin", "customers", "stations"), [(1, 120, 12), (0, 0, 12), (0, 120, 3)])
def test_a_city_that_cannot_be_is_refused(begin: int, customers: int, stations: int) -> None:
    with pytest.raises(ValueError, match=r"midnight|needs"):
        build_city(1, midnight(DAY) + begin, customers=customers, stations=stations)


def test_registers_cannot_be_asked_for_before_they_open() -> None:
    city: City = build_city(1, midnight(DAY), customers=20)
    with pytest.raises(ValueError, match="begin"):
        Timeline(city).before(local_day(city.begin) - 1)
