"""The hours that the watch has still to judge, a few meters at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
from psycopg import Connection

from alerts.evidence.in_series import InSeries
from alerts.evidence.outlets import OutletHours
from alerts.habits.calendar import WEEKS, weeks_back
from alerts.habits.days import whole_days
from alerts.habits.history import History, history
from alerts.habits.line import Lines
from alerts.habits.peers import Common, common, groups_of, peer_groups
from alerts.ringing.planned import bypass_open
from alerts.ringing.situation import planned_jobs
from alerts.windows.hours import hours, time_zones
from alerts.windows.silent_meters import SilentMeters
from alerts.windows.surroundings import Surroundings
from alerts.windows.window import MeterStates, Window
from telemetry.model import DAY, HOUR, Instant
from telemetry.registry import Registry
from telemetry.store.stream_hours import outlet_hours
from telemetry.store.windows_hours import (
    ages_on_arrival,
    hours_before,
    judged_up_to,
    mark_judged,
    newly_whole,
)

_METERS: Final = 50  # of one look: weeks of hours each, read while pressures wait
_CHANGES: Final = 256
_LATE: Final[Instant] = 26 * HOUR
"""What has ended longer ago is history: no rule judges it."""

_PERMITTED: Final[Instant] = WEEKS * 7 * DAY
_NO_READING: Final[Instant] = 1000 * DAY


class HourWatch:
    """Follows changes of volumes; what was judged is noted in the transaction that stores what follows."""

    def __init__(self, connection: Connection, registry: Registry) -> None:
        self._connection = connection
        self._since = self._reached = judged_up_to(connection)
        self._waiting: dict[int, tuple[Instant, Instant]] = {}  # meters: begin and end of the new hours
        self._taken: dict[int, tuple[Instant, Instant]] = {}
        self._outlets = OutletHours()
        self.learn(registry)

    def learn(self, registry: Registry) -> None:
        """Go by a new version of the registry."""
        self._registry = registry
        self._names = {number: name for name, number in registry.meter_ids.items()}
        self._time_zones = time_zones(registry)
        self._peers = peer_groups(registry)
        self._commons: dict[tuple[str, Instant], Common] = {}
        self._around = Surroundings(registry, self._outlets)
        self._lines = Lines(registry, self._around.supply_pa)
        self._in_series = InSeries(registry)
        self._silent = SilentMeters()

    def look(self, window: Window, now: Instant, *, fetch: bool) -> Window:
        """Return a window with the next meters' hours; `done` lets them go once what follows is stored.

        Nothing is looked for unless ``fetch``; what waits is returned all the same.
        """
        if fetch and not self._waiting:
            self._reached, found = newly_whole(self._connection, self._since, _CHANGES, now - _LATE)
            self._waiting = self._silent.due(now) | {
                meter: (oldest, newest + HOUR)
                for meter, (oldest, newest) in found.items()
                if meter in self._time_zones
            }
        self._taken = dict(list(self._waiting.items())[:_METERS])
        self._silent.note(self._taken, now)
        if len(self._taken) == len(self._waiting) and self._reached > self._since:
            mark_judged(self._connection, self._reached)
        return self._with_hours(window, self._taken, now) if self._taken else window

    def done(self) -> bool:
        """Let go of what was judged; True when more waits."""
        for meter in self._taken:
            del self._waiting[meter]
        self._taken = {}
        if not self._waiting:
            self._since = self._reached
        return bool(self._waiting)

    def _with_hours(self, window: Window, new: Mapping[int, tuple[Instant, Instant]], now: Instant) -> Window:
        past = self._history({meter: end for meter, (_, end) in new.items()})
        spoken = dict(zip(past.meters.tolist(), past.ends.tolist(), strict=True))
        devices = {
            meter: one for meter, end in spoken.items() if (one := self._device(meter, end)) is not None
        }
        ages = ages_on_arrival(self._connection, devices, spoken)
        groups = {group for meter in spoken for group in groups_of(self._registry, self._names[meter])}
        commons = {group: self._common(group, now) for group in groups}
        known = {meter: ages.get(meter, _NO_READING) for meter in spoken}
        self._learn_outlets(past)
        lines = self._lines.beside(spoken, now, self._history)
        series_m3 = self._in_series.counted_m3(past, self._history)
        judged = hours(past, new, known, commons, self._registry, lines, series_m3)
        window = replace(window, hours=judged)
        return self._with_surroundings(window, past, known, commons, now)

    def _with_surroundings(
        self,
        window: Window,
        past: History,
        ages: Mapping[int, Instant],
        commons: Mapping[str, Common],
        now: Instant,
    ) -> Window:
        """Return a window with what these meters are held against; of that, so much a look is read."""
        if unseen := self._around.missing(past, _METERS):
            self._around.learn(self._history(dict.fromkeys(unseen, now // HOUR * HOUR)))
        jobs = planned_jobs(self._connection, now - _PERMITTED, now)
        return self._around.look(window, past, ages, commons, bypass_open(jobs))

    def _learn_outlets(self, past: History) -> None:
        """Take in what the stations of these meters said since they were asked last."""
        wanted = {station: self._outlets.known_until(station) for station in self._around.stations(past)}
        if rows := outlet_hours(self._connection, wanted):
            self._outlets.add(*(np.array(column) for column in zip(*rows, strict=True)))

    def hear(self, said: MeterStates) -> None:
        """Note what meters say of the lock and the valve of their bypass."""
        self._around.hear(said)

    def _history(self, until: Mapping[int, Instant]) -> History:
        back = timedelta(weeks=weeks_back(max(until.values(), default=0)), hours=1)
        return history(hours_before(self._connection, until, back), self._time_zones, until)

    def _device(self, meter: int, end: Instant) -> int | None:
        installed = self._registry.installation_of_meter_at(self._names[meter], end)
        return self._registry.device_ids[installed.device] if installed else None

    def _common(self, group: str, now: Instant) -> Common:
        """Return what a zone's or a sector's meters have in common, worked out once an hour."""
        end = now // HOUR * HOUR
        if (group, end) not in self._commons:
            self._commons = {key: one for key, one in self._commons.items() if key[1] == end}
            peers = dict.fromkeys(self._peers[group], end)
            self._commons[group, end] = common(whole_days(self._history(peers)))
        return self._commons[group, end]
