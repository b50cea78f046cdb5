"""Registers run on from the past into the present, never backwards, and correctors count what C says."""

import json
from collections import defaultdict
from datetime import datetime

import numpy as np
import pytest

from simulators.city import City, build_city
from simulators.days import midnight
from simulators.faults import NO_FAULTS, FaultPlan, plan_faults
from simulators.history import history
from simulators.live import Live
from simulators.scenario import Scenario
from simulators.timeline import Timeline
from simulators.truth import Publication

DAY = 20_600
NOW = midnight(DAY + 3) + 50_000.0


def moment(value: object) -> float:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else float(str(value))


def by_device(publications: list[Publication]) -> dict[str, list[tuple[float, dict[str, float]]]]:
    found: dict[str, list[tuple[float, dict[str, float]]]] = defaultdict(list)
    for publication in publications:
        *_, device, kind = publication.topic.split("/")
        body = json.loads(publication.payload)
        if kind == "batch":
            for message in body["messages"]:
                found[message["device"]].append((moment(message["measured_at"]), message))
        elif kind == "reading":
            for element in body if isinstance(body, list) else [body]:
                found[device].append((moment(element["measured_at"]), element))
    return {device: sorted(pairs, key=lambda pair: pair[0]) for device, pairs in found.items()}


def life(city: City, speed: float, faults: FaultPlan, live_s: float = 400) -> list[Publication]:
    scenario = Scenario(customers=40, speed=speed, refused_every_s=0, station_period_s=60)
    past = list(history(city, city.begin, NOW, faults=faults))
    return past + Live(city, scenario, NOW, faults=faults).due(NOW + live_s)


@pytest.mark.parametrize("speed", [1.0, 30.0])
def test_registers_never_decrease_nor_outrun_their_meter(speed: float) -> None:
    city = build_city(2, midnight(DAY), customers=40)
    meters = {c.meter.device: c.meter for c in city.customers}
    found = by_device(life(city, speed, NO_FAULTS))
    assert set(found) == set(meters)
    for device, pairs in found.items():
        at = np.array([t for t, _ in pairs])
        index = np.array([e["index_m3"] for _, e in pairs])
        assert at[-1] > NOW, device
        assert np.all(np.diff(index) >= 0), device
        allowed = meters[device].qmax_m3h * np.diff(at) / 3600 + 1.01 * meters[device].resolution_m3
        assert np.all(np.diff(index) <= allowed), device


def test_only_the_scripted_register_falls_back() -> None:
    city = build_city(2, midnight(DAY), customers=40)
    plan = plan_faults(city, NOW, cycle_s=900)
    assert plan.regressing is not None
    fallen = {
        device
        for device, pairs in by_device(life(city, 1.0, plan)).items()
        if np.any(np.diff([e["index_m3"] for _, e in pairs]) < -0.01)
    }
    assert fallen == {city.customers[plan.regressing].meter.device}


def test_the_silent_device_is_not_heard_again() -> None:
    city = build_city(2, midnight(DAY), customers=40)
    plan = plan_faults(city, NOW, cycle_s=900)
    assert plan.silent is not None
    pairs = by_device(life(city, 1.0, plan))[city.customers[plan.silent].meter.device]
    assert NOW - 5.1 * 3600 < pairs[-1][0] < NOW - 3 * 3600


def test_the_first_reading_continues_the_opening_registers() -> None:
    city = build_city(2, midnight(DAY), customers=40)
    found = by_device(list(history(city, city.begin, city.begin + 7200)))
    for customer in city.customers:
        meter = customer.meter
        first = found[meter.device][0][1]["index_m3"]
        assert 0 <= first - meter.opening_index_m3 <= meter.qmax_m3h * 150 / 3600 + meter.resolution_m3


def test_a_base_register_counts_what_pressure_and_temperature_say() -> None:
    city = build_city(2, midnight(DAY), customers=120)
    found = by_device(list(history(city, city.begin, NOW)))
    for customer in city.customers:
        meter = customer.meter
        if not meter.has_corrector:
            continue
        elements = [e for _, e in found[meter.device]]
        volume = elements[-1]["index_m3"] - elements[0]["index_m3"]
        base = elements[-1]["base_index_m3"] - elements[0]["base_index_m3"]
        pressure = np.array(
            [e.get("pressure_kpa", e.get("gauge_pressure_kpa", 0) + meter.atmospheric_kpa) for e in elements]
        )
        kelvin = np.array([e["temperature_degc"] for e in elements]) + 273.15
        weight = np.array([e["flow_m3h"] for e in elements])
        mean = np.average(pressure / 101.325 * 293.15 / kelvin, weights=weight)
        rounding = 2 * (meter.base_resolution_m3 + meter.resolution_m3 * mean) / base
        assert base / volume / mean == pytest.approx(1.004, abs=0.006 + rounding), meter.device


def test_a_timeline_gives_the_same_register_whenever_it_is_asked() -> None:
    city = build_city(2, midnight(DAY), customers=20)
    at = np.array([midnight(DAY + 5) + 1234.5])
    forward = Timeline(city)
    for day in range(DAY, DAY + 8):
        forward.day(day)
        forward.before(day)
    fresh = Timeline(city)
    for row in range(20):
        assert forward.state(row, at).volume_m3 == fresh.state(row, at).volume_m3
