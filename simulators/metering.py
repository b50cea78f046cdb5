"""One day of the whole city in slots of five minutes: flows, conditions at the meters, volumes passed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.city import City
from simulators.days import HOUR_S, SLOT_S, SLOTS
from simulators.gas import Gas, correction_factor
from simulators.loads import day_flow
from simulators.stations import outlet_kpa

Floats = NDArray[np.float64]

_LINE_DROP: Final = 0.05
"""Pressure lost between station and meter at design flow, as a part of the set point."""


@dataclass(frozen=True, slots=True)
class CityDay:
    """Rows are customers (or stations), columns slots; cumulative volumes begin with a column of zeros."""

    day: int
    base_flow_m3h: Floats
    station_flow_m3h: Floats
    pressure_kpa: Floats
    """Absolute, at the meters."""
    temperature_degc: Floats
    factor: Floats
    """C: what a cubic metre registered is at base conditions."""
    volume_m3: Floats
    base_volume_m3: Floats


def city_day(city: City, day: int) -> CityDay:
    """Return the day, the same whenever it is asked for."""
    weather = city.weather
    base_flow = np.array([day_flow(customer, day, weather) for customer in city.customers])
    station_flow = _station_flow(city, base_flow)
    use = base_flow / np.array([[customer.design_m3h] for customer in city.customers])
    pressure = _meter_pressure(city, station_flow, use)
    temperature = gas_temperature(weather.air_degc(day), weather.ground_degc(day), use)
    factor = _factor(city, pressure, temperature)
    flow = _within_meter(city, base_flow / factor)
    return CityDay(
        day=day,
        base_flow_m3h=flow * factor,
        station_flow_m3h=station_flow,
        pressure_kpa=pressure,
        temperature_degc=temperature,
        factor=factor,
        volume_m3=_cumulate(flow),
        base_volume_m3=_cumulate(flow * factor),
    )


def _station_flow(city: City, base_flow: Floats) -> Floats:
    flow = np.zeros((len(city.stations), SLOTS))
    np.add.at(flow, city.supplied_by, base_flow)
    direct = flow.copy()
    for station, gate in city.gates.items():
        flow[gate] += direct[station]
    return flow


def _meter_pressure(city: City, station_flow: Floats, use: Floats) -> Floats:
    outlet = np.array([outlet_kpa(s, flow) for s, flow in zip(city.stations, station_flow, strict=True)])
    set_kpa = np.array([[customer.meter.set_kpa] for customer in city.customers])
    atmosphere = np.array([[customer.meter.atmospheric_kpa] for customer in city.customers])
    pressure: Floats = outlet[city.supplied_by] - _LINE_DROP * set_kpa * use**2 + atmosphere
    return pressure


def gas_temperature(air_degc: Floats, ground_degc: float | Floats, use: Floats) -> Floats:
    """Gas that stands takes the air's temperature; gas that flows brings the ground's with it."""
    from_air = 0.65 - 0.35 * np.sqrt(use)
    return from_air * air_degc + (1 - from_air) * ground_degc


def _factor(city: City, pressure_kpa: Floats, temperature_degc: Floats) -> Floats:
    factor = np.empty_like(pressure_kpa)
    rows: dict[Gas, list[int]] = {}
    for row, customer in enumerate(city.customers):
        rows.setdefault(customer.meter.gas, []).append(row)
    for gas, members in rows.items():
        factor[members] = correction_factor(gas, pressure_kpa[members], temperature_degc[members])
    return factor


def _within_meter(city: City, flow_m3h: Floats) -> Floats:
    """Keep below the meters' range: a site's own regulator gives no more."""
    most = np.array([[0.97 * customer.meter.qmax_m3h] for customer in city.customers])
    within: Floats = np.minimum(flow_m3h, most)
    return within


def _cumulate(flow_m3h: Floats) -> Floats:
    volume = np.zeros((flow_m3h.shape[0], SLOTS + 1))
    np.cumsum(flow_m3h * (SLOT_S / HOUR_S), axis=1, out=volume[:, 1:])
    return volume
