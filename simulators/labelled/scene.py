"""Where and when faults and trouble find room: each subject has time to itself around one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, SLOTS
from simulators.labelled.happening import Alarm, Happening, Target
from simulators.labelled.metering import degc_by_day
from simulators.labelled.network import Network
from simulators.labelled.ordinary import after_ordinary, ordinary_at
from simulators.labelled.points import People, Point
from simulators.labelled.span import Booleans, Floats, Span
from simulators.stations import Station

_TRIES: Final = 60
_METER_PEACE_S: Final = 4 * DAY_S
_STATION_PEACE_S: Final = 3 * HOUR_S
_SAME_RULE_PEACE_S: Final = 30 * HOUR_S
_NOTICED_SHARE: Final = 0.02
"""What a zone's daily balance can tell: three standard deviations of meters 0.3 % off."""
_LEARNING_DAYS: Final = 30
"""Ordinary days from which a habit is learnt: every day of the week four times, and two over."""
_LEARNING_SHARE: Final = 0.35
"""Of a short span, as many days: nobody there could ask for more."""
IN_USE: Final = 0.15
"""Of what is burned at the busiest times: a customer that burns more is using gas."""
_IDLE_SHARE: Final = 0.02
"""Of the design flow, as a day's mean: a school on holiday burns less, in term six times as much."""
_MOST: Final = 0.5
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
    learnt: dict[str, list[float]] = field(default_factory=dict)
    """When something begins at each site that is told by habits: they must have been learnt by then."""
    proven: dict[str, list[float]] = field(default_factory=dict)
    """When the standby of each station begins to carry gas: whoever saw that has its proof."""

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
        when: Callable[[Place], bool] = lambda _: True,
    ) -> Place | None:
        """Return a fitting point with room for something, after its habits could be learnt if asked.

        They are learnt from the customer's ordinary days on which nothing else befalls its site; a zone's
        inlet, which is nobody's, learns every day. Nothing takes such days from what begins later.
        What is done `for_good` leaves the point no time for anything else afterwards; `when` says whether
        that point may have it at that time.
        """
        fitting = [p for p in (self.people.billing if points is None else points) if fit(p)]
        for _ in range(_TRIES if fitting else 0):
            point = fitting[int(draw.integers(len(fitting)))]
            room = self._room(lasting_s, draw, self._learnt_at(point) if learnt else self._settled_at)
            if room is None:
                continue
            taken = (room[0], float(self.span.end)) if for_good else room
            place = Place(point, *room)
            fits = when(place) and not self._keeps_from_learning(point, taken)
            if fits and self.take(point.site, taken, peace_s):
                self.learnt.setdefault(point.site, []).extend([place.start] * learnt)
                return place
        return None

    def post(
        self,
        fit: Callable[[Station], bool],
        lasting_s: float,
        draw: np.random.Generator,
        *,
        learnt: bool = False,
        rule: str = "",
        when: Callable[[Post], bool] = lambda _: True,
    ) -> Post | None:
        """Return a fitting station with room for something, at a time when it may have it.

        What one `rule` should find lies further apart: its alarm may come late, and must have gone before
        the next one can come.
        """
        fitting = [s for s in self.people.city.stations if fit(s)]
        for _ in range(_TRIES if fitting else 0):
            station = fitting[int(draw.integers(len(fitting)))]
            known_at = self.span.begin + self._learning_s if learnt else self._settled_at
            room = self._room(lasting_s, draw, known_at)
            if room is None:
                continue
            post, alike = Post(station, *room), f"{station.station} {rule}"
            apart = not rule or self._free(alike, room, _SAME_RULE_PEACE_S)
            if apart and when(post) and self.take(station.station, room, _STATION_PEACE_S):
                self.taken.setdefault(alike, []).append(room)
                return post
        return None

    def _room(
        self, lasting_s: float, draw: np.random.Generator, first: float | None
    ) -> tuple[float, float] | None:
        last = self.span.end - lasting_s - 2 * HOUR_S
        if first is None or last <= first:
            return None
        start = float(np.round(draw.uniform(first, last)))
        return start, start + lasting_s

    @property
    def _settled_at(self) -> float:
        return self.span.begin + 0.1 * (self.span.end - self.span.begin)

    @property
    def _learning_s(self) -> float:
        return min(_LEARNING_DAYS * DAY_S, _LEARNING_SHARE * (self.span.end - self.span.begin))

    def _learnt_at(self, point: Point, *also: tuple[float, float]) -> float | None:
        """Return when a point has had its ordinary days, other things besides taking some of them."""
        ordinary = self.ordinary(point)
        noon = self.span.centres[SLOTS // 2 :: SLOTS]
        for start, end in (*self.taken.get(point.site, ()), *also):
            ordinary = ordinary & ~inside(noon, start, end)
        return after_ordinary(self.span, ordinary, self.span.begin, self._learning_s)

    def _keeps_from_learning(self, point: Point, room: tuple[float, float]) -> bool:
        """Return whether what happens then takes the ordinary days from what begins later at that site."""
        later = min((start for start in self.learnt.get(point.site, ()) if start > room[0]), default=None)
        if later is None:
            return False
        learnt_at = self._learnt_at(point, room)
        return learnt_at is None or learnt_at > later

    def ordinary(self, point: Point) -> Booleans:
        """Return which days are ordinary ones at a metering point."""
        return ordinary_at(self.people, point, self.span)

    def take(self, subject: str, room: tuple[float, float], peace_s: float) -> bool:
        """Take a time of a site, a station or a gateway if it has peace around it; return whether it had."""
        if not self._free(subject, room, peace_s):
            return False
        self.taken.setdefault(subject, []).append(room)
        return True

    def _free(self, subject: str, room: tuple[float, float], peace_s: float) -> bool:
        start, end = room
        busy = self.taken.get(subject, ())
        return not any(start < last + peace_s and first - peace_s < end for first, last in busy)

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

    @cached_property
    def degc_by_day(self) -> Mapping[str, Floats]:
        """What each meter with a corrector feels in peace, the mean temperature of each day."""
        return degc_by_day(self.people, self.peace)

    def in_use(self, point: Point, start: float, end: float, after_h: float = 0.0) -> float | None:
        """Return when a customer has burned so many hours of gas since the start, if ever before the end."""
        load = self.load(point)
        slots = self.span.between(start, end)
        used = np.cumsum(load[slots] > IN_USE * np.quantile(load, 0.95)) * 300 / HOUR_S
        found = np.flatnonzero(used > after_h)
        return None if found.size == 0 else float(self.span.edges[slots.start + found[0] + 1])

    def used(self, place: Place | None, after_h: float = 0.0, later_s: float = 0.0) -> float | None:
        """Return the same for a place, where there is one, from some time after its start."""
        if place is None:
            return None
        return self.in_use(place.point, place.start + later_s, place.end, after_h)

    def usually_burns(self, place: Place) -> bool:
        """Return whether a customer burns on most days, before a time and within it."""
        start, end = (int((at - self.span.begin) // DAY_S) for at in (place.start, place.end))
        by_day = self.load(place.point).reshape(self.span.days, -1).mean(axis=1)
        burning = by_day > _IDLE_SHARE * self.people.of(place.point).design_m3h
        return bool(burning[:start].mean() > _MOST and burning[start:end].mean() > _MOST)

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
