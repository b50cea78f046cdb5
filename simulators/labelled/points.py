"""Metering points: the customers' meters, and those that check, surround or supply them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from simulators.city import City, build_city
from simulators.customers import ZONE_GAS, Customer
from simulators.labelled.calendar import WORKSHOP
from simulators.meters import Meter
from simulators.network import ZONE_ATMOSPHERE_KPA, ZONE_NAMES
from simulators.sectors import SECTORS, Sector
from simulators.seeds import generator

LOW_KPA: Final = 2.5
_DROP_AT_DESIGN: Final = (0.05, 0.10)
"""Absolute pressure lost between station and meter at design flow: services are laid for some per cent."""
_PATCHY_SHARE: Final = 0.5
_QUARTER_HOURLY_SHARE: Final = 0.25
_BYPASS_SHARE: Final = 0.6
_CHECKED_SHARE: Final = 0.2
_METERED_BYPASS_SHARE: Final = 0.15

_WORKSHOP: Final = Sector(
    name=WORKSHOP, number=10, share=22, pressures_kpa=(400.0, 200.0),
    # Mean share of each hour in the four real meters (`calibration`), the busiest hour 1.
    shape=(*(0,) * 6, 0.15, 0.75, 0.97, 1, 0.95, 0.45, 0, 0.4, 0.8, 0.92, 0.92, 0.82, 0.46, 0.1, *(0,) * 4),
    weekend=1.0, holiday=0.35, festival=0.0, peak_m3h=85, decay=0.3,
    day_noise=0.45, slot_noise=0.12, outages_per_year=12,
)  # fmt: skip

TRADES: Final[Mapping[str, Sector]] = {**SECTORS, WORKSHOP: _WORKSHOP}
"""The trades of the live city, and workshops after the four real meters."""


@dataclass(frozen=True, slots=True)
class Point:
    """One metering point; the pipe before it loses pressure as p1² - p2² = `k` · Q^1.82 (kPa, m³/h)."""

    meter: Meter
    site: str
    account: str | None
    role: str
    customer: int | None
    """Row of the customer whose gas it meters; none for a zone's inlet."""
    k: float
    interval_s: int
    """How often it measures."""
    expected_s: int
    """How often the operator expects to hear it."""
    patchy: bool
    """Whether its radio is as bad as that of the four real meters."""
    checks: str | None = None
    bypass: bool = False
    """Whether a bypass lies around the meter, closed and sealed."""
    switch: bool = False
    """Whether the device knows the position of the bypass valve."""
    surge_kpa: float = 0.0
    """How much a poor site regulator of its own lets the pressure wander."""

    @property
    def name(self) -> str:
        """The meter's name."""
        return self.meter.meter

    @property
    def usual_factor(self) -> float:
        """C at its nominal pressure and 15 °C, near enough to size things by."""
        return (self.meter.set_kpa + self.meter.atmospheric_kpa) / 101.325 * 1.02

    @property
    def has_corrector(self) -> bool:
        """Whether it knows pressure and temperature."""
        return self.meter.has_corrector


@dataclass(frozen=True)
class People:
    """The city and all its metering points; those of customers come first and in their order."""

    city: City
    points: tuple[Point, ...]

    @cached_property
    def by_name(self) -> dict[str, Point]:
        """Points by their meter's name."""
        return {point.name: point for point in self.points}

    @property
    def billing(self) -> tuple[Point, ...]:
        """The points that customers are billed by, in the customers' order."""
        return self.points[: len(self.city.customers)]

    def of(self, point: Point) -> Customer:
        """Return the customer of a point that has one."""
        if point.customer is None:
            raise ValueError(f"{point.name} is nobody's")
        return self.city.customers[point.customer]

    def downstream(self, station: str) -> list[Point]:
        """Return the billing points that a station supplies."""
        return [point for point in self.billing if point.meter.station == station]


def build_people(seed: int, begin: int, meters: int, stations: int) -> People:
    """Return a city of so many billing meters and stations, with what stands beside them."""
    city = build_city(seed, begin, customers=meters, stations=stations, sectors=TRADES)
    billing = [_billing_point(seed, n, customer) for n, customer in enumerate(city.customers)]
    return People(city, (*billing, *_checks(seed, billing), *_bypasses(seed, billing), *_inlets(city)))


def _billing_point(seed: int, row: int, customer: Customer) -> Point:
    draw = generator(seed, "point", customer.number)
    meter = customer.meter
    workshop = customer.sector.name == WORKSHOP
    patchy = workshop or (meter.interval_s > 3600 and draw.random() < _PATCHY_SHARE)  # noqa: PLR2004
    quarterly = meter.type == "ultrasonic" and draw.random() < _QUARTER_HOURLY_SHARE
    supply = meter.set_kpa + meter.atmospheric_kpa
    bypass = meter.has_corrector and draw.random() < _BYPASS_SHARE
    lost = supply * float(draw.uniform(*_DROP_AT_DESIGN)) if meter.set_kpa > LOW_KPA else 0.2
    return Point(
        meter=meter,
        site=customer.site,
        account=customer.account,
        role="billing",
        customer=row,
        k=(supply**2 - (supply - lost) ** 2) / customer.design_m3h**1.82,
        interval_s=900 if quarterly else 3600,
        expected_s=86_400 if patchy else 7200,
        patchy=patchy,
        bypass=bypass,
        switch=bypass and draw.random() < 0.5,  # noqa: PLR2004 (half of them)
        surge_kpa=float(draw.lognormal(-0.2, 0.75)) if workshop else 0.0,
    )


def _largest(billing: Sequence[Point], share: float) -> list[Point]:
    """Return the largest of those with a corrector."""
    fitting = sorted((p for p in billing if p.has_corrector), key=lambda p: -p.meter.qmax_m3h)
    return fitting[: max(1, round(share * len(fitting)))]


def _beside(point: Point, letter: str, role: str, qmax_m3h: float) -> Point:
    """Return a second meter on the site of another, of the same make."""
    meter = replace(
        point.meter,
        meter=f"{point.meter.meter}-{letter}",
        device=f"{point.meter.device}-{letter}",
        qmax_m3h=qmax_m3h,
        qmin_m3h=round(qmax_m3h * point.meter.qmin_m3h / point.meter.qmax_m3h, 3),
        opening_index_m3=round(point.meter.opening_index_m3 * 0.31, 0),
        opening_base_index_m3=round(point.meter.opening_base_index_m3 * 0.31, 0),
        sends_gauge=False,
    )
    checks = point.name if role == "check" else None
    return replace(point, meter=meter, role=role, checks=checks, bypass=False, switch=False)


def _checks(seed: int, billing: Sequence[Point]) -> list[Point]:
    """Put a second meter in series with some of the largest."""
    draw = generator(seed, "checks")
    some = [p for p in _largest(billing, 2 * _CHECKED_SHARE) if draw.random() < 0.5]  # noqa: PLR2004
    return [_beside(point, "K", "check", point.meter.qmax_m3h) for point in some or _largest(billing, 0)]


def _bypasses(seed: int, billing: Sequence[Point]) -> list[Point]:
    """Put a meter into the bypass of some of the largest."""
    draw = generator(seed, "metered bypasses")
    around = [p for p in _largest(billing, 1) if p.bypass]
    some = [p for p in around if draw.random() < _METERED_BYPASS_SHARE] or around[:1]
    return [_beside(p, "B", "bypass", p.meter.qmax_m3h) for p in some]


def _inlets(city: City) -> list[Point]:
    """Put a meter where each zone's gas comes in."""
    found = []
    for zone in ZONE_NAMES:
        members = [c for c in city.customers if c.meter.zone == zone]
        if members:
            found.append(_inlet(zone, members))
    return found


def _inlet(zone: str, members: Sequence[Customer]) -> Point:
    set_kpa, atmosphere = 400.0, ZONE_ATMOSPHERE_KPA[zone]
    design = sum(customer.design_m3h for customer in members)
    qmax = float(np.ceil(design / 3.5 / 100) * 100 + 200)
    template = members[0].meter
    meter = replace(
        template,
        meter=f"ZI-{zone}",
        device=f"EVC-ZI-{zone}",
        station="RS-01",
        gateway=None,
        type="ultrasonic",
        kind="smart",
        size="DN200",
        qmax_m3h=qmax,
        qmin_m3h=round(qmax / 200, 3),
        digits=9,
        resolution_m3=0.001,
        base_resolution_m3=0.001,
        correction="ptz",
        fixed_factor=None,
        set_kpa=set_kpa,
        atmospheric_kpa=atmosphere,
        gas=ZONE_GAS[zone],
        opening_index_m3=250_000.0,
        opening_base_index_m3=1_200_000.0,
        sends_gauge=False,
        card=None,
    )
    return Point(meter, f"S-ZI-{zone}", None, "zone_inlet", None, 0.0, 900, 7200, patchy=False)
