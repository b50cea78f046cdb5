"""How long each device has been silent while the platform was there to hear it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.gateways import gateway_silence, gateways, speaking_gateways
from alerts.windows.window import UNKNOWN_SINCE, Silences, ZoneSilences
from alerts.windows.zone_silence import fell_together, zone_speakers
from telemetry.model import HOUR, SECOND, Booleans, Floats, Instant, Integers
from telemetry.registry import Installation, Registry

INTERVALS: Final = 2.0
DEFAULT_LIMIT_S: Final = 7200.0
_PATIENCE: Final[Instant] = HOUR


def silence_limit_s(
    expected_interval_s: Floats,
    intervals: float | Floats = INTERVALS,
    default_s: float | Floats = DEFAULT_LIMIT_S,
) -> Floats:
    """Return how long a device may be silent [s]."""
    return np.where(np.isnan(expected_interval_s), default_s, intervals * expected_interval_s)


@dataclass(frozen=True)
class Heard:
    """When a device's last message arrived, and the newest measured time that it spoke of."""

    at: Instant
    measured_at: Instant


class Listening:
    """Who should speak, and when each was last heard.

    Silence counts only while the platform could hear: since ``since``, when it began to listen, and
    before that until ``last_before``, when it last did, or anybody was last heard. A message older than
    the silence it would end, such as a backfill of history, does not count as speaking.

    Listening begins with the first who speaks, an hour after ``since`` at the latest: devices come
    back one by one after a restart, and a history may be loaded first.
    """

    def __init__(
        self, registry: Registry, heard: Mapping[Target, Heard], *, since: Instant, last_before: Instant
    ) -> None:
        self._since = since
        self._looked_at = since
        self._begins_by = since + _PATIENCE
        self._last_before = last_before
        self._know(registry)
        self.hear(heard)

    def learn(self, registry: Registry) -> None:
        """Go by a new version of the registry; whoever was heard stays heard."""
        heard = {
            target: Heard(at, at)
            for target, at in zip(self.targets, self._heard_at.tolist(), strict=True)
            if at > UNKNOWN_SINCE
        }
        self._know(registry)
        self.hear(heard)

    def _know(self, registry: Registry) -> None:
        self.targets = _speakers(registry)
        self._places = {target: place for place, target in enumerate(self.targets)}
        self._interval_s = _intervals(registry, self.targets)
        self._allowed = silence_limit_s(self._interval_s) * SECOND
        self._heard_at = np.full(len(self.targets), UNKNOWN_SINCE, dtype=np.int64)
        self._spans = _Spans(registry, self._places)
        self._gateways = gateways(registry, self._places)
        self._zones = zone_speakers(registry, self._places)

    def hear(self, heard: Mapping[Target, Heard]) -> None:
        """Note who spoke."""
        for target, message in heard.items():
            place = self._places.get(target)
            if place is not None and message.at - message.measured_at <= self._allowed[place]:
                self._heard_at[place] = max(self._heard_at[place], message.at)

    def listen(self, now: Instant, *, receiving: bool) -> bool:
        """Let the time since the last look count, unless nobody could have been heard in it; tell whether."""
        passed, self._looked_at = max(now - self._looked_at, 0), now
        begun = now >= self._begins_by or bool((self._heard_at > self._since).any())
        listened = receiving and begun
        if not listened:
            self._heard_at[self._heard_at > self._since] += passed
            self._since += passed
        return listened

    def at(self, now: Instant) -> Silences:
        """Return who is how silent; of whom nothing is expected at this time, not at all."""
        silence_s = self._silence_s(now)
        interval_s = self._relayed(silence_s)
        return Silences(
            **_as_of(self.targets, now),
            silence_s=np.where(np.isinf(silence_s), 0.0, silence_s),
            expected_interval_s=interval_s,
        )

    def zones_at(self, now: Instant) -> ZoneSilences:
        """Return how many of each zone fell silent together."""
        silence_s, interval_s = self._silence_s(now), self._allowed / SECOND / INTERVALS
        found = [fell_together(silence_s[one.within], interval_s[one.within]) for one in self._zones]
        return ZoneSilences(
            **_as_of([Target(TargetKind.ZONE, one.zone) for one in self._zones], now),
            silent=np.array([one.silent for one in found], dtype=np.int64),
            spoke=np.array([one.spoke for one in found], dtype=np.int64),
            since_s=np.array([one.since_s for one in found], dtype=np.float64),
        )

    def _silence_s(self, now: Instant) -> Floats:
        """Return for how long each was not heard [s]; infinite where nothing is expected of it."""
        spoken = self._heard_at > UNKNOWN_SINCE
        awaited = np.where(spoken, self._heard_at, self._spans.begun(now))
        silent = now - np.maximum(awaited, self._since)
        silent += np.where(spoken, np.maximum(self._last_before - self._heard_at, 0), 0)
        expected = self._spans.installed(now) & (spoken | ~np.isnan(self._interval_s))
        return np.where(expected, np.maximum(silent, 0) / SECOND, np.inf)

    def _relayed(self, silence_s: Floats) -> Floats:
        """Fill in how silent gateways are, and return how often each should be heard now."""
        interval_s = self._interval_s.copy()
        for gateway in self._gateways:
            behind = gateway.behind
            limit_s = self._allowed[behind] / SECOND
            if np.isfinite(silence_s[behind]).any():
                silence, limit = gateway_silence(silence_s[behind], limit_s / INTERVALS)
                silence_s[gateway.place], interval_s[gateway.place] = silence, limit / INTERVALS
        return interval_s


def _as_of(targets: Sequence[Target], now: Instant) -> dict[str, Any]:
    """Return what columns stand beside that have one row for each target, as of now."""
    size = len(targets)
    return {
        "targets": targets,
        "known_until": np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        "target": np.arange(size, dtype=np.int64),
        "part": np.zeros(size, dtype=np.int64),
        "measured_at": np.full(size, now, dtype=np.int64),
        "age": np.zeros(size, dtype=np.int64),
    }


def _speakers(registry: Registry) -> list[Target]:
    """Return stations, devices that speak for a meter, and gateways of several of these.

    A station's own device is the station, and a gateway that speaks for a meter itself is its device.
    """
    stations = [Target(TargetKind.STATION, station) for station in registry.stations]
    devices = [
        Target(TargetKind.DEVICE, device)
        for device in registry.devices
        if device not in registry.stations and registry.installations_of_device(device)
    ]
    speaking = {one.id for one in (*stations, *devices)}
    relays = [Target(TargetKind.DEVICE, one) for one in speaking_gateways(registry, speaking)]
    return stations + devices + relays


def _intervals(registry: Registry, targets: Iterable[Target]) -> Floats:
    """Return how often each should speak [s]; a station as the device of its name."""
    devices = (registry.devices.get(target.id) for target in targets)
    return np.array([one and one.expected_interval_s for one in devices], dtype=np.float64)


class _Spans:
    """During which spans a device speaks for a meter; a station always does for itself."""

    def __init__(self, registry: Registry, places: Mapping[Target, int]) -> None:
        spans = [
            (place, span) for target, place in places.items() for span in _installations(registry, target)
        ]
        self._size = len(places)
        self._place: Integers = np.array([place for place, _ in spans], dtype=np.int64)
        self._start: Integers = np.array([span.valid_from for _, span in spans], dtype=np.int64)
        self._end: Integers = np.array([span.until for _, span in spans], dtype=np.int64)
        self._always = np.array([target.kind is TargetKind.STATION for target in places], dtype=np.bool_)

    def installed(self, now: Instant) -> Booleans:
        """Return who speaks for something at this time."""
        found = self._always.copy()
        found[self._place[self._current(now)]] = True
        return found

    def begun(self, now: Instant) -> Integers:
        """Return since when each speaks for what it speaks for."""
        found = np.full(self._size, UNKNOWN_SINCE, dtype=np.int64)
        current = self._current(now)
        found[self._place[current]] = self._start[current]
        return found

    def _current(self, now: Instant) -> Booleans:
        current: Booleans = (self._start <= now) & (now < self._end)
        return current


def _installations(registry: Registry, target: Target) -> tuple[Installation, ...]:
    return registry.installations_of_device(target.id) if target.kind is TargetKind.DEVICE else ()
