"""The city as it lives: asked for the time, it gives what its devices have published since the last time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import Final

from simulators.city import City
from simulators.faults import CERTAINLY_SILENT_S, NO_FAULTS, REGRESSION_S, FaultPlan
from simulators.meters import NATIVE
from simulators.mischief import Victim, tricks
from simulators.scenario import Scenario
from simulators.seeds import generator
from simulators.station_voice import StationVoice
from simulators.tempo import Life, Tempo
from simulators.timeline import Timeline
from simulators.truth import Publication
from simulators.voices import MeterVoice

_FIRST_TRICK_S: Final = 2.0
_TRICK_STEP_S: Final = 1.25
_GATEWAY_PHASE_S: Final = 3.0
_FIRST_FATES: Final = 2
"""The first message that can be is repeated, and the second late, if the scenario has such."""
_REPEATED_AFTER_S: Final = (0.5, 4.0)
_DELAYED_BY_S: Final = (4.0, 45.0)


@dataclass(order=True, slots=True)
class _Turn:
    """When somebody speaks, what is then published, and how long until the next time (None: never)."""

    at: float
    number: int
    speak: Callable[[float], list[Publication]] = field(compare=False)
    period_s: float | None = field(compare=False, default=None)


class Live:
    """A live city; `begin` is the instant (epoch seconds) at which its history ended."""

    def __init__(
        self,
        city: City,
        scenario: Scenario,
        begin: float,
        *,
        faults: FaultPlan = NO_FAULTS,
        timeline: Timeline | None = None,
    ) -> None:
        self._city = city
        self._scenario = scenario
        self._faults = faults
        self._timeline = timeline or Timeline(city)
        self._tempo = Tempo(ceil(begin), scenario.speed)
        self._meters = MeterVoice(city, self._timeline, self._tempo)
        self._draw = generator(city.seed, "live", "mischief")
        self._turns: list[_Turn] = []
        self._numbers = count()
        self._unimplied = faults.silence
        self._spoilt = 0
        self._played = 0
        self._tricks = tricks(city)
        self._victims = [
            n
            for n, customer in enumerate(city.customers)
            if customer.meter.has_corrector and customer.meter.make == NATIVE and n not in faults.spared()
        ]
        self._seat_everybody()

    @property
    def tempo(self) -> Tempo:
        """When this life began, and how fast it runs."""
        return self._tempo

    def life(self, end: float) -> Life:
        """Return what a later run must know of this life, were it over now."""
        return Life(self._tempo.begin, end, self._tempo.speed, self._meters.lost)

    def due(self, now: float) -> list[Publication]:
        """Return everything published up to now and not returned before, in order of time."""
        published: list[Publication] = []
        while self._turns and self._turns[0].at <= now:
            turn = heappop(self._turns)
            published += turn.speak(turn.at)
            if turn.period_s is not None:
                self._seat(turn.at + turn.period_s, turn.speak, turn.period_s)
        return self._with_silence(published)

    def _with_silence(self, published: list[Publication]) -> list[Publication]:
        """Let the first message after some time imply what it does not say: that somebody else is silent."""
        certain = self._tempo.begin + CERTAINLY_SILENT_S
        place = next((n for n, message in enumerate(published) if message.at >= certain), None)
        if place is not None and self._unimplied:
            message = published[place]
            outcome = replace(message.outcome, alarms=message.outcome.alarms + self._unimplied)
            published[place] = replace(message, outcome=outcome)
            self._unimplied = ()
        return published

    def _seat(
        self, at: float, speak: Callable[[float], list[Publication]], period_s: float | None = None
    ) -> None:
        heappush(self._turns, _Turn(at, next(self._numbers), speak, period_s))

    def _seat_everybody(self) -> None:
        self._seat_stations()
        self._seat_meters()
        begin = self._tempo.begin
        if self._faults.regressing is not None:
            row = self._faults.regressing
            self._seat(begin + REGRESSION_S, lambda at: [self._meters.regress(row, at)])
        if self._scenario.refused_every_s and self._victims:
            for n in range(len(self._tricks)):
                self._seat(begin + _FIRST_TRICK_S + n * _TRICK_STEP_S, self._play)
            last = begin + _FIRST_TRICK_S + len(self._tricks) * _TRICK_STEP_S
            self._seat(last, self._play, self._scenario.refused_every_s)

    def _seat_stations(self) -> None:
        period = self._scenario.station_period_s / self._scenario.speed
        stations = len(self._city.stations)
        for index in range(stations):
            voice = StationVoice(self._city, index, self._timeline, self._tempo, self._faults)
            self._seat(self._tempo.begin + period * index / stations, voice.speak, period)

    def _seat_meters(self) -> None:
        """Spread the meters over their period, neighbours in the list far apart."""
        period = self._scenario.meter_period_s / self._scenario.speed
        alone = [n for n, c in enumerate(self._city.customers) if c.meter.gateway is None]
        for place, row in enumerate(alone):
            if row != self._faults.silent:
                phase = (place * 0.618034) % 1
                self._seat(self._tempo.begin + period * phase, self._reporter(row), period)
        every = self._scenario.gateway_period_s / self._scenario.speed
        for n, gateway in enumerate(self._city.gateways):
            phase = min(_GATEWAY_PHASE_S * (n + 1), every)
            self._seat(self._tempo.begin + phase, self._collector(gateway), every)

    def _reporter(self, row: int) -> Callable[[float], list[Publication]]:
        return lambda at: self._spoil(self._meters.reading(row, at), at, row)

    def _collector(self, gateway: str) -> Callable[[float], list[Publication]]:
        return lambda at: self._spoil(self._meters.batch(gateway, at), at)

    def _spoil(self, publication: Publication, at: float, row: int | None = None) -> list[Publication]:
        """Send a message at once, or twice, or late."""
        if row is not None and (row in self._faults.spared() or not self._meters.tells_time(row)):
            return [publication]
        twice = self._scenario.repeat_share
        late = twice + self._scenario.delay_share
        fate = float(self._draw.random())
        if self._spoilt < _FIRST_FATES:
            fate = 0.0 if self._spoilt == 0 else twice
            self._spoilt += 1
        wait = float(self._draw.random())
        if fate < twice:
            return self._twice(publication, at, wait)
        return self._late(publication, at, wait) if fate < late else [publication]

    def _late(self, publication: Publication, at: float, wait: float) -> list[Publication]:
        least, most = _DELAYED_BY_S
        self._seat(at + least + wait * (most - least), lambda then: [replace(publication, at=then)])
        return []

    def _twice(self, publication: Publication, at: float, wait: float) -> list[Publication]:
        again = replace(publication, outcome=publication.outcome.repeated())
        least, most = _REPEATED_AFTER_S
        self._seat(at + least + wait * (most - least), lambda then: [replace(again, at=then)])
        return [publication]

    def _play(self, at: float) -> list[Publication]:
        """Play each trick once, then any of them."""
        row = self._victims[int(self._draw.integers(len(self._victims)))]
        number = int(self._draw.integers(len(self._tricks)))
        trick = self._tricks[self._played if self._played < len(self._tricks) else number]
        self._played += 1
        return [trick(Victim(self._city, self._meters, row, at))]
