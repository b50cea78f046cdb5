"""A run of the city against a broker: its past first, then its life in real time, counted as it goes out."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from threading import Event
from typing import Final, Literal, TypeAlias

from simulators.city import City
from simulators.faults import NO_FAULTS, FaultPlan, plan_faults
from simulators.history import expected_elements, history
from simulators.live import Live
from simulators.publisher import Publisher, parse_broker
from simulators.registry import write_registry
from simulators.scenario import Scenario, city_of, expected_of_silent_s, opening
from simulators.tempo import Life
from simulators.timeline import Timeline
from simulators.truth import Injected, Truth

log = logging.getLogger(__name__)

Stage: TypeAlias = Literal["history", "live", "done"]

_TICK_S: Final = 0.1
_UP_TO_DATE_S: Final = 30.0
"""History is brought forward until it ends less than this before the present."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, in elements; `total` is an estimate and 0 where there is none."""

    stage: Stage
    published: int
    total: int
    life: Life | None = None
    """What a later run must know of this one, once it lives."""


Listener: TypeAlias = Callable[[Progress], None]


def simulate(
    broker_url: str,
    scenario: Scenario,
    seed: int,
    for_seconds: float | None = None,
    registry_dir: Path | None = None,
    *,
    begin: int | None = None,
    since: float | None = None,
    lives: Sequence[Life] = (),
    progress: Listener | None = None,
    stop: Event | None = None,
) -> Injected:
    """Publish a city to a broker and return what was injected, everything acknowledged.

    The past is published from `begin`, the local midnight at which the registers open (by default the
    scenario's days of history before today), or from `since` when an earlier run has published what lies
    before, in which the city has lived these `lives`. Then the city lives for `for_seconds` (for ever when
    None), counted from the end of the past; nothing is published after that. `stop` ends the run early
    and cleanly. The registry is written first.
    """
    started = time.time()
    city = city_of(scenario, seed, opening(scenario, started) if begin is None else begin)
    if registry_dir is not None:
        write_registry(city, registry_dir, silent_interval_s=expected_of_silent_s(scenario))
    faults = _plan(city, scenario, started, since) if scenario.faults else NO_FAULTS
    stop = stop or Event()
    with Publisher(parse_broker(broker_url), client_id=f"citygas-simulator-{seed}") as publisher:
        timeline = Timeline(city, lives)
        run = _Run(city, scenario, faults, timeline, publisher, stop, progress or (lambda _progress: None))
        run.past(city.begin if since is None else since)
        run.live(for_seconds)
        publisher.drain()
    return run.finished()


def _plan(city: City, scenario: Scenario, started: float, since: float | None) -> FaultPlan:
    heard_until = -inf if since is None else since
    return plan_faults(city, started, cycle_s=scenario.fault_cycle_s, heard_until=heard_until)


class _Run:
    """One run in progress."""

    def __init__(
        self,
        city: City,
        scenario: Scenario,
        faults: FaultPlan,
        timeline: Timeline,
        publisher: Publisher,
        stop: Event,
        listener: Listener,
    ) -> None:
        self._city = city
        self._scenario = scenario
        self._faults = faults
        self._publisher = publisher
        self._stop = stop
        self._listener = listener
        self._timeline = timeline
        self._truth = Truth()

    def past(self, begin: float) -> None:
        """Publish what has been measured since `begin`, and then what was measured meanwhile."""
        end = time.time()
        total = expected_elements(self._city, begin, end)
        while end > begin and not self._stop.is_set():
            self._publish_past(begin, end, total)
            self._publisher.drain()
            begin = end
            end = time.time() if time.time() - begin > _UP_TO_DATE_S else begin

    def _publish_past(self, begin: float, end: float, total: int) -> None:
        pace = _Pace(self._scenario.max_elements_per_s, self._stop)
        for publication in history(self._city, begin, end, faults=self._faults, timeline=self._timeline):
            if self._stop.is_set():
                return
            self._publisher.publish(publication)
            self._truth.count(publication)
            pace.wait(publication.outcome.committed)
            self._listener(Progress("history", self._truth.injected().received, total))

    def live(self, for_seconds: float | None) -> None:
        """Let the city live in real time."""
        begin = time.time()
        city = Live(
            self._city, self._scenario, begin, faults=self._faults.starting(begin), timeline=self._timeline
        )
        end = inf if for_seconds is None else begin + for_seconds
        while not self._stop.is_set():
            now = time.time()
            for publication in city.due(min(now, end)):
                self._publisher.publish(publication)
                self._truth.count(publication)
            self._listener(Progress("live", self._truth.injected().received, 0, city.life(now)))
            if now >= end:
                return
            self._stop.wait(min(_TICK_S, end - now))

    def finished(self) -> Injected:
        """Return the totals of the run."""
        injected = self._truth.injected()
        self._listener(Progress("done", injected.received, injected.received))
        log.info("simulation done received=%d committed=%d", injected.received, injected.committed)
        return injected


class _Pace:
    """Keeps a mean rate of elements by waiting after each message."""

    def __init__(self, per_second: float, stop: Event) -> None:
        self._per_second = per_second
        self._stop = stop
        self._begin = time.monotonic()
        self._elements = 0

    def wait(self, elements: int) -> None:
        self._elements += elements
        if self._per_second:
            self._stop.wait(max(0.0, self._begin + self._elements / self._per_second - time.monotonic()))
