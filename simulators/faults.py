"""Faults that the city plays while it is live, each made so that it implies one alarm and no other.

The company's own limits of the stations concerned lie at 75, 90, 109 and 114 % of the set point, and
a healthy outlet stays between 97 and 108 %: an excursion to 111.5 % is high and not high-high, one to
117.5 % for a quarter of a minute is high-high and over before it could be high; likewise below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from simulators.city import City
from simulators.days import HOUR_S
from simulators.truth import Alarm

BUFFERED_S: Final = 150.0
"""How long a station's gateway holds its samples back before it sends them in one array."""
SILENT_BEFORE_S: Final = 4 * HOUR_S
REGRESSION_S: Final = 16.0
"""When, after the live part begins, the restored register speaks."""
_LAG_S: Final = 180.0
CERTAINLY_SILENT_S: Final = 25.0
"""When, after the live part begins, silence is certain: whether it is counted from the last reading's time or
from its arrival, which in a run that has just published its past is only seconds ago."""
_SILENT_TRADES: Final = ("food_factory", "textile", "heating_boiler")
_CONTINUOUS_TRADES: Final = ("hospital", "textile", "food_factory", "ceramics", "glass_furnace")


@dataclass(frozen=True, slots=True)
class Script:
    """One fault of one station; times in seconds of a cycle that begins with the live part."""

    rule: str
    begin_s: float
    end_s: float
    outlet_part: float | None = None
    """Outlet pressure as a part of the set point, where the fault moves it."""
    sent_at_s: float | None = None
    """When the samples held back since the beginning of the cycle are sent."""
    slam_shut: bool = False
    bypass: bool = False

    def holds(self, at_s: float) -> bool:
        """Return whether the fault is there at this time of the cycle."""
        return self.begin_s <= at_s < self.end_s

    def held_back(self, at_s: float) -> bool:
        """Return whether a sample of this time of the cycle waits in the gateway."""
        return self.sent_at_s is not None and at_s < self.sent_at_s


_EXCURSIONS: Final = (
    Script("outlet_pressure_low_low", 12, 27, outlet_part=0.70),
    Script("outlet_pressure_high", -BUFFERED_S, 45, outlet_part=1.115, sent_at_s=6),
    Script("regulator_bypass_open", 18, 120, bypass=True),
    Script("outlet_pressure_high_high", 8, 23, outlet_part=1.175),
    Script("outlet_pressure_low", -BUFFERED_S, 50, outlet_part=0.84, sent_at_s=14),
)
# The district is a ring: its other stations hold the pressure when this one shuts.
_SLAM_SHUT: Final = Script("slam_shut_tripped", 10, 90, outlet_part=0.985, slam_shut=True)


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which station plays which fault, whose register falls back, and whose device is not heard any more."""

    begin: float = 0.0
    cycle_s: float = 900.0
    scripts: Mapping[int, Script] = field(default_factory=dict)
    regressing: int | None = None
    silent: int | None = None
    silent_from: float = inf
    silence: tuple[Alarm, ...] = ()
    heard_until: float = -inf
    """When an earlier run ended: what was said until then cannot be held back any more."""

    def cycle_time(self, at: float) -> float:
        """Return the time of the cycle, from the moment its first samples are held back."""
        return (at - self.begin + BUFFERED_S) % self.cycle_s - BUFFERED_S

    def meter_end(self, row: int, end: float) -> float:
        """Return where the readings of a customer end when the span ends here."""
        return min(end, self.silent_from) if row == self.silent else end

    def station_lag_s(self, index: int) -> float:
        """Return how much earlier a station's archive ends: it sends its last minutes itself."""
        return _LAG_S if index in self.scripts else 0.0

    def spared(self) -> frozenset[int]:
        """Return the customers that other mischief must leave alone."""
        return frozenset(row for row in (self.regressing, self.silent) if row is not None)

    def script(self, index: int, at: float) -> Script | None:
        """Return the fault that a station plays in the cycle around an instant."""
        script = self.scripts.get(index)
        if script is None or script.sent_at_s is None:
            return script
        cycle_begins = at - self.cycle_time(at)
        return script if cycle_begins - BUFFERED_S >= self.heard_until else None

    def starting(self, begin: float) -> "FaultPlan":
        """Return the plan with its cycles counted from another beginning of the live part."""
        return replace(self, begin=begin)


NO_FAULTS: Final = FaultPlan()


def plan_faults(city: City, begin: float, *, cycle_s: float, heard_until: float = -inf) -> FaultPlan:
    """Return who plays which fault when the live part begins at this instant."""
    silent = silent_customer(city)
    device = city.customers[silent].meter.device
    return FaultPlan(
        begin=begin,
        cycle_s=cycle_s,
        scripts=_assign(city),
        regressing=_regressing_customer(city, silent),
        silent=silent,
        silent_from=begin - SILENT_BEFORE_S,
        silence=(("device_silent", device),),
        heard_until=heard_until,
    )


def _assign(city: City) -> dict[int, Script]:
    limited = [n for n, station in enumerate(city.stations) if station.limits is not None]
    scripts = dict(zip(limited, _EXCURSIONS, strict=False))
    rings = [
        n
        for n, station in enumerate(city.stations)
        if station.kind == "district" and station.limits is None and not station.two_streams
    ]
    if rings:
        scripts[rings[-1]] = _SLAM_SHUT
    return scripts


def silent_customer(city: City) -> int:
    """Return whose device falls silent: a factory's wired corrector, expected every few seconds."""
    alone = _speaking_alone(city)
    found = _first_of(city, _SILENT_TRADES, alone)
    return alone[0] if found is None else found


def _regressing_customer(city: City, silent: int) -> int | None:
    """Return whose register falls back: one whose gas flows day and night."""
    return _first_of(city, _CONTINUOUS_TRADES, [n for n in _speaking_alone(city) if n != silent])


def fault_customers(city: City) -> frozenset[int]:
    """Return the customers that faults are played with."""
    silent = silent_customer(city)
    return frozenset(row for row in (silent, _regressing_customer(city, silent)) if row is not None)


def _first_of(city: City, trades: Sequence[str], rows: Sequence[int]) -> int | None:
    """Return the first customer of the first of these trades that has any."""
    found = [n for n in rows if city.customers[n].sector.name in trades]
    return min(found, key=lambda n: trades.index(city.customers[n].sector.name), default=None)


def _speaking_alone(city: City) -> Sequence[int]:
    return [n for n, customer in enumerate(city.customers) if customer.meter.gateway is None] or [0]
