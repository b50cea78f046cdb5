"""Gas meters: types and sizes, chosen for the flow they will see, and the devices beside them."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.cards import Card, issue_card
from simulators.gas import Gas
from simulators.sectors import LOW_KPA

_SIZES: Final[Mapping[str, Mapping[str, float]]] = {
    # Largest flow (m³/h) by size, ascending.
    "diaphragm": {"G6": 10, "G10": 16, "G16": 25, "G25": 40, "G40": 65, "G65": 100, "G100": 160},
    "rotary": {"G40": 65, "G65": 100, "G100": 160, "G160": 250, "G250": 400},
    "turbine": {"G100": 160, "G160": 250, "G250": 400, "G400": 650, "G650": 1000, "G1000": 1600},
    "ultrasonic": {"G100": 160, "G160": 250, "G250": 400, "G400": 650, "G650": 1000},
    "vortex": {"DN50": 150, "DN80": 400, "DN100": 700, "DN150": 1500},
}
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "hospital": ("rotary", "ultrasonic"),
    "food_factory": ("rotary", "vortex", "turbine"),
    "textile": ("turbine", "vortex"),
    "heating_boiler": ("ultrasonic", "rotary"),
    "ceramics": ("turbine",),
    "glass_furnace": ("turbine",),
    "workshop": ("rotary",),
}
# Of each type: turn-down, digits of the register, its resolution (m³), and the corrector's (m³).
_MAKE: Final[Mapping[str, tuple[float, int, float, float]]] = {
    "diaphragm": (160, 6, 0.001, 0.0),
    "rotary": (100, 8, 0.1, 0.01),
    "turbine": (20, 8, 1.0, 1.0),
    "ultrasonic": (100, 9, 0.001, 0.001),
    "vortex": (12, 9, 0.01, 0.01),
}
NATIVE: Final = "native"
_HEADROOM: Final = 1.2
_HOURLY_S: Final = 3600
_DAILY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter with its device; pressures in kPa, volumes in m³ at metering conditions."""

    meter: str
    device: str
    zone: str
    station: str
    gateway: str | None
    type: str
    kind: str
    size: str
    qmax_m3h: float
    qmin_m3h: float
    digits: int
    resolution_m3: float
    base_resolution_m3: float
    correction: str
    fixed_factor: float | None
    set_kpa: float
    atmospheric_kpa: float
    gas: Gas
    opening_index_m3: float
    opening_base_index_m3: float
    sends_gauge: bool
    battery_v: float
    interval_s: int
    """How often it is expected to be heard: hourly, or once a day where it has only a battery to live on."""
    card: Card | None
    make: str = NATIVE
    """Whose device it is, where it speaks another format while the city is live (`simulators.makes`)."""

    @property
    def has_corrector(self) -> bool:
        """Whether a volume corrector with pressure and temperature stands beside the meter."""
        return self.type != "diaphragm"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meter is to be set: everything that its customer decides."""

    number: str
    sector: str
    zone: str
    station: str
    set_kpa: float
    atmospheric_kpa: float
    gas: Gas
    design_m3h: float
    kitchen_size: str | None


def build_meter(place: Place, draw: np.random.Generator) -> Meter:
    """Return a meter that fits the place."""
    kind_of_meter = "diaphragm" if place.kitchen_size else str(draw.choice(_TYPES[place.sector]))
    compression = 1.0 if place.kitchen_size else 0.93 * (place.set_kpa + place.atmospheric_kpa) / 101.325
    size, qmax = _choose_size(kind_of_meter, place, compression)
    turndown, digits, resolution, base_resolution = _MAKE[kind_of_meter]
    ic_card = kind_of_meter == "diaphragm" and draw.random() < 0.55  # noqa: PLR2004 (part of the small meters)
    prefix = "EVC" if kind_of_meter != "diaphragm" else "ICM" if ic_card else "GM"
    opening = round(place.design_m3h / compression * float(draw.uniform(600, 9000)), 0)
    return Meter(
        meter=f"M-{place.number}",
        device=f"{prefix}-{place.number}",
        zone=place.zone,
        station=place.station,
        gateway=f"GW-{place.zone}" if prefix == "GM" else None,
        type=kind_of_meter,
        kind="ic_card" if ic_card else "smart",
        size=size,
        qmax_m3h=qmax,
        qmin_m3h=round(qmax / turndown, 3),
        digits=digits,
        resolution_m3=resolution,
        base_resolution_m3=base_resolution,
        correction=_correction(kind_of_meter, draw),
        fixed_factor=_fixed_factor(kind_of_meter, ic_card=ic_card),
        set_kpa=place.set_kpa,
        atmospheric_kpa=place.atmospheric_kpa,
        gas=place.gas,
        opening_index_m3=opening,
        opening_base_index_m3=round(opening * compression * 1.02, 0),
        sends_gauge=kind_of_meter == "vortex" and place.set_kpa > LOW_KPA and bool(draw.random() < 0.4),  # noqa: PLR2004
        battery_v=round(float(draw.uniform(3.45, 3.65)), 2),
        interval_s=_DAILY_S if ic_card or kind_of_meter == "vortex" else _HOURLY_S,
        card=issue_card(place.design_m3h, draw) if ic_card else None,
    )


def _choose_size(kind_of_meter: str, place: Place, compression: float) -> tuple[str, float]:
    sizes = _SIZES[kind_of_meter]
    if place.kitchen_size:
        return place.kitchen_size, sizes[place.kitchen_size]
    needed = place.design_m3h / compression * _HEADROOM
    names = tuple(sizes)
    size = names[min(bisect_left(list(sizes.values()), needed), len(names) - 1)]
    return size, sizes[size]


def _correction(kind_of_meter: str, draw: np.random.Generator) -> str:
    if kind_of_meter == "diaphragm":
        return "none"
    return str(draw.choice(("ptz", "pt", "device"), p=(0.8, 0.1, 0.1)))


def _fixed_factor(kind_of_meter: str, *, ic_card: bool) -> float | None:
    return 1.03 if kind_of_meter == "diaphragm" and not ic_card else None
