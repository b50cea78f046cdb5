"""What a station's fault should raise is what its samples can show, and no other reading of them is false."""

import numpy as np
import pytest

from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening
from simulators.labelled.limits import bands, too_low
from simulators.labelled.span import Floats
from simulators.stations import Station, filter_kpa, load

SEEDS = range(1, 13)
HIGH = {"outlet_pressure_high", "outlet_pressure_high_high", "overprotection_ceiling"}
LOW = {"outlet_pressure_low", "outlet_pressure_low_low"}
HARDLY_ANY = 0.004
"""Of the capacity: so little a station shows as none."""

FAST = 0.01
"""Of the set point in a minute: as fast as a torn main makes it fall."""


@pytest.fixture(scope="module")
def cities() -> list[LabelledCity]:
    return [labelled_city(seed, meters=60, stations=12, days=30, density=3.0) for seed in SEEDS]


def faults(cities: list[LabelledCity], *kinds: str) -> list[tuple[LabelledCity, Station, Happening]]:
    return [
        (city, city.people.city.stations[city.stations.index(h.target.id)], h)
        for city in cities
        for h in city.happenings
        if h.kind in kinds and h.target.kind == "station"
    ]


def also(happening: Happening) -> set[str]:
    return {rule for rule, target in happening.also if target == happening.target}


def during(city: LabelledCity, station: Station, h: Happening) -> tuple[Floats, dict[str, dict[str, Floats]]]:
    samples = city.samples(city.stations.index(station.station))
    then = (samples.at >= h.start) & (samples.at < h.end)
    streams = {
        stream: {name: values[then] for name, values in said.items()}
        for stream, said in samples.streams.items()
    }
    return samples.at[then], streams


def test_a_seat_leaks_where_the_flow_is_said(cities: list[LabelledCity]) -> None:
    found = faults(cities, "lockup_failure")
    assert len(found) > 4
    assert {station.has_flow for _, station, _ in found} == {True}


def test_a_weak_duty_is_known_when_the_standby_is_seen_to_carry_gas(cities: list[LabelledCity]) -> None:
    later = 0
    for city, station, h in faults(cities, "standby_stream_active"):
        if h.shape == "duty weak":
            at, said = during(city, station, h)
            seen = at[said["B"]["flow_m3h"] > 2 * HARDLY_ANY * station.capacity_m3h]
            assert h.detectable_from is not None
            assert seen.size
            assert seen[0] - 60 <= h.detectable_from
            later += h.detectable_from > h.start
    assert later


def test_a_proving_run_proves_with_gas() -> None:
    some = [
        labelled_city(seed, meters=40, stations=12, days=40, density=0.0, trouble_density=6.0)
        for seed in range(1, 5)
    ]
    found = faults(some, "standby_proving_run")
    assert len(found) > 10
    for city, station, h in found:
        assert during(city, station, h)[1]["B"]["flow_m3h"].max() > 0, (city.seed, station.station)
        assert "pressure_rate_of_fall" in also(h)


def test_an_outlet_that_sinks_in_a_sample_has_fallen_fast(cities: list[LabelledCity]) -> None:
    seen = set()
    for city, station, h in faults(cities, *LOW, *HIGH):
        number = city.stations.index(station.station)
        samples = city.samples(number)
        first, end = np.searchsorted(samples.at, [h.start, h.end])
        kpa = samples.streams[""]["outlet_gauge_pressure_kpa"]
        # The end of a high outlet, and the beginning of a low one.
        there = end if h.kind in HIGH else first
        fast = "pressure_rate_of_fall" in also(h)
        seen.add(fast)
        if h.kind in HIGH or h.shape == "step":
            minutes = max(samples.at[there] - samples.at[there - 1], 60) / 60
            fall = (kpa[there - 1] - kpa[there]) / minutes / station.set_kpa
            assert fast or fall < FAST, (city.seed, station.station, h.kind)
    assert seen == {True, False}


def test_a_high_outlet_without_flow_looks_like_a_seat_that_leaks(cities: list[LabelledCity]) -> None:
    seen = set()
    for city, station, h in faults(cities, *HIGH):
        flow = city.network.flow[city.stations.index(station.station)][city.span.between(h.start, h.end)]
        part = float(flow.min()) / station.capacity_m3h
        leaks = "lockup_failure" in also(h)
        if part < HARDLY_ANY:
            assert leaks, (city.seed, station.station, h.kind)
        if part > 0.1:
            assert not leaks
        seen.add(leaks)
    assert seen == {True, False}


def test_an_outlet_beyond_a_limit_is_sampled_beyond_it(cities: list[LabelledCity]) -> None:
    kinds = set()
    for city, station, h in faults(cities, *LOW, *HIGH):
        at, said = during(city, station, h)
        kpa = said[""]["outlet_gauge_pressure_kpa"][at >= (h.detectable_from or h.end)]
        limits = bands(station, locks_up=True)
        held = {
            "outlet_pressure_low": kpa < too_low(station, limits),
            "outlet_pressure_low_low": kpa < limits.low_low,
            "outlet_pressure_high": kpa > bands(station, locks_up=False).high,
            "outlet_pressure_high_high": kpa > limits.high_high,
            "overprotection_ceiling": kpa > limits.ceiling,
        }[h.kind]
        assert held.size > 3, (city.seed, station.station, h.kind)
        assert held.mean() > 0.98, (city.seed, station.station, h.kind, h.size)
        assert h.strength is not None
        assert h.strength >= 1
        kinds.add(h.kind)
    assert kinds == LOW | HIGH


def test_a_filter_is_clogged_when_its_differential_is_no_clean_ones(cities: list[LabelledCity]) -> None:
    flows = set()
    for city, station, h in faults(cities, "filter_blocked"):
        samples = city.samples(city.stations.index(station.station))
        said = samples.streams["A" if station.two_streams else ""]["filter_differential_kpa"]
        then = (samples.at >= h.start) & (samples.at < h.end)
        clean = filter_kpa(station, city.network.flow_at(city.stations.index(station.station), samples.at))
        if station.has_flow:
            part = load(station, city.network.flow_at(city.stations.index(station.station), samples.at))
            tells = then & (said > 2 * clean) & (part > 0.05)
        else:
            tells = then & (said > 1.5 * said[samples.at < h.start].max())
        assert (h.detectable_from is None) == (not tells.any()), (city.seed, station.station)
        if h.detectable_from is not None:
            assert samples.at[tells][0] < h.detectable_from + 3600
            assert tells[samples.at > h.detectable_from].any()
        flows.add(station.has_flow)
    assert flows == {True, False}
