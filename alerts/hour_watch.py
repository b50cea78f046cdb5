"""The hours that the watch has still to judge, a few meters at a time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from psycopg import Connection

from alerts.habits.days import whole_days
from alerts.habits.history import WEEKS, History, history
from alerts.habits.line import Lines
from alerts.habits.peers import Common, common, groups_of, peer_groups
from alerts.windows.hours import hours, time_zones
from alerts.windows.window import Hours
from telemetry.model import DAY, HOUR, Instant
from telemetry.registry import Registry
from telemetry.store.windows_hours import (
    ages_on_arrival,
    hours_before,
    judged_up_to,
    mark_judged,
    newly_whole,
)

_METERS: Final = 50  # of one look: six weeks of hours each, read while pressures wait
_CHANGES: Final = 256
_LATE: Final[Instant] = 26 * HOUR
"""What has ended longer ago is history: no rule judges it."""

_BACK: Final = timedelta(weeks=WEEKS, hours=1)
_NO_READING: Final[Instant] = 1000 * DAY


class HourWatch:
    """Follows changes of volumes; what was judged is noted in the transaction that stores what follows."""

    def __init__(self, connection: Connection, registry: Registry) -> None:
        self._connection = connection
        self._since = self._reached = judged_up_to(connection)
        self._waiting: dict[int, Instant] = {}
        self._taken: dict[int, Instant] = {}
        self.learn(registry)

    def learn(self, registry: Registry) -> None:
        """Go by a new version of the registry."""
        self._registry = registry
        self._names = {number: name for name, number in registry.meter_ids.items()}
        self._time_zones = time_zones(registry)
        self._peers = peer_groups(registry)
        self._commons: dict[tuple[str, Instant], Common] = {}
        self._lines = Lines(registry)

    def look(self, now: Instant, *, fetch: bool) -> Hours:
        """Return the next meters' hours; `done` lets them go once what follows is stored.

        Nothing is looked for unless ``fetch``; what waits is returned all the same.
        """
        if fetch and not self._waiting:
            self._reached, found = newly_whole(self._connection, self._since, _CHANGES, now - _LATE)
            self._waiting = {meter: at + HOUR for meter, at in found.items() if meter in self._time_zones}
        self._taken = dict(list(self._waiting.items())[:_METERS])
        if len(self._taken) == len(self._waiting) and self._reached > self._since:
            mark_judged(self._connection, self._reached)
        return self._hours(self._taken, now) if self._taken else Hours()

    def done(self) -> bool:
        """Let go of what was judged; True when more waits."""
        for meter in self._taken:
            del self._waiting[meter]
        self._taken = {}
        if not self._waiting:
            self._since = self._reached
        return bool(self._waiting)

    def _hours(self, until: dict[int, Instant], now: Instant) -> Hours:
        past = self._history(until)
        spoken = dict(zip(past.meters.tolist(), past.ends.tolist(), strict=True))
        devices = {
            meter: one for meter, end in spoken.items() if (one := self._device(meter, end)) is not None
        }
        ages = ages_on_arrival(self._connection, devices, spoken)
        groups = {group for meter in spoken for group in groups_of(self._registry, self._names[meter])}
        commons = {group: self._common(group, now) for group in groups}
        known = {meter: ages.get(meter, _NO_READING) for meter in spoken}
        lines = self._lines.beside(spoken, now, self._history)
        return hours(past, known, commons, self._registry, lines)

    def _history(self, until: Mapping[int, Instant]) -> History:
        return history(hours_before(self._connection, until, _BACK), self._time_zones, until)

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
