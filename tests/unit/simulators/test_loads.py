"""Loads have the shapes that meters of such customers show."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from simulators.city import City, build_city
from simulators.customers import Customer
from simulators.days import is_weekend, midnight
from simulators.loads import day_flow

EPOCH = date(1970, 1, 1)
OCTOBER = (date(2026, 10, 12) - EPOCH).days  # a Monday
JANUARY = (date(2026, 1, 5) - EPOCH).days
JULY = (date(2026, 7, 13) - EPOCH).days
NEW_YEAR = (date(2026, 2, 17) - EPOCH).days


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(11, midnight(OCTOBER))


def flows(city: City, customer: Customer, first: int, days: int) -> NDArray[np.float64]:
    return np.array([day_flow(customer, day, city.weather) for day in range(first, first + days)])


def of(city: City, sector: str) -> list[Customer]:
    return [customer for customer in city.customers if customer.sector.name == sector]


def mean_daily(city: City, sector: str, first: int, days: int = 14) -> float:
    return float(np.mean([flows(city, c, first, days).sum() / 12 / days for c in of(city, sector)]))


@pytest.mark.parametrize(
    ("sector", "size", "hours", "flow"),
    [
        ("restaurant", "G10", 9.5, 5.6),
        ("restaurant", "G25", 13.6, 5.9),
        ("restaurant", "G40", 13.5, 7.7),
        ("school_canteen", "G16", 9.0, 4.8),
        ("hotel", "G10", 12.2, 2.5),
        ("hotel", "G25", 14.4, 4.9),
        ("hotel", "G40", 11.6, 8.8),
    ],
)
def test_kitchens_burn_what_was_measured_in_the_field(
    city: City, sector: str, size: str, hours: float, flow: float
) -> None:
    kitchens = [c for c in of(city, sector) if c.meter.size == size and c.closed_weekday is None]
    assert kitchens
    working = [flows(city, c, OCTOBER, 5) for c in kitchens]
    lit = np.mean([(days > 0).sum() / 12 / 5 for days in working])
    burnt = np.mean([days[days > 0].mean() for days in working])
    assert lit == pytest.approx(hours, abs=0.2)
    assert burnt == pytest.approx(flow, rel=0.2)


def test_the_five_largest_take_most_of_the_gas(city: City) -> None:
    totals = np.sort([flows(city, c, OCTOBER, 14).sum() for c in city.customers])
    assert 0.5 < totals[-5:].sum() / totals.sum() < 0.8


@pytest.mark.parametrize(
    ("sector", "least", "most"),
    [
        ("restaurant", 0.0, 0.02),
        ("hospital", 0.25, 0.55),
        ("food_factory", 0.03, 0.12),
        ("textile", 0.6, 0.9),
        ("ceramics", 0.9, 1.05),
        ("glass_furnace", 0.97, 1.03),
    ],
)
def test_nights_are_as_quiet_as_the_trade(city: City, sector: str, least: float, most: float) -> None:
    total = sum(flows(city, c, OCTOBER, 5).mean(axis=0) for c in of(city, sector))
    assert isinstance(total, np.ndarray)
    night = total[: 4 * 12].mean()
    by_day = total[8 * 12 : 20 * 12].mean()
    assert least <= night / by_day <= most


def test_schools_and_factories_rest_on_weekends_and_restaurants_do_not(city: City) -> None:
    days = range(OCTOBER, OCTOBER + 14)
    ratio = {}
    for sector in ("school_canteen", "food_factory", "restaurant", "glass_furnace"):
        customers = [c for c in of(city, sector) if c.closed_weekday is None]
        total = {
            rest: np.mean(
                [day_flow(c, d, city.weather).sum() for c in customers for d in days if is_weekend(d) is rest]
            )
            for rest in (True, False)
        }
        ratio[sector] = total[True] / total[False]
    assert ratio["school_canteen"] < 0.3
    assert 0.5 < ratio["food_factory"] < 0.9
    assert 1.05 < ratio["restaurant"] < 1.35
    assert ratio["glass_furnace"] == pytest.approx(1, abs=0.02)


def test_winter_heats_and_summer_does_not(city: City) -> None:
    assert mean_daily(city, "heating_boiler", JANUARY) > 2 * mean_daily(city, "heating_boiler", JULY)
    assert mean_daily(city, "hospital", JANUARY) > 1.15 * mean_daily(city, "hospital", JULY)
    assert mean_daily(city, "glass_furnace", JANUARY) == pytest.approx(
        mean_daily(city, "glass_furnace", JULY), rel=0.05
    )


def test_the_spring_festival_closes_factories_but_no_furnace(city: City) -> None:
    ordinary = mean_daily(city, "food_factory", JANUARY, 5)
    assert mean_daily(city, "food_factory", NEW_YEAR, 5) < 0.2 * ordinary
    assert mean_daily(city, "glass_furnace", NEW_YEAR, 5) > 0.9 * mean_daily(
        city, "glass_furnace", JANUARY, 5
    )


def test_days_join_without_a_step(city: City) -> None:
    for customer in of(city, "glass_furnace") + of(city, "textile"):
        days = flows(city, customer, OCTOBER, 14)
        steps = np.abs(days[1:, :3].mean(axis=1) - days[:-1, -3:].mean(axis=1))
        assert np.all(steps < 0.2 * customer.peak_m3h), customer.number


def test_the_weather_is_that_of_the_lower_yangtze(city: City) -> None:
    january = [city.weather.mean_air_degc(d) for d in range(JANUARY, JANUARY + 25)]
    july = [city.weather.mean_air_degc(d) for d in range(JULY, JULY + 25)]
    assert 0 < np.mean(january) < 10
    assert 24 < np.mean(july) < 34
    across = np.concatenate([city.weather.air_degc(d) for d in range(OCTOBER, OCTOBER + 5)])
    assert np.abs(np.diff(across)).max() < 0.6
    assert int(city.weather.air_degc(JULY).argmax() / 12) in range(12, 18)
