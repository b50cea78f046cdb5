"""The past: quick to make, small in memory, joinable, with its ordinary troubles."""

import json
import time
import tracemalloc
from collections import Counter

import pytest

from simulators.city import City, build_city
from simulators.days import midnight
from simulators.history import expected_elements, history
from simulators.truth import Publication, count

DAY = 20_600


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(6, midnight(DAY))


def elements(publications: list[Publication]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for publication in publications:
        device = publication.topic.split("/")[3]
        body = json.loads(publication.payload)
        for element in body["messages"] if isinstance(body, dict) else body:
            found[device, json.dumps(element)] += 1
    return found


def test_thirty_days_take_seconds_and_little_memory(city: City) -> None:
    begun = time.process_time()
    sizes = [len(publication.payload) for publication in history(city, city.begin, city.begin + 30 * 86_400)]
    spent = time.process_time() - begun
    assert len(sizes) > 30 * 100
    assert max(sizes) < 256 * 1024
    assert spent < 10, "thirty days of 120 meters and 12 stations should take about two seconds"


def test_memory_does_not_grow_with_the_span(city: City) -> None:
    tracemalloc.start()
    try:
        for _ in history(city, city.begin, city.begin + 4 * 86_400):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40e6


def test_spans_that_meet_give_the_same_elements(city: City) -> None:
    # Only whole days have trouble, so the seam lies within the last one.
    begin, seam, end = (city.begin, midnight(DAY + 2) + 30_000, midnight(DAY + 2) + 60_000)
    whole = elements(list(history(city, begin, end)))
    parts = elements([*history(city, begin, seam), *history(city, seam, end)])
    assert parts == whole


def test_the_estimate_of_elements_is_close(city: City) -> None:
    end = city.begin + 5 * 86_400
    exact = count(history(city, city.begin, end)).received
    assert expected_elements(city, city.begin, end) == pytest.approx(exact, rel=0.01)


def test_some_readings_are_tardy_some_missing_some_late_one_day_repeated_one_contradicted(city: City) -> None:
    publications = [p for p in history(city, city.begin, midnight(DAY + 16)) if p.topic.endswith("reading")]
    repeated = [p for p in publications if p.outcome.duplicates]
    assert [p.outcome.duplicates for p in repeated] == [24]
    lengths = Counter(p.outcome.committed for p in publications)
    assert lengths[24] > 0.9 * len(publications)
    assert lengths[25] == 1
    assert lengths[1] + lengths[2] + lengths[3] > 10, "late readings"
    assert sum(lengths[n] for n in range(4, 21)) > 3, "gaps"
    minutes = Counter(
        str(element["measured_at"])[14:16]
        for p in publications
        for element in json.loads(p.payload)
        if isinstance(element["measured_at"], str)
    )
    assert 0.03 < 1 - minutes["00"] / minutes.total() < 0.07
