"""What befalls a city, fault or not: where, when, how large, what it does, and what it should raise."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TypeAlias

from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.span import Floats

Row: TypeAlias = dict[str, object]
Tables: TypeAlias = dict[str, list[Row]]
SampleColumns: TypeAlias = MutableMapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Target:
    """What an alarm is about."""

    kind: str
    id: str


Alarm: TypeAlias = tuple[str, Target]
"""A rule and its target."""


@dataclass(frozen=True, slots=True)
class MeterEffect:
    """Something done to one meter's run at one stage."""

    meter: str
    stage: Stage
    act: Callable[[MeterRun], None]


@dataclass(frozen=True, slots=True)
class StationEffect:
    """Something done to a station's pressures at any instants, or to its samples (`said`).

    `outlet` and `inlet` get instants, pressure (kPa gauge) and load (0 to 1), and return the pressure;
    `said` gets instants and columns by stream ("" for the station's own).
    """

    station: str
    outlet: Callable[[Floats, Floats, Floats], Floats] | None = None
    inlet: Callable[[Floats, Floats, Floats], Floats] | None = None
    said: Callable[[Floats, Mapping[str, SampleColumns]], None] | None = None
    brief: bool = False
    """Too quick for the slots: only the samples show it."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Gas that leaves the network of a zone through no meter: m³/h at base conditions by slot."""

    zone: str
    station: str
    flow_m3h: Floats


@dataclass(frozen=True, slots=True)
class Event:
    """Something a device says has begun, ended or happened."""

    device: str
    at: float
    code: str
    state: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One fault (its kind is a rule), or one piece of ordinary trouble (`raises` is empty)."""

    kind: str
    target: Target
    start: float
    end: float
    raises: tuple[Alarm, ...] = ()
    also: tuple[Alarm, ...] = ()
    """Alarms that may lawfully ring as well; for ordinary trouble, those that may ring at all."""
    size: float = 0.0
    unit: str = ""
    shape: str = "step"
    strength: float | None = None
    """Size beside the smallest one that the physics could tell from noise."""
    detectable_from: float | None = None
    note: str = ""
    meters: tuple[MeterEffect, ...] = ()
    stations: tuple[StationEffect, ...] = ()
    losses: tuple[Loss, ...] = ()
    edits: tuple[Callable[[Tables], None], ...] = ()
    events: tuple[Event, ...] = ()
    jobs: tuple[Row, ...] = ()
    unmetered: str | None = None
    """The meter around which gas flows."""
    settled: Mapping[str, float] | None = None
    """Start, end and detectable_from where the city's course decides them, and size and strength if it does.

    Empty: it did not come about.
    """
