"""What kinds of customers the city has: how many, how big, at which pressure, and when they burn gas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOW_KPA: Final = 2.5


@dataclass(frozen=True, slots=True)
class Kitchen:
    """A size of kitchen as measured in the field: meter, gas-hours a day, mean flow in those hours."""

    meter_size: str
    hours: float
    flow_m3h: float


@dataclass(frozen=True, slots=True)
class Sector:
    """One trade. Flows are at base conditions; `shape` holds a weight for each hour of a working day."""

    name: str
    number: int
    """First digits of the identifiers of its customers."""
    share: float
    """Customers of this trade among a hundred and twenty."""
    pressures_kpa: tuple[float, ...]
    shape: tuple[float, ...]
    weekend: float
    holiday: float
    festival: float
    kitchens: tuple[Kitchen, ...] = ()
    peak_m3h: float = 0.0
    """Peak flow of the largest customer; the next ones follow by `decay` of their rank."""
    decay: float = 0.5
    heating: float = 0.0
    """Part of the peak that follows the weather; the rest does not."""
    school: bool = False
    day_noise: float = 0.05
    slot_noise: float = 0.06
    outages_per_year: float = 0.0
    """Days a year on which the plant stands for maintenance."""


def _hours(*spans: tuple[float, float, float]) -> tuple[float, ...]:
    """Return 24 weights from (first hour, last hour, weight); later spans win."""
    weights = [0.0] * 24
    for first, last, weight in spans:
        for hour in range(int(first), int(last)):
            weights[hour] = weight
    return tuple(weights)


def _percent(morning: str, evening: str) -> tuple[float, ...]:
    """Return 24 weights written as percentages, one for each hour from midnight."""
    return tuple(int(weight) / 100 for weight in f"{morning} {evening}".split())


_COOKING: Final = _percent(
    "2 1 0 0 0 2 15 25 30 45 80 100",
    "90 50 25 22 45 90 100 85 55 30 12 5",
)
_CANTEEN: Final = _percent(
    "0 0 0 0 5 50 70 35 30 75 100 90",
    "35 10 12 50 80 70 30 8 0 0 0 0",
)
_HOTEL: Final = _percent(
    "12 8 6 6 10 35 80 90 65 40 55 80",
    "70 40 30 30 45 75 95 100 90 80 50 25",
)
_HOSPITAL: Final = _percent(
    "30 28 28 30 42 70 100 95 85 80 82 80",
    "65 60 68 70 72 80 75 60 50 42 36 32",
)
_STEAM: Final = _percent(
    "75 70 68 70 78 85 90 98 100 100 97 85",
    "86 97 100 100 98 92 88 95 95 90 85 80",
)
_BOILER: Final = _percent(
    "45 42 42 45 60 90 100 98 90 80 72 66",
    "60 58 58 62 70 80 85 82 75 66 58 50",
)

RESTAURANT: Final = Sector(
    name="restaurant", number=1, share=42, pressures_kpa=(LOW_KPA,), shape=_COOKING,
    weekend=1.18, holiday=1.25, festival=0.25, day_noise=0.12, slot_noise=0.18,
    kitchens=(Kitchen("G10", 9.5, 5.6), Kitchen("G25", 13.6, 5.9), Kitchen("G40", 13.5, 7.7)),
)  # fmt: skip
CANTEEN: Final = Sector(
    name="school_canteen", number=2, share=16, pressures_kpa=(LOW_KPA,), shape=_CANTEEN,
    weekend=0.12, holiday=0.0, festival=0.0, day_noise=0.06, slot_noise=0.12, school=True,
    kitchens=(Kitchen("G16", 9.0, 4.8),),
)  # fmt: skip
HOTEL: Final = Sector(
    name="hotel", number=3, share=16, pressures_kpa=(LOW_KPA,), shape=_HOTEL,
    weekend=1.12, holiday=1.3, festival=0.8, day_noise=0.1, slot_noise=0.15,
    kitchens=(Kitchen("G10", 12.2, 2.5), Kitchen("G25", 14.4, 4.9), Kitchen("G40", 11.6, 8.8)),
)  # fmt: skip
HOSPITAL: Final = Sector(
    name="hospital", number=4, share=8, pressures_kpa=(100.0,), shape=_HOSPITAL,
    weekend=0.86, holiday=0.82, festival=0.75, peak_m3h=140, decay=0.45, heating=0.45,
)  # fmt: skip
FOOD: Final = Sector(
    name="food_factory", number=5, share=13, pressures_kpa=(100.0, 200.0),
    shape=_hours((0, 24, 0.06), (5, 23, 0.85), (7, 11, 1.0), (14, 19, 0.97), (12, 13, 0.7)),
    weekend=0.72, holiday=0.4, festival=0.08, peak_m3h=330, decay=0.45, day_noise=0.08, slot_noise=0.1,
)  # fmt: skip
TEXTILE: Final = Sector(
    name="textile", number=6, share=8, pressures_kpa=(200.0,), shape=_STEAM,
    weekend=0.9, holiday=0.45, festival=0.05, peak_m3h=560, decay=0.5, heating=0.1, outages_per_year=4,
)  # fmt: skip
BOILER: Final = Sector(
    name="heating_boiler", number=7, share=9, pressures_kpa=(100.0,), shape=_BOILER,
    weekend=0.92, holiday=0.9, festival=0.9, peak_m3h=420, decay=0.4, heating=0.85,
    day_noise=0.04, slot_noise=0.08,
)  # fmt: skip
CERAMICS: Final = Sector(
    name="ceramics", number=8, share=5, pressures_kpa=(200.0,),
    shape=(0.95, 0.95, 0.96, 0.97, 0.98, 1.0, 1.0, 1.0, 0.99, 0.98, 0.97, 0.96) * 2,
    weekend=1.0, holiday=0.97, festival=0.35, peak_m3h=2100, decay=0.45,
    day_noise=0.03, slot_noise=0.02, outages_per_year=8,
)  # fmt: skip
GLASS: Final = Sector(
    name="glass_furnace", number=9, share=3, pressures_kpa=(400.0,), shape=(1.0,) * 24,
    weekend=1.0, holiday=1.0, festival=0.97, peak_m3h=4200, decay=0.5,
    day_noise=0.012, slot_noise=0.008,
)  # fmt: skip

SECTORS: Final[Mapping[str, Sector]] = {
    sector.name: sector
    for sector in (RESTAURANT, CANTEEN, HOTEL, HOSPITAL, FOOD, TEXTILE, BOILER, CERAMICS, GLASS)
}


def quotas(customers: int, sectors: Mapping[str, Sector] = SECTORS) -> dict[str, int]:
    """Return how many customers each trade has: largest remainders, the same order for every seed."""
    whole = sum(sector.share for sector in sectors.values())
    exact = {name: customers * sector.share / whole for name, sector in sectors.items()}
    counts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in by_remainder[: customers - sum(counts.values())]:
        counts[name] += 1
    return counts
