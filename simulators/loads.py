"""What a customer burns on a day: its trade's hours, the weekday, the season, the weather, and chance."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.customers import Customer
from simulators.days import (
    SLOT_HOURS,
    SLOT_S,
    SLOTS,
    date_of,
    is_holiday,
    is_school_vacation,
    is_spring_festival,
    is_weekend,
)
from simulators.seeds import generator
from simulators.weather import Weather

Floats = NDArray[np.float64]

DAYS_A_YEAR: Final = 365
STANDING: Final = 0.06
"""What a plant burns while it stands."""
CHANGEOVER_H: Final = (0.0, 2.0, 22.0, 24.0)
"""A day's level takes over from the last one's within two hours about midnight."""
FULL_HEATING_DEGREES: Final = 16.0
SUMMER_HEATING: Final = 0.12
"""Hot water and sterilisation: what a heating load still draws when nobody heats."""


@lru_cache(maxsize=20_000)
def pattern(customer: Customer) -> Floats:
    """Return an ordinary working day's flow by slot, m³/h at base conditions."""
    hours = (SLOT_HOURS - customer.shift_h) % 24
    weights = np.interp(hours, np.arange(25) + 0.5, [*customer.sector.shape, customer.sector.shape[0]])
    if customer.kitchen is None:
        return weights * customer.peak_m3h
    lit = round(customer.kitchen.hours * 3600 / SLOT_S)
    threshold = np.sort(weights)[-lit]
    weights = np.where(weights >= threshold, weights, 0.0)
    scaled: Floats = weights * customer.peak_m3h / weights[weights > 0].mean()
    return scaled


def weekday_factor(customer: Customer, day: int) -> float:
    """Return what part of an ordinary working day's load the day of the week leaves."""
    if customer.closed_weekday == date_of(day).weekday():
        return 0.0
    return customer.sector.weekend if is_weekend(day) else 1.0


def calendar_factor(customer: Customer, day: int) -> float:
    """Return what part of an ordinary working day's load the calendar leaves."""
    sector, usual = customer.sector, weekday_factor(customer, day)
    if usual == 0:
        return 0.0
    if is_spring_festival(day):
        return sector.festival
    if sector.school and is_school_vacation(day):
        return 0.05
    if is_holiday(day):
        return sector.holiday
    return usual


def heating_factor(customer: Customer, day: int, weather: Weather) -> float:
    """Return what part of the peak is wanted when some of the load follows the weather."""
    share = customer.sector.heating
    wanted = min(1.0, weather.heating_degrees(day) / FULL_HEATING_DEGREES)
    return 1 - share + share * max(SUMMER_HEATING, wanted)


@lru_cache(maxsize=8192)
def day_level(customer: Customer, day: int, weather: Weather) -> float:
    """Return the level of a day's load beside an ordinary working day's."""
    sector = customer.sector
    draw = generator(weather.seed, "level", customer.number, day)
    level = float(draw.lognormal(-(sector.day_noise**2) / 2, sector.day_noise))
    if draw.random() < sector.outages_per_year / DAYS_A_YEAR:
        level *= STANDING
    return level * calendar_factor(customer, day) * heating_factor(customer, day, weather)


def day_flow(customer: Customer, day: int, weather: Weather) -> Floats:
    """Return the flow of one day by slot of five minutes, m³/h at base conditions."""
    draw = generator(weather.seed, "load", customer.number, day)
    before, today, after = (day_level(customer, d, weather) for d in (day - 1, day, day + 1))
    level = np.interp(SLOT_HOURS, CHANGEOVER_H, [(before + today) / 2, today, today, (today + after) / 2])
    restless = np.clip(1 + customer.sector.slot_noise * _wander(draw), 0.1, 2.0)
    flow: Floats = np.minimum(pattern(customer) * level * restless, customer.design_m3h)
    return flow


def _wander(draw: np.random.Generator) -> Floats:
    """Return noise of unit variance by slot: half of it fast, half of it over three quarters of an hour."""
    fast = draw.standard_normal(SLOTS + 8)
    slow = np.convolve(fast, np.full(9, 1 / 3), mode="valid")
    noise: Floats = np.sqrt(0.5) * (draw.standard_normal(SLOTS) + slow)
    return noise
