"""The hours that the watch would have had to judge, at any moment of a replay."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from alerts.evidence.in_series import InSeries
from alerts.evidence.outlets import OutletHours
from alerts.habits.calendar import MOST_WEEKS
from alerts.habits.days import whole_days
from alerts.habits.history import History, history
from alerts.habits.line import Lines
from alerts.habits.peers import Common, common, groups_of, peer_groups
from alerts.replay.said import Said, chosen
from alerts.ringing.planned import PlannedJob, bypass_open
from alerts.windows.hours import hours, time_zones
from alerts.windows.silent_meters import SilentMeters
from alerts.windows.surroundings import Surroundings
from alerts.windows.window import Hours, MeterStates, Window
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Instant
from telemetry.registry import Registry

_LATE: Final[Instant] = 26 * HOUR
"""What ended longer ago is history, as it is for the watch."""

KEPT: Final[Instant] = MOST_WEEKS * 7 * DAY + HOUR + _LATE
"""How far back patterns go."""


class _New(NamedTuple):
    """Meters' hours that came to be whole: from when to when, and how old the newest was on arrival."""

    spans: Mapping[int, tuple[Instant, Instant]]
    ages: Mapping[int, Instant]


class HoursSoFar:
    """Keeps nine weeks of every meter's hours: 0.15 MB each."""

    def __init__(self, registry: Registry, jobs: Sequence[PlannedJob] = ()) -> None:
        self._registry = registry
        self._names = {number: name for name, number in registry.meter_ids.items()}
        self._time_zones = time_zones(registry)
        self._rows = Said().hours
        self._by_arrival = self._arrivals = np.empty(0, dtype=np.int64)
        self._commons: dict[tuple[str, Instant], Common] = {}
        self._peers = peer_groups(registry)
        self._outlets = OutletHours()
        self._around = Surroundings(registry, self._outlets)
        self._jobs = jobs
        self._silent = SilentMeters()
        self._ages: dict[int, Instant] = {}
        self._lines = Lines(registry, self._around.supply_pa)
        self._in_series = InSeries(registry)

    def learn(self, rows: Columns, now: Instant) -> None:
        """Take in the hours that come to be whole from now on, and forget what no pattern goes back to."""
        kept = chosen(self._rows, self._rows["interval_start"] >= now - KEPT)
        together = {name: np.concatenate((kept[name], rows[name])) for name in kept}
        self._rows = chosen(together, np.argsort(together["meter_id"], kind="stable"))
        self._by_arrival = np.argsort(self._rows["arrived_at"], kind="stable")
        self._arrivals = self._rows["arrived_at"][self._by_arrival]

    def hear(self, samples: Columns, said: MeterStates) -> None:
        """Note what stations say of their outlets, and meters of the lock and the valve of their bypass."""
        told = chosen(samples, ~np.isnan(samples["outlet_pa"]))
        hour = told["measured_at"] // HOUR * HOUR
        self._outlets.add(told["station_id"], hour, told["outlet_pa"], np.ones(hour.size))
        self._around.hear(said)

    def newly_whole(self, window: Window, since: Instant, now: Instant) -> Window:
        """Return a window with each meter's newest hour that came to be whole since an instant."""
        new = self._new(since, now)
        if not new.spans:
            return window
        past = self._past(new, now)
        commons = self._commons_of(past, now)
        if unseen := self._around.missing(past, len(self._names)):
            self._around.learn(self._history(dict.fromkeys(unseen, now // HOUR * HOUR), now))
        window = replace(window, hours=self._judged(past, new, commons, now))
        return self._around.look(window, past, new.ages, commons, bypass_open(self._jobs))

    def judged(self, since: Instant, now: Instant) -> Hours:
        """Return the same hours alone, nothing of what is around their meters."""
        new = self._new(since, now)
        if not new.spans:
            return Hours()
        past = self._past(new, now)
        return self._judged(past, new, self._commons_of(past, now), now)

    def _judged(self, past: History, new: _New, commons: Mapping[str, Common], now: Instant) -> Hours:
        def read(until: Mapping[int, Instant]) -> History:
            return self._history(until, now)

        lines = self._lines.beside(past.meters.tolist(), now, read)
        series_m3 = self._in_series.counted_m3(past, read)
        return hours(past, new.spans, new.ages, commons, self._registry, lines, series_m3)

    def _new(self, since: Instant, now: Instant) -> _New:
        """Return whose hours came to be whole since an instant, and from when to when they go."""
        new = self._arrived(since, now)
        ends = new["interval_start"] + HOUR
        order = np.flatnonzero(ends > now - _LATE)
        order = order[np.argsort(ends[order], kind="stable")]
        meters = new["meter_id"][order].tolist()
        until = dict(zip(meters, ends[order].tolist(), strict=True))
        oldest = dict(zip(reversed(meters), reversed((ends[order] - HOUR).tolist()), strict=True))
        spans = {meter: (oldest[meter], end) for meter, end in until.items() if meter in self._time_zones}
        spans = self._silent.due(now) | spans
        self._silent.note(spans, now)
        self._ages |= zip(meters, new["age"][order].tolist(), strict=True)
        return _New(spans, self._ages)

    def _past(self, new: _New, now: Instant) -> History:
        return self._history({meter: end for meter, (_, end) in new.spans.items()}, now)

    def _commons_of(self, past: History, now: Instant) -> dict[str, Common]:
        """Return what the groups of some meters have in common."""
        spoken = (self._names[meter] for meter in past.meters.tolist())
        groups = {group for name in spoken for group in groups_of(self._registry, name)}
        return {group: self._common(group, now) for group in groups}

    def _arrived(self, since: Instant, now: Instant) -> Columns:
        """Return the hours that came to be whole after one instant and until another."""
        first, last = np.searchsorted(self._arrivals, (since, now), side="right")
        return chosen(self._rows, np.sort(self._by_arrival[first:last]))

    def _history(self, until: Mapping[int, Instant], now: Instant) -> History:
        """Return what is known of some meters' hours, each up to an instant."""
        wanted = np.sort(np.array(list(until), dtype=np.int64))
        first, last = (
            np.searchsorted(self._rows["meter_id"], wanted, side=side) for side in ("left", "right")
        )
        which = np.concatenate([wanted[:0], *map(np.arange, first.tolist(), last.tolist())])
        known = chosen(self._rows, which[self._rows["arrived_at"][which] <= now])
        return history(known, self._time_zones, until)

    def _common(self, group: str, now: Instant) -> Common:
        """Return what a zone's or a sector's meters have in common, worked out once an hour."""
        end = now // HOUR * HOUR
        if (group, end) not in self._commons:
            self._commons = {key: one for key, one in self._commons.items() if key[1] == end}
            peers = dict.fromkeys(self._peers[group], end)
            self._commons[group, end] = common(whole_days(self._history(peers, now)))
        return self._commons[group, end]
