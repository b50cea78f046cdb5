"""Faults told by habits come when the customer's own ordinary days have shown what is usual."""

from datetime import date, timedelta

import numpy as np
import pytest

from simulators.days import DAY_S, date_of, local_day, midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening
from simulators.labelled.ordinary import after_ordinary, ordinary_at
from simulators.labelled.span import Span

NEW_YEAR = midnight((date(2025, 1, 8) - date(1970, 1, 1)).days)
SUMMER = midnight((date(2025, 6, 1) - date(1970, 1, 1)).days)
AUTUMN = midnight((date(2025, 8, 24) - date(1970, 1, 1)).days)
BY_HABIT = {"sensor_drift", "consumption_swing", "night_leak", "flow_under_range", "bypass_suspected"}


def days(first: date, last: date) -> set[date]:
    return {first + timedelta(n) for n in range((last - first).days + 1)}


FESTIVAL = days(date(2025, 1, 28), date(2025, 2, 3))
PUBLIC = FESTIVAL | days(date(2025, 10, 1), date(2025, 10, 7)) | {date(2025, 6, 1), date(2025, 9, 29)}
REST = {
    "workshop": days(date(2025, 1, 20), date(2025, 2, 14)) | PUBLIC,
    "school_canteen": days(date(2025, 1, 20), date(2025, 2, 20)) | days(date(2025, 7, 6), date(2025, 8, 31)),
    "food_factory": FESTIVAL,
    "textile": FESTIVAL,
    "restaurant": FESTIVAL,
}


@pytest.fixture(scope="module")
def cities() -> list[LabelledCity]:
    begins = [NEW_YEAR, NEW_YEAR, NEW_YEAR, SUMMER, AUTUMN]
    return [
        labelled_city(seed, meters=80, stations=8, days=90, begin=begin, density=6.0)
        for seed, begin in enumerate(begins, 1)
    ]


def trade(city: LabelledCity, h: Happening) -> str:
    return city.people.of(city.people.by_name[h.target.id]).sector.name


def test_a_trades_own_rest_is_not_ordinary_and_a_weekend_is() -> None:
    city = labelled_city(1, meters=150, stations=8, days=50, begin=NEW_YEAR, density=0.0, trouble_density=0.0)
    told = set()
    for point in city.people.billing:
        name = city.people.of(point).sector.name
        ordinary = ordinary_at(city.people, point, city.span)
        resting = {date_of(city.span.first_day + int(n)) for n in np.flatnonzero(~ordinary)}
        if city.people.of(point).closed_weekday is None:
            if name in REST:
                assert resting == REST[name] & days(date(2025, 1, 8), date(2025, 2, 26)), name
            if name in {"glass_furnace", "heating_boiler"}:
                assert not resting
            told.add(name)
    assert {"glass_furnace", "heating_boiler", *REST} <= told


def test_time_of_ordinary_days_is_counted_from_any_instant() -> None:
    span = Span(NEW_YEAR, 5)
    ordinary = np.array([True, False, False, True, True])
    for since_days, lasting_days, after_days in ((0, 1, 1), (0.5, 1, 3.5), (1.2, 1, 4), (0, 2.5, 4.5)):
        found = after_ordinary(span, ordinary, NEW_YEAR + since_days * DAY_S, lasting_days * DAY_S)
        assert found == pytest.approx(NEW_YEAR + after_days * DAY_S)
    assert after_ordinary(span, ordinary, float(NEW_YEAR), 3.1 * DAY_S) is None


def test_thirty_ordinary_days_come_before_what_a_habit_tells(cities: list[LabelledCity]) -> None:
    found = dict.fromkeys(REST, 0)
    for city in cities:
        for h in city.happenings:
            if h.raises and h.kind in BY_HABIT and trade(city, h) in REST:
                rest, name = REST[trade(city, h)], h.target.id
                site = [o for o in city.happenings if o is not h and name in {e.meter for e in o.meters}]
                ordinary = [
                    noon
                    for noon in np.arange(city.span.begin + DAY_S / 2, h.start + DAY_S / 2, DAY_S)
                    if date_of(local_day(noon)) not in rest
                    # A stale price and a gateway's or a station's trouble let a meter learn all the same.
                    and not any(
                        o.target.id == name and o.start <= noon < o.end for o in site if o.stations == ()
                    )
                ]
                assert len(ordinary) >= 30, (city.seed, h.kind, name)
                found[trade(city, h)] += 1
    assert min(found.values()) > 0, found


def test_a_short_city_at_the_new_year_still_has_faults_told_by_habits() -> None:
    found = set()
    for seed in range(1, 9):
        city = labelled_city(seed, meters=60, stations=8, days=30, begin=NEW_YEAR, density=4.0)
        found |= {h.kind for h in city.happenings if h.raises}
    assert found >= {"consumption_swing", "flow_under_range", "bypass_suspected", "night_leak"}


def test_a_swing_is_known_after_two_days_that_are_no_holidays() -> None:
    across = 0
    for seed in (2, 3, 4, 6):
        city = labelled_city(seed, meters=60, stations=8, days=60, begin=AUTUMN, density=15.0)
        for h in city.happenings:
            if h.kind == "consumption_swing" and trade(city, h) in {"food_factory", "school_canteen"}:
                assert h.detectable_from is not None
                hours = np.arange(h.start, h.detectable_from, 3600.0)
                passed = [at for at in hours if date_of(local_day(at)) not in PUBLIC]
                assert len(passed) >= 48
                across += len(hours) - len(passed) >= 12
    assert across
