"""What every customer burns over the span: the live city's patterns, with levels that wander by day."""

from typing import Final

import numpy as np

from simulators.customers import Customer
from simulators.days import SLOT_HOURS, SLOTS
from simulators.labelled.calendar import WORKSHOP, calendar_level
from simulators.labelled.points import People
from simulators.labelled.span import Floats, Span
from simulators.loads import (
    CHANGEOVER_H,
    DAYS_A_YEAR,
    FULL_HEATING_DEGREES,
    STANDING,
    SUMMER_HEATING,
    pattern,
)
from simulators.seeds import generator

_PERSISTENCE: Final = {WORKSHOP: 0.9}
"""Correlation of a day's level with the day before: 0.67 to 0.87 in the four real meters."""
_USUAL_PERSISTENCE: Final = 0.4
_EDGE_H: Final = 0.35
"""By how much a workshop's day begins early or late."""


def burned(people: People, span: Span) -> Floats:
    """Return flow by customer and slot, m³/h at base conditions, before anything befalls them."""
    weather = people.city.weather
    days = range(span.first_day - 1, span.first_day + span.days + 1)
    degrees = np.array([weather.heating_degrees(day) for day in days])
    return np.array([_burned(people.city.seed, c, degrees, span) for c in people.city.customers])


def _burned(seed: int, customer: Customer, degrees: Floats, span: Span) -> Floats:
    draw = generator(seed, "labelled load", customer.number)
    levels = _levels(customer, degrees, span, draw)
    into = np.interp(SLOT_HOURS, CHANGEOVER_H, [0.5, 1.0, 1.0, 1.5])
    today, neighbour = levels[1:-1, None], np.where(into < 1, levels[:-2, None], levels[2:, None])
    level = today + (neighbour - today) * np.abs(into - 1)
    noise = np.clip(1 + customer.sector.slot_noise * _wander(draw, span.slots), 0.1, 2.0)
    flow = _patterns(customer, span, draw) * level
    return np.minimum(flow.ravel() * noise, customer.design_m3h)


def _patterns(customer: Customer, span: Span, draw: np.random.Generator) -> Floats:
    """Return the day's pattern for each day: workshops begin now early, now late, the others by the clock."""
    usual = pattern(customer)
    if customer.sector.name != WORKSHOP:
        return np.broadcast_to(usual, (span.days, SLOTS))
    shifts = np.round(draw.normal(0, _EDGE_H, span.days) / 24 * SLOTS).astype(np.int64)
    return np.array([np.roll(usual, shift) for shift in shifts])


def _levels(customer: Customer, degrees: Floats, span: Span, draw: np.random.Generator) -> Floats:
    """Return the level of each day beside an ordinary one, with a day before and a day after the span."""
    sector = customer.sector
    persistence = _PERSISTENCE.get(sector.name, _USUAL_PERSISTENCE)
    level = np.exp(sector.day_noise * autoregression(draw, degrees.size, persistence))
    level *= np.where(draw.random(degrees.size) < sector.outages_per_year / DAYS_A_YEAR, STANDING, 1.0)
    level *= [calendar_level(customer, span.first_day - 1 + n) for n in range(degrees.size)]
    wanted = np.maximum(SUMMER_HEATING, np.minimum(1.0, degrees / FULL_HEATING_DEGREES))
    return level * (1 - sector.heating + sector.heating * wanted)


def autoregression(draw: np.random.Generator, size: int, persistence: float) -> Floats:
    """Return a first-order autoregression of unit variance."""
    shocks = draw.standard_normal(size) * np.sqrt(1 - persistence**2)
    reach = max(1, int(np.ceil(np.log(1e-3) / np.log(persistence))))
    kernel = persistence ** np.arange(reach)
    padded = np.concatenate([draw.standard_normal(reach) * np.sqrt(1 - persistence**2), shocks])
    wander: Floats = np.convolve(padded, kernel, mode="full")[reach : reach + size]
    return wander


def _wander(draw: np.random.Generator, size: int) -> Floats:
    """Return noise of unit variance by slot: half of it fast, half over three quarters of an hour."""
    slow = np.convolve(draw.standard_normal(size + 8), np.full(9, 1 / 3), mode="valid")
    noise: Floats = np.sqrt(0.5) * (draw.standard_normal(size) + slow)
    return noise
