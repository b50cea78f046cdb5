"""What a regulator station says while the city is live, healthy or playing its fault."""

from typing import Final

import numpy as np

from simulators.city import City
from simulators.days import local_day
from simulators.encoders import native
from simulators.encoders.native import Element
from simulators.faults import BUFFERED_S, FaultPlan, Script
from simulators.pressures import disturbed, samples
from simulators.seeds import generator
from simulators.tempo import Tempo
from simulators.timeline import Timeline
from simulators.truth import Alarm, Outcome, Publication

_HELD_STEP_S: Final = 5.0
"""How far apart the samples are that a gateway keeps while it holds them back."""


class StationVoice:
    """One station's samples and events."""

    def __init__(self, city: City, index: int, timeline: Timeline, tempo: Tempo, faults: FaultPlan) -> None:
        self._city = city
        self._index = index
        self._station = city.stations[index]
        self._timeline = timeline
        self._tempo = tempo
        self._faults = faults
        self._draw = generator(city.seed, "live", self._station.station)
        self._held: list[Element] = []
        self._held_until = float("-inf")
        self._switched = False
        self._hold_the_past()

    def speak(self, at: float) -> list[Publication]:
        """Return what the station publishes at an instant: a sample, an array of them, or nothing yet."""
        script = self._faults.script(self._index, at)
        moment = self._faults.cycle_time(at)
        if script is not None and script.held_back(moment):
            self._hold(at)
            return []
        waiting, self._held = self._held, []
        alarms = self._implied(script, moment)
        sample = self._publish([*waiting, self._sample(at)], at, alarms)
        return [sample, *self._events(script, at, moment, alarms)]

    def _hold_the_past(self) -> None:
        """Fill the gateway with the samples it held back just before the live part began."""
        begin = self._tempo.begin
        for at in np.arange(begin - BUFFERED_S, begin, _HELD_STEP_S):
            script = self._faults.script(self._index, float(at))
            if script is not None and script.held_back(self._faults.cycle_time(float(at))):
                self._hold(float(at))

    def _hold(self, at: float) -> None:
        if at >= self._held_until + _HELD_STEP_S:
            self._held.append(self._sample(at))
            self._held_until = at

    def _sample(self, at: float) -> Element:
        stamp = np.array([self._tempo.stamp(at)])
        load_time = np.array([self._tempo.load_time(at)])
        flow = self._timeline.station_flow_m3h(self._index, load_time)
        ground = self._city.weather.ground_degc(local_day(float(load_time[0])))
        script = self._faults.script(self._index, at)
        if script is not None and script.holds(self._faults.cycle_time(at)):
            return disturbed(self._station, float(stamp[0]), float(flow[0]), script, ground, self._draw)
        return samples(self._station, stamp, flow, ground, self._draw)[0]

    def _publish(self, elements: list[Element], at: float, alarms: tuple[Alarm, ...] = ()) -> Publication:
        topic = native.topic(self._station.zone, self._station.station, "pressure")
        outcome = Outcome(committed=len(elements), alarms=alarms)
        return Publication(topic, native.payload(elements), at, outcome)

    def _implied(self, script: Script | None, moment: float) -> tuple[Alarm, ...]:
        return ((script.rule, self._station.station),) if script and script.holds(moment) else ()

    def _events(
        self, script: Script | None, at: float, moment: float, alarms: tuple[Alarm, ...]
    ) -> list[Publication]:
        """Return the event of a slam-shut or a bypass valve that has just moved."""
        if (
            script is None
            or not (script.slam_shut or script.bypass)
            or script.holds(moment) == self._switched
        ):
            return []
        self._switched = not self._switched
        element: Element = {
            "measured_at": native.times(np.array([self._tempo.stamp(at)]), "local")[0],
            "code": "slam_shut" if script.slam_shut else "bypass_valve",
            "state": "on" if self._switched else "off",
        }
        topic = native.topic(self._station.zone, self._station.station, "event")
        return [Publication(topic, native.payload([element]), at, Outcome(committed=1, alarms=alarms))]
