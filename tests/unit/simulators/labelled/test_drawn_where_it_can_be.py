"""Faults of small cities stand only where they can be told, one of a kind at a time."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest

from simulators.days import DAY_S
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening

SEEDS = range(1, 13)
TESTS = {"setpoint_test_due", "standby_unproven"}


@pytest.fixture(scope="module")
def cities() -> list[LabelledCity]:
    return [labelled_city(seed, meters=60, stations=8, days=30, density=3.0) for seed in SEEDS]


def of_kind(cities: list[LabelledCity], *kinds: str) -> list[tuple[LabelledCity, Happening]]:
    return [(city, h) for city in cities for h in city.happenings if h.raises and h.kind in kinds]


def test_use_swings_only_where_gas_is_used() -> None:
    found = 0
    for seed in (1, 2, 14):
        size = {"meters": 60, "stations": 8, "days": 90}
        peace = labelled_city(seed, **size, density=0.0, trouble_density=0.0)
        for h in labelled_city(seed, **size, density=3.0).happenings:
            if h.kind == "consumption_swing":
                point = peace.people.by_name[h.target.id]
                by_day = peace.network.burned[point.customer].reshape(90, -1).mean(axis=1)
                first, last = (int((t - peace.span.begin) // DAY_S) for t in (h.start, h.end))
                least = 0.01 * peace.people.of(point).design_m3h
                assert np.median(by_day[first:last]) > least, (seed, point.name)
                assert np.median(by_day[:first]) > least, (seed, point.name)
                found += 1
    assert found > 3


def test_a_low_outlet_is_low_for_the_standby_too(cities: list[LabelledCity]) -> None:
    found = 0
    for city, h in of_kind(cities, "outlet_pressure_low"):
        stations = {station.station: station for station in city.people.city.stations}
        for row in city.tables["setpoints"]:
            if (
                row["station"] == h.target.id
                and row["role"] == "standby"
                and not stations[h.target.id].limits
            ):
                lawful = 1 - float(str(row["accuracy_class_pct"])) / 100 - 0.02
                assert h.size < float(str(row["set_kpa"])) * lawful, (h.target.id, h.size)
                found += 1
    assert found > 3


def test_a_sealed_site_whose_recheck_is_due_has_one_meter() -> None:
    some = [labelled_city(seed, meters=120, stations=8, days=40, density=6.0) for seed in (3, 9, 17)]
    faults = of_kind(some, "seal_recheck_due")
    assert len(faults) > 6
    for city, h in faults:
        site = city.people.by_name[h.target.id].site
        assert [p.name for p in city.people.points if p.site == site] == [h.target.id]


def test_one_of_a_kind_at_a_time_with_a_day_between(cities: list[LabelledCity]) -> None:
    for city in cities:
        times: dict[tuple[str, str], list[Happening]] = defaultdict(list)
        for h in city.happenings:
            if h.raises:
                times[h.kind, h.target.id].append(h)
        assert any(len(several) > 1 for several in times.values())
        for several in times.values():
            for before, after in pairwise(several):
                assert before.end + DAY_S < after.start, (before.kind, before.target)


def test_a_stations_tests_fall_due_one_at_a_time(cities: list[LabelledCity]) -> None:
    faults = of_kind(cities, *TESTS)
    assert {h.kind for _, h in faults} == TESTS
    assert max(Counter((city.seed, h.target.id) for city, h in faults).values()) == 1


def test_a_meter_is_exchanged_once() -> None:
    for seed in SEEDS:
        city = labelled_city(seed, meters=40, stations=8, days=45, density=0.0, trouble_density=25.0)
        hung = [str(row["meter"]) for row in city.tables["installations"]]
        assert any(name.endswith("-2") for name in hung)
        assert len(hung) == len(set(hung))


def test_a_stuck_register_is_told_by_what_does_not_live_by_its_pulses() -> None:
    told = Counter[tuple[str, bool]]()
    for seed in (2, 3, 5, 7, 8, 12):
        city = labelled_city(seed, meters=60, stations=8, days=40, density=9.0)
        checked = {point.checks for point in city.people.points}
        for h in city.happenings:
            if h.kind == "register_stuck":
                point = city.people.by_name[h.target.id]
                turns = point.meter.type == "turbine" and h.shape == "lost pulses"
                if turns or point.name in checked:
                    witness, known = "another register", True
                elif not point.has_corrector:
                    witness, known = "nothing", False
                else:
                    witness, known = "pressure", drop_beside_noise(city, h, 1.0) > 4
                assert (h.detectable_from is not None) == known, (seed, point.name, h.note)
                assert witness == "another register" or h.note
                told[witness, known] += 1
    assert set(told) == {
        ("another register", True),
        ("nothing", False),
        ("pressure", True),
        ("pressure", False),
    }


def test_gas_around_a_meter_is_told_by_what_is_burned_then() -> None:
    told = Counter[bool]()
    for seed in (1, 2, 8, 16, 30):
        city = labelled_city(seed, meters=60, stations=8, days=90, density=3.0)
        calm = labelled_city(seed, meters=60, stations=8, days=90, density=0.0, trouble_density=0.0)
        for h in city.happenings:
            if h.kind == "bypass_suspected" and city.people.by_name[h.target.id].has_corrector:
                clear = drop_beside_noise(calm, h, h.size / 100)
                if not 2.5 < clear < 3.5:
                    assert (h.detectable_from is not None) == (clear > 3), (seed, h.target.id, clear, h.note)
                    told[clear > 3] += 1
    assert min(told[True], told[False]) > 1


def drop_beside_noise(city: LabelledCity, h: Happening, share: float) -> float:
    """Return the median drop by what is not counted, in standard deviations of three readings of it."""
    point = city.people.by_name[h.target.id]
    load = city.network.burned[point.customer]
    during = load[city.span.between(h.start, h.end)]
    flow = float(np.median(during[during > 0.15 * np.quantile(load, 0.95)]))
    supply = point.meter.set_kpa + point.meter.atmospheric_kpa
    drop = point.k * (flow**1.82 - (flow * (1 - share)) ** 1.82) / (2 * supply)
    station = next(s for s in city.people.city.stations if s.station == point.meter.station)
    noise = np.hypot(0.0004 * supply, 0.0006 * station.set_kpa * station.accuracy_pct**0.5 + 0.003)
    noise /= 3**0.5
    if point.surge_kpa:
        drop += 14 * point.meter.set_kpa / 400 * (flow / city.people.of(point).design_m3h) ** 0.5
        noise = np.hypot(noise, 2 * point.surge_kpa * np.exp(0.64))
    return float(drop / noise)


def test_an_unproven_standby_has_not_been_seen_to_work(cities: list[LabelledCity]) -> None:
    faults = of_kind(cities, "standby_unproven")
    assert len(faults) > 2
    for city, h in faults:
        samples = city.samples(city.stations.index(h.target.id))
        carried = samples.streams["B"]["flow_m3h"][samples.at < h.end] > 0
        assert not carried.any(), (city.seed, h.target.id)
