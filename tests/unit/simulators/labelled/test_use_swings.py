"""Use that swings by itself is in the truth, for as long as a week stands out from the weeks before."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from simulators.days import DAY_S, is_holiday, midnight
from simulators.labelled.calendar import is_lunar_holiday
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening, Target

DAYS = 60
RISE, FALL = 1.5, 0.6
SUNK_PCT = 70
NEAR = 0.03
"""What pressure and a billed meter's error move between what is burned and what is counted."""


@pytest.fixture(scope="module")
def calm() -> LabelledCity:
    return labelled_city(4, meters=80, stations=8, days=DAYS, density=0.0, trouble_density=0.0)


def tolerated(city: LabelledCity, meter: str, at: float) -> bool:
    alarm = ("consumption_swing", Target("meter", meter))
    return any(h.start <= at <= h.end and alarm in (*h.raises, *h.also) for h in city.happenings)


def weeks(city: LabelledCity, meter: str) -> dict[int, float]:
    """Return a week beside the four before by the week's last day, holidays apart."""
    first, point = city.span.first_day, city.people.by_name[meter]
    by_day = city.network.burned[point.customer].reshape(DAYS, -1).sum(axis=1)
    found = {}
    for last in range(34, DAYS):
        now = before = 0.0
        for day in range(last - 6, last + 1):
            alike = [d for d in range(day - 28, day, 7) if not holiday(first + d)]
            if alike and not holiday(first + day):
                now += by_day[day]
                before += float(np.mean(by_day[alike]))
        found[last] = now / before if before else np.inf if now else 1.0
    return found


def holiday(day: int) -> bool:
    return is_holiday(day) or is_lunar_holiday(day)


def test_use_that_wanders_as_far_as_a_fault_is_tolerated_and_no_other(calm: LabelledCity) -> None:
    seen = Counter[bool]()
    for point in calm.people.points:
        if point.role in {"billing", "check"}:
            told = [h for h in calm.happenings if h.kind == "use_swings" and h.target.id == point.name]
            ratios = weeks(calm, point.name)
            for last, ratio in ratios.items():
                if ratio > RISE * (1 + NEAR) or ratio < FALL * (1 - NEAR):
                    assert tolerated(calm, point.name, calm.span.day_start(last) + DAY_S / 2)
                    seen[True] += 1
            whole = [h for h in told if h.start >= calm.span.day_start(30)]
            for h in whole:
                inside = [
                    r for last, r in ratios.items() if h.start <= calm.span.day_start(last) <= h.end - DAY_S
                ]
                assert max(inside) > RISE * (1 - NEAR) or min(inside) < FALL * (1 + NEAR)
                seen[False] += 1
    assert min(seen[True], seen[False]) > 5


def test_a_check_meter_swings_with_its_site() -> None:
    found = 0
    for seed in (4, 5, 6):
        city = labelled_city(seed, meters=80, stations=8, days=DAYS, density=0.0, trouble_density=9.0)
        swings = [h for h in city.happenings if h.kind == "use_swings"]
        checks = {p.name: p.checks for p in city.people.points if p.role == "check"}
        for h in swings:
            if h.target.id in checks and h.end - h.start > 8 * DAY_S:
                assert any(
                    main.target.id == checks[h.target.id] and abs(main.start - h.start) <= DAY_S
                    for main in swings
                )
                found += 1
    assert found


def test_after_a_fault_the_return_of_use_is_tolerated() -> None:
    alone = back = 0
    for seed in (4, 6, 8):
        city = labelled_city(seed, meters=60, stations=8, days=90, density=6.0)
        for h in city.happenings:
            if h.kind == "consumption_swing":
                assert all(not overlaps(h, other) for other in city.happenings)
                alone += 1
                if h.size < -SUNK_PCT and h.end - h.start > 14 * DAY_S and city.span.end - h.end > 8 * DAY_S:
                    assert tolerated(city, h.target.id, h.end + 6 * DAY_S), h.target
                    back += 1
    assert alone
    assert back


def overlaps(fault: Happening, other: Happening) -> bool:
    return (
        other.kind == "use_swings"
        and other.target == fault.target
        and other.start < fault.end
        and fault.start < other.end
    )


def test_a_school_that_begins_again_in_a_citys_first_weeks_is_tolerated() -> None:
    begin = midnight((date(2025, 8, 22) - date(1970, 1, 1)).days)
    city = labelled_city(3, meters=80, stations=8, days=40, begin=begin, density=0.0, trouble_density=0.0)
    schools = 0
    for point in city.people.billing:
        early = [h for h in city.happenings if h.kind == "use_swings" and h.target.id == point.name]
        early = [h for h in early if h.start < city.span.day_start(20)]
        if city.people.of(point).sector.school:
            assert tolerated(city, point.name, city.span.day_start(15)), point.name
            schools += 1
        else:
            assert not early, "a week and the next differ by chance"
    assert schools > 5
