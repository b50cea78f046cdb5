"""Meters held against what is around them, look by look: pairs, zones, and who is suspected of a bypass."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from alerts.evidence.known_hours import KnownHours
from alerts.evidence.outlets import OutletHours
from alerts.evidence.relations import COUNTS_USE, Relations
from alerts.evidence.scene import Scene, Spans
from alerts.habits.history import HOURS, History
from alerts.habits.peers import Common
from alerts.windows.hours import qmin_m3h
from alerts.windows.pairs import pairs
from alerts.windows.suspected import Switches, suspicions
from alerts.windows.window import MeterStates, Window
from alerts.windows.zones import zones
from telemetry.model import HOUR, Floats, Instant
from telemetry.ptz.contracted import site_atmosphere_pa
from telemetry.quality import Flag
from telemetry.registry import Registry

AGAIN: Final[Instant] = 4 * HOUR
"""How much newer a meter's hours must be before its evidences are asked again."""


class Surroundings:
    """What was seen so far around the meters of one version of the registry; nothing of it is stored."""

    def __init__(self, registry: Registry, outlets: OutletHours) -> None:
        relations = Relations(registry)
        least = {name: qmin_m3h(registry.meters[name]) for name in relations.checks.values()}
        self._scene = Scene(registry, relations, KnownHours(relations.wanted(), least), outlets)
        self._asked: dict[str, Instant] = {}
        self._sought: set[str] = set()
        self._unlocked: set[str] = set()
        self._open: set[str] = set()

    def hear(self, said: MeterStates) -> None:
        """Note what meters say of the lock and the valve of their bypass."""
        lock = int(Flag.LOCK_OPEN)
        told = np.flatnonzero(said.has_bypass & ((said.told & lock) != 0))
        for row in told.tolist():
            _note(self._unlocked, said.targets[said.target[row]].id, holds=bool(said.flags[row] & lock))
        for row in np.flatnonzero(said.bypass_valve >= 0).tolist():
            _note(self._open, said.targets[said.target[row]].id, holds=bool(said.bypass_valve[row] == 1))

    def missing(self, past: History, most: int) -> list[int]:
        """Return some of the meters that these are held against and whose hours were not seen yet.

        Each is named once: whoever has no hours now is learned from when it has some.
        """
        relations, names = self._scene.relations, self._named(past)
        wanted: dict[str, None] = {}
        zones_seen: dict[str, Instant] = {}
        for name, end in zip(names, past.ends.tolist(), strict=True):
            wanted |= dict.fromkeys(
                [*filter(None, [relations.checks.get(name)]), *relations.beside(name, end)]
            )
            if zone := relations.balanced_zone(name):
                zones_seen[zone] = max(end, zones_seen.get(zone, end))
        for zone, end in zones_seen.items():
            wanted |= dict.fromkeys([*relations.inlets(zone), *relations.members(zone, end)])
        found = self._scene.known.missing(wanted.keys() - set(names) - self._sought)
        chosen = sorted(found)[:most]
        self._sought.update(chosen)
        return [self._scene.registry.meter_ids[one] for one in chosen]

    def learn(self, past: History) -> None:
        """Take in the weeks of some meters, for others to be held against."""
        self._scene.known.learn(past, self._named(past))

    def supply_pa(self, station: str, end: Instant, hours: int) -> Floats:
        """Return a station's outlet pressure [Pa absolute] in so many hours up to an instant.

        The atmosphere is that of the first site which it supplies.
        """
        registry = self._scene.registry
        behind = (site for site in registry.sites if registry.supplying_station_at(site, end) == station)
        site = next(behind, None)
        atmosphere = site_atmosphere_pa(registry, site, end) if site else np.nan
        return self._scene.outlets.before(registry.station_ids[station], end, hours) + atmosphere

    def stations(self, past: History) -> list[int]:
        """Return the stations, by number, that the sites of some meters hang on."""
        registry = self._scene.registry
        found = set()
        for name, end in zip(self._named(past), past.ends.tolist(), strict=True):
            installed = registry.installation_of_meter_at(name, end - 1)
            station = registry.supplying_station_at(installed.site, end) if installed else None
            if station:
                found.add(registry.station_ids[station])
        return sorted(found)

    def look(
        self,
        window: Window,
        past: History,
        ages: Mapping[int, Instant],
        commons: Mapping[str, Common],
        permitted: Callable[[str], Spans],
    ) -> Window:
        """Return a window with what is around the meters whose hours are new.

        ``permitted`` gives for a meter when a job let its bypass be open.
        """
        self.learn(past)
        young = {self._scene.names[number]: ages.get(number, 0) for number in past.meters.tolist()}
        asked = self._due(past)
        found: dict[str, Any] = {
            "pairs": pairs(self._scene, young, permitted),
            "zones": zones(self._scene, young),
        }
        if asked.meters.size:
            switches = Switches(frozenset(self._unlocked), frozenset(self._open))
            found["suspicions"] = suspicions(self._scene, asked, ages, commons, permitted, switches)
        return replace(window, **found)

    def _named(self, past: History) -> list[str]:
        return [self._scene.names[number] for number in past.meters.tolist()]

    def _due(self, past: History) -> History:
        """Return the meters whose evidences it is time to ask again."""
        chosen = []
        for row, (name, end) in enumerate(zip(self._named(past), past.ends.tolist(), strict=True)):
            role = self._scene.registry.meters[name].role
            if role in COUNTS_USE and end - self._asked.get(name, 0) >= AGAIN:
                self._asked[name] = end
                chosen.append(row)
        return past.of(chosen).newest(HOURS)


def _note(names: set[str], name: str, *, holds: bool) -> None:
    if holds:
        names.add(name)
    else:
        names.discard(name)
