"""Customers: who they are, how big, where connected, and through which meter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.gas import LEAN, RICH, Gas
from simulators.meters import Meter, Place, build_meter
from simulators.names import customer_name, person
from simulators.network import LATITUDE, LONGITUDE, ZONE_ATMOSPHERE_KPA, Site, identifier
from simulators.sectors import SECTORS, Kitchen, Sector
from simulators.seeds import generator

ZONE_GAS: Final[dict[str, Gas]] = {"north": LEAN, "east": LEAN, "south": RICH, "west": RICH}
_NUMBERS_PER_SECTOR: Final = 10_000
_DESIGN_OVER_PEAK: Final = 1.3


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer with one site and one meter; flows in m³/h at base conditions."""

    number: str
    name: str
    manager: str
    sector: Sector
    rank: int
    kitchen: Kitchen | None
    peak_m3h: float
    """Largest flow of an ordinary working day (for a kitchen: its mean flow in gas-hours)."""
    shift_h: float
    closed_weekday: int | None
    meter: Meter
    latitude: float
    longitude: float

    @property
    def account(self) -> str:
        """Identifier of the account."""
        return f"A-{self.number}"

    @property
    def site(self) -> str:
        """Identifier of the site."""
        return f"S-{self.number}"

    @property
    def design_m3h(self) -> float:
        """Flow that the connection was designed for."""
        return design_m3h(self.peak_m3h, self.kitchen)


def design_m3h(peak_m3h: float, kitchen: Kitchen | None) -> float:
    """Return the flow to design for: a kitchen's peak lies well above the mean of its gas-hours."""
    return peak_m3h * (2.2 if kitchen else _DESIGN_OVER_PEAK)


def build_customer(seed: int, sector: Sector, rank: int, sites: Sequence[Site]) -> Customer:
    """Return the customer of this rank in its trade; nobody else's existence changes it."""
    draw = generator(seed, "customer", sector.name, rank)
    number = str(sector.number * _NUMBERS_PER_SECTOR + rank + 1)
    kitchen = sector.kitchens[int(draw.integers(len(sector.kitchens)))] if sector.kitchens else None
    peak = _peak_m3h(sector, rank, kitchen, draw)
    index = _connect(sector, rank, sites, draw)
    site = sites[index]
    place = Place(
        number=number,
        sector=sector.name,
        zone=site.zone,
        station=identifier(index),
        set_kpa=site.set_kpa,
        atmospheric_kpa=ZONE_ATMOSPHERE_KPA[site.zone],
        gas=ZONE_GAS[site.zone],
        design_m3h=design_m3h(peak, kitchen),
        kitchen_size=kitchen.meter_size if kitchen else None,
    )
    return Customer(
        number=number,
        name=customer_name(sector.name, rank, draw),
        manager=person(draw),
        sector=sector,
        rank=rank,
        kitchen=kitchen,
        peak_m3h=peak,
        shift_h=float(draw.normal(0, 0.5)),
        closed_weekday=int(draw.integers(5)) if kitchen and draw.random() < 0.1 else None,  # noqa: PLR2004
        meter=build_meter(place, generator(seed, "meter", number)),
        latitude=round(LATITUDE + float(draw.normal(0, 0.02)), 5),
        longitude=round(LONGITUDE + float(draw.normal(0, 0.025)), 5),
    )


def _peak_m3h(sector: Sector, rank: int, kitchen: Kitchen | None, draw: np.random.Generator) -> float:
    if kitchen:
        return kitchen.flow_m3h * float(draw.lognormal(0, 0.12))
    return float(sector.peak_m3h / (1 + rank) ** sector.decay * draw.lognormal(0, 0.08))


def _connect(sector: Sector, rank: int, sites: Sequence[Site], draw: np.random.Generator) -> int:
    """Choose a station of a fitting pressure; the largest of its trade gets the dedicated one."""
    wanted = float(draw.choice(sector.pressures_kpa))
    nearest = min((abs(np.log(site.set_kpa / wanted)), site.set_kpa) for site in sites)[1]
    fitting = [index for index, site in enumerate(sites) if site.set_kpa == nearest]
    dedicated = [index for index in fitting if sites[index].kind == "dedicated"]
    if rank == 0 and dedicated and sector.name in {"glass_furnace", "ceramics"}:
        return dedicated[0]
    return int(draw.choice([index for index in fitting if index not in dedicated] or fitting))


def build_customers(
    seed: int, counts: dict[str, int], sites: Sequence[Site], sectors: Mapping[str, Sector] = SECTORS
) -> tuple[Customer, ...]:
    """Return all customers, trade by trade, the largest of each first."""
    return tuple(
        build_customer(seed, sectors[name], rank, sites)
        for name, count in counts.items()
        for rank in range(count)
    )
