"""A city that does not exist: everything in it follows from its seed and its size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.customers import Customer, build_customers
from simulators.days import local_day, midnight
from simulators.network import Site, build_station, identifier, plan
from simulators.sectors import SECTORS, Sector, quotas
from simulators.stations import Station
from simulators.weather import Weather

_SIMULTANEITY: Final = 0.85
_SMALLEST_STATION_M3H: Final = 40.0
MIN_STATIONS: Final = 8
"""With fewer no station of the plan would have low pressure for the kitchens."""


@dataclass(frozen=True)
class City:
    """Customers with their meters, stations and weather, from the day the registers are read."""

    seed: int
    begin: int
    """Local midnight (epoch seconds) of the opening readings."""
    customers: tuple[Customer, ...]
    stations: tuple[Station, ...]

    @cached_property
    def weather(self) -> Weather:
        """The weather of this city."""
        return Weather(self.seed)

    @cached_property
    def first_day(self) -> int:
        """The local day of the opening readings."""
        return local_day(self.begin)

    @cached_property
    def supplied_by(self) -> NDArray[np.int64]:
        """Index of the station that supplies each customer."""
        index = {station.station: n for n, station in enumerate(self.stations)}
        return np.array([index[customer.meter.station] for customer in self.customers], dtype=np.int64)

    @cached_property
    def gates(self) -> dict[int, int]:
        """Index of the gate station behind each station that has one."""
        index = {station.station: n for n, station in enumerate(self.stations)}
        return {n: index[s.gate] for n, s in enumerate(self.stations) if s.gate is not None}

    @cached_property
    def gateways(self) -> dict[str, tuple[int, ...]]:
        """Customers whose devices speak through a gateway, by the gateway's name."""
        found: dict[str, list[int]] = {}
        for n, customer in enumerate(self.customers):
            if customer.meter.gateway is not None:
                found.setdefault(customer.meter.gateway, []).append(n)
        return {gateway: tuple(members) for gateway, members in sorted(found.items())}


def build_city(
    seed: int,
    begin: int,
    *,
    customers: int = 120,
    stations: int = 12,
    sectors: Mapping[str, Sector] = SECTORS,
) -> City:
    """Return the city of this seed, its registers read on the local midnight `begin` (epoch seconds)."""
    if begin != midnight(local_day(begin)):
        raise ValueError(f"begin must be a midnight in the city's time, not {begin}")
    if stations < MIN_STATIONS or customers < 1:
        raise ValueError(
            f"a city needs 1 customer and {MIN_STATIONS} stations, not {customers} and {stations}"
        )
    sites = plan(stations)
    people = build_customers(seed, quotas(customers, sectors), sites, sectors)
    capacities = _capacities(people, sites)
    network = tuple(build_station(n, site, capacities[n]) for n, site in enumerate(sites))
    return City(seed, begin, people, network)


def _capacities(customers: Sequence[Customer], sites: Sequence[Site]) -> list[float]:
    """Size each station for what hangs on it, gates for their districts too."""
    index = {identifier(n): n for n in range(len(sites))}
    direct = [0.0] * len(sites)
    for customer in customers:
        direct[index[customer.meter.station]] += customer.design_m3h * _SIMULTANEITY
    total = list(direct)
    for n, site in enumerate(sites):
        if site.gate is not None:
            total[site.gate] += direct[n]
    return [max(_SMALLEST_STATION_M3H, round(value, -1)) for value in total]
