"""The pipes: what flows through each station, at which pressure, and what arrives at each meter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from simulators.days import HOUR_S, SLOT_S, UTC_OFFSET_S
from simulators.gas import BASE_K, BASE_KPA, ZERO_DEGC_K
from simulators.labelled.happening import Loss, StationEffect
from simulators.labelled.loads import autoregression
from simulators.labelled.points import LOW_KPA, People, Point
from simulators.labelled.span import Booleans, Floats, Span, interpolated
from simulators.network import ZONE_ATMOSPHERE_KPA
from simulators.seeds import generator
from simulators.stations import LITTLE_FLOW, Station, inlet_kpa, load, outlet_kpa

EXPONENT: Final = 1.82
_SWING: Final = 0.1
"""Slow swing of a healthy outlet, one standard deviation as a part of the accuracy class."""
_SWING_PERSISTENCE: Final = 0.97
PIPE_M3_PER_M3H: Final = 0.12
"""Geometric volume of a zone's mains beside the base flow it was laid for."""


@dataclass
class Network:
    """Flows and pressures of the stations by slot, once everybody's load is known."""

    people: People
    span: Span
    burned: Floats
    """By customer and slot, m³/h at base conditions, whether it went through the meter or not."""
    losses: Sequence[Loss] = ()
    effects: Mapping[str, Sequence[StationEffect]] = field(default_factory=dict)

    @property
    def stations(self) -> tuple[Station, ...]:
        """The city's stations."""
        return self.people.city.stations

    @cached_property
    def index(self) -> dict[str, int]:
        """Row of each station."""
        return {station.station: n for n, station in enumerate(self.stations)}

    @cached_property
    def flow(self) -> Floats:
        """Base flow through each station: what it supplies, what leaks behind it, and its districts."""
        flow = np.zeros((len(self.stations), self.span.slots))
        np.add.at(flow, self.people.city.supplied_by, self.burned)
        for loss in self.losses:
            flow[self.index[loss.station]] += loss.flow_m3h
        direct = flow.copy()
        for station, gate in self.people.city.gates.items():
            flow[gate] += direct[station]
        return flow

    @cached_property
    def _swings(self) -> Floats:
        seed = self.people.city.seed
        slots, draws = self.span.slots, [generator(seed, "swing", s.station) for s in self.stations]
        swings: Floats = np.array([autoregression(draw, slots, _SWING_PERSISTENCE) for draw in draws])
        clipped: Floats = swings.clip(-2.5, 2.5)
        return clipped

    @cached_property
    def outlet(self) -> Floats:
        """Outlet pressure of each station, kPa gauge."""
        return np.array([self.outlet_at(n, self.span.centres) for n in range(len(self.stations))])

    def flow_at(self, station: int, at: Floats) -> Floats:
        """Return the base flow through a station at some instants."""
        return interpolated(at, self.span.centres, self.flow[station])

    def outlet_at(self, number: int, at: Floats, *, brief: bool = False) -> Floats:
        """Return the outlet pressure at some instants, of what is too quick for the slots too if `brief`."""
        station, flow = self.stations[number], self.flow_at(number, at)
        part = load(station, flow)
        swing = np.interp(at, self.span.centres, self._swings[number])
        steady = outlet_kpa(station, flow)
        kpa: Floats = steady + station.set_kpa * station.accuracy_pct / 100 * _SWING * swing
        for effect in self.effects.get(station.station, ()):
            if effect.outlet is not None and (brief or not effect.brief):
                kpa = effect.outlet(at, kpa, part)
        return kpa

    def inlet_at(self, number: int, at: Floats) -> Floats:
        """Return the inlet pressure at some instants: a district's follows its gate's outlet."""
        station, flow = self.stations[number], self.flow_at(number, at)
        kpa = inlet_kpa(station, flow, (at + UTC_OFFSET_S) / HOUR_S % 24)
        if station.gate is not None:
            gate = self.index[station.gate]
            level = np.interp(at, self.span.centres, self.outlet[gate]) / self.stations[gate].set_kpa
            kpa = kpa * level
        for effect in self.effects.get(station.station, ()):
            if effect.inlet is not None:
                kpa = effect.inlet(at, kpa, load(station, flow))
        return kpa

    def line_kpa(self, point: Point, flow_m3h: Floats) -> Floats:
        """Return the absolute pressure at a meter.

        Parameters
        ----------
        point
            The metering point; its `k` is that of the pipe between station and meter.
        flow_m3h
            Base flow through the pipe by slot, m³/h: through the meter and around it.

        Returns
        -------
        Floats
            Absolute pressure by slot, kPa; never below the atmosphere.

        Notes
        -----
        p1² - p2² = k · Q^1.82, for mains of medium pressure and, with p1 + p2 nearly constant, for low.

        References
        ----------
        .. [1] The usual engineering formula of gas mains; its exponent is that of smooth turbulent flow.
        """
        upstream = self.outlet[self.index[point.meter.station]] + point.meter.atmospheric_kpa
        floor = point.meter.atmospheric_kpa
        kpa: Floats = np.sqrt(np.maximum(upstream**2 - point.k * flow_m3h**EXPONENT, floor**2))
        return kpa

    def line_pack_m3(self, zone: str, pipe_m3: float) -> Floats:
        """Return the gas in a zone's mains by slot.

        Parameters
        ----------
        zone
            The zone; the mean of its stations above low pressure stands for its mains.
        pipe_m3
            Geometric volume of the mains, m³.

        Returns
        -------
        Floats
            Volume at base conditions by slot, m³.

        Notes
        -----
        LP = V · p/pb · Tb/T at the means of p and T, with Z taken as 1: only its change is wanted.

        References
        ----------
        .. [1] The gas law; the usual engineering formula of line pack.
        """
        rows = [n for n, s in enumerate(self.stations) if s.zone == zone and s.set_kpa > LOW_KPA]
        if not rows:
            return np.zeros(self.span.slots)
        weather = self.people.city.weather
        mean_kpa = self.outlet[rows].mean(axis=0) + ZONE_ATMOSPHERE_KPA[zone]
        days = range(self.span.first_day, self.span.first_day + self.span.days + 1)
        noon = np.arange(len(days)) * 86_400.0 + self.span.begin
        kelvin = np.interp(self.span.centres, noon, [weather.ground_degc(d) + ZERO_DEGC_K for d in days])
        pack: Floats = pipe_m3 * mean_kpa / BASE_KPA * BASE_K / kelvin
        return pack

    def zone_inflow(self, zone: str, pipe_m3: float) -> Floats:
        """Return what flows into a zone by slot (m³/h, base): its customers, its losses, its line pack."""
        members = [n for n, c in enumerate(self.people.city.customers) if c.meter.zone == zone]
        pack = self.line_pack_m3(zone, pipe_m3)
        inflow: Floats = self.burned[members].sum(axis=0) + np.gradient(pack) * (HOUR_S / SLOT_S)
        for loss in self.losses:
            if loss.zone == zone:
                inflow = inflow + loss.flow_m3h
        return inflow


def pipe_m3(people: People, zone: str) -> float:
    """Return the geometric volume of a zone's mains."""
    design = sum(c.design_m3h for c in people.city.customers if c.meter.zone == zone)
    return round(design * PIPE_M3_PER_M3H, 0)


def locked_up(station: Station, flow_m3h: Floats) -> Booleans:
    """Return where so little flows that the regulator locks up."""
    return flow_m3h < LITTLE_FLOW * station.capacity_m3h
