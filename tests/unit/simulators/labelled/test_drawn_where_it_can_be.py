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
