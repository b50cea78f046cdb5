"""Geometry of a bullet bar: where a pressure lies among its limits, in per cent of the bar."""

from dataclasses import dataclass
from typing import Final

from api.schemas.stations import PressureLimits

_MARGIN: Final = 0.1
_LEAST_KPA: Final = 0.01
"""A bar is at least so wide: no sensor tells less apart, and a bar of no width has no places."""


@dataclass(frozen=True)
class Tick:
    """A limit drawn on the bar."""

    name: str
    kpa: float
    at: float


@dataclass(frozen=True)
class Bullet:
    """A bar: the band that is normal, the limits, the set point and the value; places in per cent."""

    band_from: float
    band_to: float
    ticks: tuple[Tick, ...]
    set_at: float | None
    value_at: float | None


def bullet(value_kpa: float | None, set_kpa: float | None, limits: PressureLimits | None) -> Bullet | None:
    """Return the bar of a pressure; None where there is nothing to draw it against."""
    named = [] if limits is None else _named(limits)
    bounds = [kpa for _, kpa in named] + ([set_kpa] if set_kpa is not None else [])
    if not bounds:
        return None
    low, high = min(bounds), max(bounds)
    margin = max(_MARGIN * ((high - low) or abs(high)), _LEAST_KPA)
    low, high = low - margin, high + margin

    def place(kpa: float) -> float:
        return round(100 * min(1.0, max(0.0, (kpa - low) / (high - low))), 2)

    low_limit = limits.low_kpa if limits else None
    high_limit = limits.high_kpa if limits else None
    return Bullet(
        band_from=0.0 if low_limit is None else place(low_limit),
        band_to=100.0 if high_limit is None else place(high_limit),
        ticks=tuple(Tick(name, kpa, place(kpa)) for name, kpa in named),
        set_at=None if set_kpa is None else place(set_kpa),
        value_at=None if value_kpa is None else place(value_kpa),
    )


def _named(limits: PressureLimits) -> list[tuple[str, float]]:
    found = {
        "low_low": limits.low_low_kpa,
        "low_limit": limits.low_kpa,
        "high_limit": limits.high_kpa,
        "high_high": limits.high_high_kpa,
    }
    return [(name, kpa) for name, kpa in found.items() if kpa is not None]
