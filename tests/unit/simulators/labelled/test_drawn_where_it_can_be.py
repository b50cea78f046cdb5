"""Faults of small cities stand only where they can be told, one of a kind at a time."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest

from simulators.days import DAY_S
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening
from telemetry.batch import NULL

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


def test_a_stuck_register_is_told_by_a_meter_that_says_more(cities: list[LabelledCity]) -> None:
    shown = Counter[bool]()
    for city, h in of_kind(cities, "register_stuck"):
        number = [point.name for point in city.people.points].index(h.target.id)
        rows = city.readings["device"] == number
        sensed = any(
            np.isfinite(city.readings[name][rows]).any() for name in ("pressure_pa", "temperature_k")
        )
        assert sensed or (city.readings["base_index_um3"][rows] == NULL).all()
        assert (h.detectable_from is not None) == sensed, h.target
        assert sensed or h.note
        shown[sensed] += 1
    assert min(shown[True], shown[False]) > 3
