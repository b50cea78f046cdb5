"""What is known of each stream of a station beyond its last minutes: its filter, and when it was proven."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.local_days import day_begins, station_time_zone
from alerts.windows.window import UNKNOWN_SINCE, Proofs
from telemetry.model import DAY, MINUTE, Floats, Instant, Integers, Stream, instant
from telemetry.registry import Registry, Setpoint
from telemetry.store.stream_hours import StreamRecord, last_hour

_AGAIN: Final[Instant] = MINUTE


class Streams:
    """What the registry and the hours that are over say of each stream, as known at ``now``."""

    def __init__(self, registry: Registry, records: Iterable[StreamRecord] = (), now: Instant = 0) -> None:
        self._registry = registry
        self._hour = last_hour(now)
        self._told_at = UNKNOWN_SINCE
        records = sorted(records)
        self._carried = {(one.station_id, one.stream): one.carried_at for one in records}
        self._codes = np.array([one.station_id * len(Stream) + one.stream for one in records], dtype=np.int64)
        self._resistance = np.array([one.resistance for one in records] + [None], dtype=np.float64)
        self._filter_peak = np.array([one.filter_peak_pa for one in records] + [None], dtype=np.float64)

    def outdated(self, now: Instant) -> bool:
        """Tell whether another hour is over."""
        return last_hour(now) > self._hour

    def resistance(self, station_id: Integers, stream: Integers) -> Floats:
        """Return what each row's filter resists when it is clean [Pa/(m³/h)²]; NaN where nobody knows."""
        return self._of_each(self._resistance, station_id, stream)

    def filter_peak(self, station_id: Integers, stream: Integers) -> Floats:
        """Return the highest differential of each row's filter weeks ago [Pa]; NaN where nobody knows."""
        return self._of_each(self._filter_peak, station_id, stream)

    def _of_each(self, figures: Floats, station_id: Integers, stream: Integers) -> Floats:
        codes = station_id * len(Stream) + stream
        places = np.searchsorted(self._codes, codes)
        known = np.append(self._codes, -1)[places] == codes
        return np.where(known, figures[places], np.nan)

    def proofs(self, now: Instant) -> Proofs:
        """Return how long ago each stream was proven, once a minute; between, nothing."""
        if 0 <= now - self._told_at < _AGAIN:
            return Proofs()
        self._told_at = now
        return _proofs(now, list(self._tested(now)))

    def _tested(self, now: Instant) -> Iterator[tuple[Setpoint, Instant, Instant | None]]:
        """Yield each set point that is tested now and then, since when it is, and when its stream worked."""
        for station, station_id in self._registry.station_ids.items():
            for stream, setpoint in self._registry.setpoints_at(station, now).items():
                if setpoint.test_interval_days is not None:
                    yield setpoint, self._tested_since(setpoint), self._carried.get((station_id, stream))

    def _tested_since(self, setpoint: Setpoint) -> Instant:
        """Return where the day begins on which a set point was tested, else when it was set."""
        if setpoint.tested_on is None:
            return setpoint.valid_from
        zone = station_time_zone(self._registry, setpoint.station)
        return instant(day_begins(setpoint.tested_on, zone))


def _proofs(now: Instant, tested: Sequence[tuple[Setpoint, Instant, Instant | None]]) -> Proofs:
    stations = list(dict.fromkeys(setpoint.station for setpoint, _, _ in tested))
    places = {station: place for place, station in enumerate(stations)}
    shown = [
        max(since, carried_at or since) if setpoint.role == "standby" else None
        for setpoint, since, carried_at in tested
    ]
    rows = len(tested)
    return Proofs(
        targets=[Target(TargetKind.STATION, station) for station in stations],
        known_until=np.full(len(stations), UNKNOWN_SINCE, dtype=np.int64),
        target=np.array([places[setpoint.station] for setpoint, _, _ in tested], dtype=np.int64),
        part=np.array([setpoint.stream for setpoint, _, _ in tested], dtype=np.int64),
        measured_at=np.full(rows, now, dtype=np.int64),
        age=np.zeros(rows, dtype=np.int64),
        interval_days=np.array([setpoint.test_interval_days for setpoint, _, _ in tested], dtype=np.float64),
        tested_days=(now - np.array([since for _, since, _ in tested], dtype=np.float64)) / DAY,
        shown_days=(now - np.array(shown, dtype=np.float64)) / DAY,
    )
