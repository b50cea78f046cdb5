"""Where the city's regulator stations stand, what they are set to, and which main feeds which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulators.stations import Limits, Station

ZONE_NAMES: Final[Mapping[str, str]] = {
    "north": "城北工业区",
    "south": "城南片区",
    "east": "城东新区",
    "west": "城西老城区",
}
ZONE_ATMOSPHERE_KPA: Final[Mapping[str, float]] = {
    "north": 100.9,
    "south": 101.1,
    "east": 101.2,
    "west": 100.6,
}
LATITUDE: Final = 30.6
LONGITUDE: Final = 117.9


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the plan of the network, before anybody has been connected to it."""

    zone: str
    name: str
    kind: str
    set_kpa: float
    inlet_kpa: float
    gate: int | None = None
    two_streams: bool = False
    has_flow: bool = True
    company_limits: bool = False


PLAN: Final[Sequence[Site]] = (
    Site("north", "城北门站", "gate", 400, 1900, two_streams=True),
    Site("south", "城南门站", "gate", 400, 1750, two_streams=True),
    Site("north", "开发区调压站", "district", 200, 390, gate=0, company_limits=True),
    Site("north", "临江玻璃专用调压站", "dedicated", 400, 760),
    Site("north", "北环路调压站", "district", 100, 385, gate=0, company_limits=True),
    Site("south", "陶瓷园专用调压站", "dedicated", 200, 380, gate=1, company_limits=True),
    Site("south", "滨江路调压站", "district", 100, 382, gate=1, two_streams=True),
    Site("south", "学府街调压站", "district", 2.5, 96, gate=1, has_flow=False),
    Site("east", "新城大道调压站", "district", 100, 386, gate=0, company_limits=True),
    Site("east", "湖畔调压站", "district", 2.5, 95, gate=0),
    Site("west", "纺织路调压站", "district", 200, 384, gate=1, company_limits=True),
    Site("west", "老城调压站", "district", 2.5, 97, gate=1, two_streams=True),
)
_CLASSES: Final[Mapping[float, tuple[float, float, float, float]]] = {
    # Accuracy and lock-up class (%), and where the slam-shut closes, as parts of the set point.
    2.5: (10, 20, 1.44, 0.50),
    100: (5, 10, 1.40, 0.55),
    200: (5, 10, 1.20, 0.55),
    400: (1, 2.5, 1.10, 0.60),
}


def plan(stations: int) -> tuple[Site, ...]:
    """Return the first sites of the plan; a larger city repeats its districts."""
    districts = [site for site in PLAN if site.kind == "district"]
    more = [districts[n % len(districts)] for n in range(max(0, stations - len(PLAN)))]
    return (*PLAN[:stations], *more)


def identifier(index: int) -> str:
    """Return the name of a station by its place in the plan."""
    return f"RS-{index + 1:02d}"


def build_station(index: int, site: Site, capacity_m3h: float) -> Station:
    """Return the station of a site, sized for what hangs on it."""
    accuracy, lockup, opso, upso = _CLASSES[site.set_kpa]
    return Station(
        station=identifier(index),
        zone=site.zone,
        name=site.name if index < len(PLAN) else f"{site.name}{index + 1}号",
        kind=site.kind,
        set_kpa=site.set_kpa,
        inlet_kpa=site.inlet_kpa,
        accuracy_pct=accuracy,
        lockup_pct=lockup,
        opso_kpa=round(opso * site.set_kpa, 3),
        upso_kpa=round(upso * site.set_kpa, 3),
        gate=None if site.gate is None else identifier(site.gate),
        two_streams=site.two_streams,
        has_flow=site.has_flow,
        capacity_m3h=capacity_m3h,
        limits=_company_limits(site.set_kpa) if site.company_limits else None,
        latitude=round(LATITUDE + 0.013 * (index % 4) - 0.02, 4),
        longitude=round(LONGITUDE + 0.017 * (index // 4) - 0.02, 4),
    )


def _company_limits(set_kpa: float) -> Limits:
    return Limits(*(round(part * set_kpa, 3) for part in (0.75, 0.90, 1.09, 1.14)))
