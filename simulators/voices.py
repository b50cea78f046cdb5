"""What the meters say while the city is live, themselves or through gateways, continuing their history."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.city import City
from simulators.days import DAY_S
from simulators.encoders import native
from simulators.encoders.native import Element
from simulators.makes import MAKES
from simulators.readings import readings
from simulators.seeds import generator
from simulators.tempo import Tempo
from simulators.timeline import MeterState, Timeline
from simulators.truth import Outcome, Publication

_LEAST_FALL_M3: Final = 5.0


class MeterVoice:
    """Readings of the city's meters."""

    def __init__(self, city: City, timeline: Timeline, tempo: Tempo) -> None:
        self._city = city
        self._timeline = timeline
        self._tempo = tempo
        self._draw = generator(city.seed, "live", "readings")
        self._openings: dict[int, tuple[float, float]] = {}
        """Volume and base volume when the live part began, by customer."""
        self._spoke: dict[int, float] = {}
        """When a customer's device spoke last."""
        self._lost: dict[int, tuple[float, float]] = {}
        """What a customer's registers have fallen back by."""

    def element(self, row: int, at: float) -> Element:
        """Return what a customer's device says at an instant."""
        stamp = np.array([self._tempo.stamp(at)])
        meter = self._city.customers[row].meter
        element = readings(meter, stamp, self._state(row, float(stamp[0])), self._draw)[0]
        # Two readings of one instant are two messages: only a repetition may have equal content.
        again = self._spoke.get(row) == stamp[0]
        self._spoke[row] = float(stamp[0])
        return {**element, "seq": int(str(element["seq"])) + 1} if again else element

    def reading(self, row: int, at: float) -> Publication:
        """Return a customer's reading as its device publishes it."""
        meter = self._city.customers[row].meter
        element = self.element(row, at)
        make = MAKES.get(meter.make)
        if make is None:
            topic = native.topic(meter.zone, meter.device, "reading")
            payload = native.payload([element])
        else:
            topic, payload = make.say(meter, element, self._tempo.stamp(at))
        return Publication(topic, payload, at, Outcome(committed=1))

    def tells_time(self, row: int) -> bool:
        """Return whether a customer's device says when it measured."""
        make = MAKES.get(self._city.customers[row].meter.make)
        return make is None or make.tells_time

    def regress(self, row: int, at: float) -> Publication:
        """Let a register fall back by what the last day added, as after a loss of power, and report it."""
        meter = self._city.customers[row].meter
        volume, base_volume = self._volumes(row, at)
        earlier, base_earlier = self._volumes(row, at - DAY_S / self._tempo.speed)
        self._lost[row] = (
            max(_LEAST_FALL_M3, volume - earlier),
            max(_LEAST_FALL_M3, base_volume - base_earlier),
        )
        element = {**self.element(row, at), "flags": ["data_restored"]}
        topic = native.topic(meter.zone, meter.device, "reading")
        outcome = Outcome(committed=1, alarms=(("register_regression", meter.meter),))
        return Publication(topic, native.payload([element]), at, outcome)

    @property
    def lost(self) -> tuple[int, float, float] | None:
        """Whose registers have fallen back, and by what volume and base volume."""
        return next(((row, *fallen) for row, fallen in self._lost.items()), None)

    def batch(self, gateway: str, at: float) -> Publication:
        """Return what a gateway sends for the devices behind it."""
        messages = [self.message(row, at) for row in self._city.gateways[gateway]]
        topic = native.topic(gateway.partition("-")[2], gateway, "batch")
        return Publication(topic, native.batch(messages), at, Outcome(committed=len(messages)))

    def message(self, row: int, at: float) -> Element:
        """Return a reading as a gateway wraps it."""
        return native.spoken_for(self._city.customers[row].meter.device, "reading", self.element(row, at))

    def _state(self, row: int, at: float) -> MeterState:
        """Return the meter's state; at X times the speed each cubic metre of the pattern counts one X-th."""
        state = self._pattern(row, at)
        if row not in self._openings:
            opening = self._pattern(row, self._tempo.begin)
            self._openings[row] = (float(opening.volume_m3[0]), float(opening.base_volume_m3[0]))
        opened, base_opened = self._openings[row]
        lost, base_lost = self._lost.get(row, (0.0, 0.0))
        speed = self._tempo.speed
        return replace(
            state,
            volume_m3=opened - lost + (state.volume_m3 - opened) / speed,
            base_volume_m3=base_opened - base_lost + (state.base_volume_m3 - base_opened) / speed,
        )

    def _volumes(self, row: int, at: float) -> tuple[float, float]:
        state = self._state(row, at)
        return float(state.volume_m3[0]), float(state.base_volume_m3[0])

    def _pattern(self, row: int, at: float) -> MeterState:
        return self._timeline.state(row, np.array([max(self._tempo.load_time(at), self._city.begin)]))
