"""A regulator's outlet droops with the flow, locks up without, and stays inside what its classes allow."""

import json

import numpy as np
import pytest

from simulators.city import City, build_city
from simulators.days import midnight
from simulators.history import history
from simulators.stations import Station, inlet_kpa, outlet_kpa

DAY = 20_770


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(9, midnight(DAY))


def flows_of(station: Station) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.linspace(0, 1.2, 241) * station.capacity_m3h


def test_pressure_falls_as_flow_rises(city: City) -> None:
    for station in city.stations:
        assert np.all(np.diff(outlet_kpa(station, flows_of(station))) <= 0)


def test_pressure_stays_within_accuracy_and_lock_up_class(city: City) -> None:
    for station in city.stations:
        outlet = outlet_kpa(station, flows_of(station)) / station.set_kpa - 1
        assert np.all(np.abs(outlet[1:]) <= station.accuracy_pct / 100)
        assert station.accuracy_pct / 200 < outlet[0] <= station.lockup_pct / 100


def test_the_inlet_stays_above_the_outlet(city: City) -> None:
    for station in city.stations:
        flow = flows_of(station)
        assert np.all(inlet_kpa(station, flow, np.full(flow.size, 18.0)) > 1.2 * outlet_kpa(station, flow))


def test_thirty_days_of_samples_keep_a_third_of_the_way_to_every_limit(city: City) -> None:
    stations = {station.station: station for station in city.stations}
    locked_up = set()
    for publication in history(city, city.begin, city.begin + 30 * 86_400):
        device = publication.topic.split("/")[3]
        if device not in stations:
            continue
        station = stations[device]
        for sample in json.loads(publication.payload):
            share = sample["outlet_gauge_pressure_kpa"] / station.set_kpa - 1
            resting = sample.get("flow_m3h", 0) == 0
            allowed = station.lockup_pct if resting else station.accuracy_pct
            assert -0.67 * (station.accuracy_pct + 2) < 100 * share < 0.77 * (allowed + 2), sample
            locked_up |= {device} if resting and 100 * share > station.accuracy_pct else set()
    low_pressure = {s.station for s in city.stations if s.set_kpa == 2.5}
    assert locked_up == low_pressure


def test_a_gate_carries_its_districts(city: City) -> None:
    assert set(city.gates.values()) == {0, 1}
    districts = sum(city.stations[n].capacity_m3h for n, gate in city.gates.items() if gate == 0)
    assert city.stations[0].capacity_m3h > 0.95 * districts


def test_two_streams_show_duty_and_standby(city: City) -> None:
    doubles = {s.station for s in city.stations if s.two_streams}
    assert len(doubles) == 4
    seen = set()
    for publication in history(city, city.begin, city.begin + 3600):
        for sample in json.loads(publication.payload) if publication.topic.endswith("pressure") else []:
            if "streams" in sample:
                seen.add(publication.topic.split("/")[3])
                assert sample["streams"]["A"]["flow_m3h"] == sample["flow_m3h"]
                assert sample["streams"]["B"] == {
                    "flow_m3h": 0.0,
                    "filter_differential_kpa": 0.0,
                    "slam_shut": "open",
                }
    assert seen == doubles
