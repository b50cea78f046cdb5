"""A drift of temperature is known when daily means show it beside the meters that go with this one."""

import numpy as np
import pytest

from simulators.days import DAY_S, HOUR_S, midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening
from simulators.labelled.loads import burned
from simulators.labelled.network import Network
from simulators.labelled.points import build_people
from simulators.labelled.scene import Place, Scene, ramp
from simulators.labelled.span import Span
from simulators.labelled.temperature_evidence import evidence
from telemetry.model import SECOND

DAYS, START = 60, 40
NEW_YEAR = 20_105


def scene(own_noise_degc: float, others: int) -> tuple[Scene, Place]:
    """Return a city of which only temperatures matter: one meter that wanders, others that do not."""
    span = Span(midnight(20_150), DAYS)
    people = build_people(1, span.begin, 20, 8)
    made = Scene(people, span, Network(people, span, burned(people, span)), [60] * 8)
    draw = np.random.default_rng(4)
    point = next(p for p in people.billing if p.has_corrector)
    weather = 10 + np.cumsum(draw.normal(0, 2, DAYS))
    degc = {f"other {n}": weather + draw.normal(0, 0.01, DAYS) for n in range(others)}
    made.__dict__["degc_by_day"] = {
        point.name: weather + 2 + own_noise_degc * draw.normal(0, 1, DAYS),
        **degc,
    }
    return made, Place(point, span.day_start(START), span.day_start(DAYS - 1))


@pytest.mark.parametrize(
    ("noise_degc", "others", "size_degc", "known"),
    [
        (0.05, 5, 1.2, True),
        (0.05, 5, 0.9, False),
        (1.0, 5, 1.2, False),
        (1.0, 5, -9.0, True),
        (0.05, 0, 9.0, False),
    ],
)
def test_a_drift_must_exceed_what_the_meter_wanders_beside_others(
    noise_degc: float, others: int, size_degc: float, *, known: bool
) -> None:
    made, place = scene(noise_degc, others)
    off = size_degc * ramp(made.span.centres, place.start, place.start + 10 * DAY_S)
    told = evidence(made, place).told(made, place, off, 1.0)
    assert (told is not None) == known
    if told is not None:
        part = (told - DAY_S / 2 - place.start) / (10 * DAY_S)
        assert abs(size_degc) * part >= 1.0


def test_what_is_known_only_when_it_is_over_is_not_known() -> None:
    made, place = scene(0.05, 5)
    end = place.start + 1.5 * DAY_S
    off = 3.0 * (made.span.centres > place.start + DAY_S) * (made.span.centres < end)
    short = Place(place.point, place.start, end)
    assert evidence(made, short).told(made, short, off, 1.0) is None
    assert evidence(made, place).told(made, place, off, 1.0) == place.start + 2 * DAY_S


def daily(city: LabelledCity) -> dict[str, np.ndarray]:
    """Return each meter's mean temperature of each day from what arrived, days without any bridged."""
    found, readings, every = {}, city.readings, np.arange(city.span.days)
    for number, point in enumerate(city.people.points):
        if point.has_corrector and point.role == "billing":
            rows = readings["device"] == number
            day = ((readings["measured_at"][rows] / SECOND - city.span.begin) // DAY_S).astype(int)
            counts = np.bincount(day, minlength=every.size)[: every.size]
            sums = np.bincount(day, readings["temperature_k"][rows], every.size)[: every.size]
            heard = counts > 12
            found[point.name] = np.interp(every, every[heard], sums[heard] / counts[heard])
    return found


def drifts(city: LabelledCity) -> list[Happening]:
    return [h for h in city.happenings if h.kind == "sensor_drift" and h.unit == "°C"]


def test_daily_means_of_what_arrived_show_every_drift_that_is_known() -> None:
    found = 0
    for seed, begin in ((1, NEW_YEAR), (2, NEW_YEAR), (3, None)):
        start = None if begin is None else midnight(begin)
        city = labelled_city(seed, meters=120, stations=8, days=90, begin=start, density=6.0)
        means = daily(city)
        for h in drifts(city):
            first = int((h.start - city.span.begin) // DAY_S)
            apart = [means[h.target.id] - other for name, other in means.items() if name != h.target.id]
            alike = sorted(apart, key=lambda a: float(a[:first].std()))[:7]
            seen = np.median(alike, axis=0) - np.median(np.median(alike, axis=0)[:first])
            if h.detectable_from is not None:
                last = int((h.end - city.span.begin) // DAY_S)
                known = int((h.detectable_from - HOUR_S - city.span.begin) // DAY_S)
                assert (seen[known:last] * np.sign(h.size)).max() > 0.8, (seed, h.target.id, h.size)
                found += 1
    assert found > 5
