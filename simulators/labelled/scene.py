"""Where and when faults and trouble find room: each subject has time to itself around one of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.happening import Alarm, Happening, Target
from simulators.labelled.network import Network
from simulators.labelled.points import People, Point
from simulators.labelled.span import Booleans, Floats, Span
from simulators.stations import Station

_TRIES: Final = 60
_METER_PEACE_S: Final = 4 * DAY_S
_STATION_PEACE_S: Final = 3 * HOUR_S
_NOTICED_SHARE: Final = 0.02
"""What a zone's daily balance can tell: three standard deviations of meters 0.3 % off."""
_LEARNING_DAYS: Final = 30
_LEARNING_SHARE: Final = 0.35
_IN_USE: Final = 0.15
_LEAST_STRENGTH: Final = 1.1
_GREATEST_STRENGTH: Final = 6.0


@dataclass(frozen=True, slots=True)
class Place:
    """A metering point with a time of its own."""

    point: Point
    start: float
    end: float

    @property
    def target(self) -> Target:
        """The meter as an alarm's target."""
        return Target("meter", self.point.name)

    @property
    def name(self) -> str:
        """The meter's name."""
        return self.point.name


@dataclass(frozen=True, slots=True)
class Post:
    """A station with a time of its own."""

    station: Station
    start: float
    end: float

    @property
    def target(self) -> Target:
        """The station as an alarm's target."""
        return Target("station", self.station.station)

    @property
    def name(self) -> str:
        """The station's name."""
        return self.station.station


@dataclass
class Scene:
    """The city in peace, and what of its time is taken."""

    people: People
    span: Span
    peace: Network
    """Flows and pressures before anything has happened."""
    periods_s: Sequence[int]
    """How often each station samples."""
    taken: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    exchanged: set[str] = field(default_factory=set)
    """Meters that are exchanged at some time."""
    overdue: set[tuple[str, str]] = field(default_factory=set)
    """Rules and targets whose date passes: records hold one date of each."""

    def place(
        self,
        fit: Callable[[Point], bool],
        lasting_s: float,
        draw: np.random.Generator,
        *,
        learnt: bool = False,
        points: Sequence[Point] | None = None,
        peace_s: float = _METER_PEACE_S,
        for_good: bool = False,
    ) -> Place | None:
        """Return a fitting point with room for something, after its habits could be learnt if asked.

        What is done `for_good` leaves the point no time for anything else afterwards.
        """
        fitting = [p for p in (self.people.billing if points is None else points) if fit(p)]
        for _ in range(_TRIES if fitting else 0):
            point = fitting[int(draw.integers(len(fitting)))]
            room = self._room(lasting_s, draw, learnt=learnt)
            if room is None:
                continue
            taken = (room[0], float(self.span.end)) if for_good else room
            if self._take(point.site, taken, peace_s):
                return Place(point, *room)
        return None

    def post(
        self,
        fit: Callable[[Station], bool],
        lasting_s: float,
        draw: np.random.Generator,
        *,
        learnt: bool = False,
    ) -> Post | None:
        """Return a fitting station with room for something."""
        fitting = [s for s in self.people.city.stations if fit(s)]
        for _ in range(_TRIES if fitting else 0):
            station = fitting[int(draw.integers(len(fitting)))]
            room = self._room(lasting_s, draw, learnt=learnt)
            if room is not None and self._take(station.station, room, _STATION_PEACE_S):
                return Post(station, *room)
        return None

    def _room(
        self, lasting_s: float, draw: np.random.Generator, *, learnt: bool
    ) -> tuple[float, float] | None:
        most = self.span.end - self.span.begin
        learning = min(_LEARNING_DAYS * DAY_S, _LEARNING_SHARE * most) if learnt else 0.1 * most
        first, last = self.span.begin + learning, self.span.end - lasting_s - 2 * HOUR_S
        if last <= first:
            return None
        start = float(np.round(draw.uniform(first, last)))
        return start, start + lasting_s

    def _take(self, subject: str, room: tuple[float, float], peace_s: float) -> bool:
        start, end = room
        busy = self.taken.setdefault(subject, [])
        if any(start < last + peace_s and first - peace_s < end for first, last in busy):
            return False
        busy.append(room)
        return True

    def unsettle(self, happenings: Iterable[Happening]) -> None:
        """Take the time of the zones that may miss as much gas as a main's leak would be told by."""
        inlets = {point.meter.zone: point.site for point in self.people.points if point.role == "zone_inlet"}
        for happening in happenings:
            zones = {target.id for rule, target in happening.also if rule == "zone_imbalance"}
            for zone in zones:
                if happening.losses or self._share(happening, zone) > _NOTICED_SHARE:
                    self.taken.setdefault(inlets[zone], []).append((happening.start, happening.end))

    def _share(self, happening: Happening, zone: str) -> float:
        """Return what part of a zone's gas the meters burn to which something happens."""
        names = {effect.meter for effect in happening.meters}
        members = [point for point in self.people.billing if point.meter.zone == zone]
        burned = {point.name: float(self.load(point).sum()) for point in members}
        return sum(burned[point.name] for point in members if point.name in names) / sum(burned.values())

    def period_s(self, station: Station) -> int:
        """Return how often a station samples."""
        return self.periods_s[self.peace.index[station.station]]

    def load(self, point: Point) -> Floats:
        """Return what a customer burns in peace, m³/h at base conditions by slot."""
        if point.customer is None:
            raise ValueError(f"{point.name} is nobody's")
        load: Floats = self.peace.burned[point.customer]
        return load

    def in_use(self, point: Point, start: float, end: float, after_h: float = 0.0) -> float | None:
        """Return when a customer has burned so many hours of gas since the start, if ever before the end."""
        load = self.load(point)
        slots = self.span.between(start, end)
        used = np.cumsum(load[slots] > _IN_USE * np.quantile(load, 0.95)) * 300 / HOUR_S
        found = np.flatnonzero(used > after_h)
        return None if found.size == 0 else float(self.span.edges[slots.start + found[0] + 1])

    def used(self, place: Place | None, after_h: float = 0.0, later_s: float = 0.0) -> float | None:
        """Return the same for a place, where there is one, from some time after its start."""
        if place is None:
            return None
        return self.in_use(place.point, place.start + later_s, place.end, after_h)

    def zone_alarm(self, point: Point) -> Alarm:
        """Return the alarm of a zone that notices what one of its meters misses."""
        return ("zone_imbalance", Target("zone", point.meter.zone))

    def starved(self, station: Station) -> tuple[Alarm, ...]:
        """Return what the meters of a station may lawfully raise when it gives them no gas."""
        rules = ("consumption_swing", "register_stuck", "bypass_suspected")
        return tuple(
            (rule, Target("meter", point.name))
            for point in self.people.points
            if point.meter.station == station.station and point.customer is not None
            for rule in rules
        )


def blamed(rule: str, at: Place | Post) -> Happening:
    """Return a fault that this rule should find in this place, as yet without size or effect."""
    return Happening(kind=rule, target=at.target, start=at.start, end=at.end, raises=((rule, at.target),))


def strength(draw: np.random.Generator) -> float:
    """Return a size as a multiple of the least that can be told: from borderline to plain to see."""
    return float(np.exp(draw.uniform(np.log(_LEAST_STRENGTH), np.log(_GREATEST_STRENGTH))))


def ramp(at: Floats, start: float, end: float) -> Floats:
    """Return 0 before the start, 1 after the end, and a straight line between."""
    part: Floats = np.clip((at - start) / max(end - start, 1.0), 0.0, 1.0)
    return part


def inside(at: Floats, start: float, end: float) -> Booleans:
    """Return which instants lie in a time."""
    return (at >= start) & (at < end)
