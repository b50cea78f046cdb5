"""From the gas that comes to a meter to what its register counts and its sensors feel."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulators.gas import correction_factor
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.loads import autoregression
from simulators.labelled.network import Network
from simulators.labelled.points import People, Point
from simulators.labelled.runs import MeterRun
from simulators.labelled.span import SLOT_H, Floats, Span
from simulators.metering import gas_temperature
from simulators.seeds import generator
from simulators.weather import Weather

_BIAS_PCT: Final = 0.3
"""One standard deviation of what a sound meter counts too much or too little; at most 0.8 %."""
_DRIFT_KPA_PART: Final = 0.0015
_DRIFT_DEGC: Final = 0.25
"""How far a sound sensor may wander over a whole span."""
SITE_DROOP_KPA: Final = 14.0
_SITE_PERSISTENCE: Final = 0.96
SWELL: Final = 1.0
"""By what part the wander behind a workshop's regulator grows while gas is burned."""
RESTLESS: Final = 0.8
"""Spread of how much it wanders, in logarithms."""
_SUN_DEGC: Final = 0.42


def day_temperatures(weather: Weather, span: Span) -> tuple[Floats, Floats]:
    """Return the air's and the ground's temperature by slot."""
    days = range(span.first_day, span.first_day + span.days)
    air = np.concatenate([weather.air_degc(day) for day in days])
    ground = np.repeat([weather.ground_degc(day) for day in days], air.size // span.days)
    return air, ground


def conditions(run: MeterRun, network: Network, climate: tuple[Floats, Floats]) -> None:
    """Work out pressure and temperature at the meter."""
    people, point = network.people, run.point
    air, ground = climate
    run.line_kpa = network.line_kpa(point, run.burned)
    if point.customer is None:
        run.gas_degc = ground + 0.1 * (air - ground)
        return
    customer = people.of(point)
    use = np.clip(run.burned / customer.design_m3h, 0, 1)
    run.gas_degc = gas_temperature(air, ground, use)
    if customer.sector.name == WORKSHOP:
        draw = generator(people.city.seed, "site", point.site)
        run.line_kpa = _site_regulator(point, run.line_kpa, use, draw)
        restless = np.exp(0.9 * autoregression(draw, air.size, 0.98))
        run.gas_degc = air + _SUN_DEGC * restless * autoregression(draw, air.size, 0.85)


def _site_regulator(point: Point, line_kpa: Floats, use: Floats, draw: np.random.Generator) -> Floats:
    """Return the pressure behind a site's own poor regulator, as the four real meters have it."""
    wander = autoregression(draw, use.size, _SITE_PERSISTENCE)
    # A second, slower wander scales the first: quiet hours beside restless ones.
    restless = np.exp(RESTLESS * autoregression(draw, use.size, 0.99))
    swell = 1 + SWELL * (use > 0)
    droop = SITE_DROOP_KPA * np.sqrt(use) * point.meter.set_kpa / 400
    lowest = point.meter.atmospheric_kpa + 0.3 * point.meter.set_kpa
    return np.maximum(line_kpa - droop + point.surge_kpa * restless * wander * swell, lowest)


def degc_by_day(people: People, network: Network) -> Mapping[str, Floats]:
    """Return each day's mean temperature as the sound sensor of each billed meter with a corrector has it."""
    climate, span, felt = day_temperatures(people.city.weather, network.span), network.span, {}
    for point, burned in zip(people.billing, network.burned, strict=True):
        if point.has_corrector:
            run = MeterRun(point, span, burned, np.zeros(span.slots))
            conditions(run, network, climate)
            sense(run, people.city.seed)
            felt[point.name] = run.sensed_degc.reshape(span.days, -1).mean(axis=1)
    return felt


def count(run: MeterRun, seed: int) -> None:
    """Let the meter count what goes through it."""
    meter = run.point.meter
    kpa, degc = run.line_kpa, run.gas_degc
    through = run.burned * (1 - run.around)
    run.flow_m3h = through / correction_factor(meter.gas, kpa, degc)
    bias = np.clip(generator(seed, "bias", run.point.name).normal(0, _BIAS_PCT), -0.8, 0.8)
    run.counted_m3 = run.flow_m3h * SLOT_H * (1 + bias / 100)
    run.mechanical_m3 = run.counted_m3.copy()


def sense(run: MeterRun, seed: int) -> None:
    """Let the sensors feel pressure and temperature, each a little off and wandering within limits."""
    draw = generator(seed, "sensors", run.point.name)
    into = np.linspace(0, 1, run.span.slots)
    offset, wander = draw.normal(0, 0.4, 2), draw.uniform(-1, 1, 2)
    run.sensed_kpa = run.line_kpa * (1 + _DRIFT_KPA_PART * (offset[0] * 0.5 + wander[0] * into))
    run.sensed_degc = run.gas_degc + _DRIFT_DEGC * (offset[1] + wander[1] * into)
    run.disturbed = np.zeros(run.span.slots, np.bool_)


def correct(run: MeterRun) -> None:
    """Let the corrector compute C from what it senses."""
    run.factor = correction_factor(run.point.meter.gas, run.sensed_kpa, run.sensed_degc)
