"""Regulator stations: what they are, and how their pressures answer to the flow through them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LITTLE_FLOW: Final = 0.004
"""Below this part of the capacity a station's flow meter shows zero and the regulator locks up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The company's own alarm limits, kPa gauge."""

    low_low_kpa: float
    low_kpa: float
    high_kpa: float
    high_high_kpa: float


@dataclass(frozen=True, slots=True)
class Station:
    """One regulator station; pressures in kPa gauge, capacity in m³/h at base conditions."""

    station: str
    zone: str
    name: str
    kind: str
    set_kpa: float
    inlet_kpa: float
    accuracy_pct: float
    lockup_pct: float
    opso_kpa: float
    upso_kpa: float
    gate: str | None
    two_streams: bool
    has_flow: bool
    capacity_m3h: float
    limits: Limits | None
    latitude: float
    longitude: float


def load(station: Station, flow_m3h: Floats) -> Floats:
    """Return the flow as a part of the capacity; zero where the station's meter shows none."""
    part = np.clip(flow_m3h / station.capacity_m3h, 0, 1)
    return np.where(part < LITTLE_FLOW, 0.0, part)


def outlet_kpa(station: Station, flow_m3h: Floats) -> Floats:
    """Return the pressure: above the set point at little flow, below at much, locked up at none."""
    part = load(station, flow_m3h)
    droop = station.accuracy_pct / 100 * (0.45 - 0.9 * part**0.8)
    lockup = 0.7 * station.lockup_pct / 100
    return station.set_kpa * (1 + np.where(part == 0, lockup, droop))


def inlet_kpa(station: Station, flow_m3h: Floats, hour: Floats) -> Floats:
    """Return the pressure before the station: lower under load and in the city's busy hours."""
    busy = 0.012 * np.cos(2 * np.pi * (hour - 4) / 24) + 0.006 * np.cos(4 * np.pi * (hour - 3) / 24)
    return station.inlet_kpa * (1 + busy - 0.03 * load(station, flow_m3h) ** 2)


def filter_kpa(station: Station, flow_m3h: Floats) -> Floats:
    """Return the filter's differential pressure, which grows with the square of the flow."""
    return 0.2 + 4.5 * load(station, flow_m3h) ** 2


def outlet_noise_kpa(station: Station) -> float:
    """Return the standard deviation of the outlet pressure about its controlled value."""
    return float(0.0006 * station.set_kpa * station.accuracy_pct**0.5 + 0.003)
