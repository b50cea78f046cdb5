"""What falls due on a day: calibrations, and seals and bypasses that must be looked at again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.bypasses import recorded_locks
from alerts.windows.local_days import NOWHERE, day_begins, station_time_zone
from alerts.windows.window import UNKNOWN_SINCE, Dues, Window
from telemetry.model import DAY, Instant, instant, moment
from telemetry.registry import Registry

Due: TypeAlias = tuple[Target, Instant, str]
"""Who, when, and what."""


class DueDates:
    """The due dates of one version of the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._calibrations = _earliest(_calibrations(registry))

    def calibrations(self, now: Instant) -> Dues:
        """Return when each target's next calibration is due, as far as a date is given."""
        return _dues(self._calibrations, now)

    def bypass_checks(self, now: Instant) -> Dues:
        """Return when somebody must look at each meter's or station's bypass."""
        return _dues(_earliest(_bypass_checks(self._registry, now)), now)

    def seals(self, now: Instant) -> Dues:
        """Return when each sealed meter must be looked at again."""
        return _dues(_earliest(_seals(self._registry, now)), now)

    def window(self, now: Instant) -> Window:
        """Return all that is due, and which bypasses nothing keeps shut."""
        return Window(
            calibrations=self.calibrations(now),
            seals=self.seals(now),
            bypass_checks=self.bypass_checks(now),
            recorded_locks=recorded_locks(self._registry, now),
        )


def _bypass_checks(registry: Registry, now: Instant) -> Iterator[Due]:
    """Yield when somebody must look at each bypass again: so many days after the last time, or the record."""
    for row in registry.bypasses_at(now):
        target, zone = _target(registry, row.target)
        if target and row.check_interval_days:
            recorded = moment(row.valid_from).astimezone(ZoneInfo(zone))
            looked = day_begins(row.checked_on, zone) if row.checked_on else recorded
            yield target, instant(looked + timedelta(days=row.check_interval_days)), row.bypass


def _calibrations(registry: Registry) -> Iterator[Due]:
    for (name, part), row in registry.calibrations.items():
        target, zone = _target(registry, name)
        if target and row.next_due:
            yield target, instant(day_begins(row.next_due, zone)), part


def _target(registry: Registry, name: str) -> tuple[Target | None, str]:
    """Return what a calibration is about and its time zone; nothing where the registry does not know it."""
    if name in registry.meters:
        installed = registry.installations_of_meter(name)
        zone = registry.sites[installed[-1].site].time_zone if installed else NOWHERE
        return Target(TargetKind.METER, name), zone
    if name in registry.stations:
        return Target(TargetKind.STATION, name), station_time_zone(registry, name)
    return (Target(TargetKind.DEVICE, name) if name in registry.devices else None), NOWHERE


def _seals(registry: Registry, now: Instant) -> Iterator[Due]:
    """Yield every meter under an isolation in force that must be looked at again."""
    for row in registry.isolations_at(now):
        if row.recheck_days is None:
            continue
        meters = [row.meter] if row.meter else registry.meters_of_site(row.site)
        for meter in meters:
            installed = registry.installation_of_meter_at(meter, now)
            if (
                installed
                and installed.site == row.site
                and registry.isolation_at(row.site, meter, now) is row
            ):
                due = row.valid_from + timedelta(days=row.recheck_days) // timedelta(microseconds=1)
                yield Target(TargetKind.METER, meter), due, row.kind


def _earliest(dues: Iterator[Due]) -> Sequence[Due]:
    """Return what is due first of each target, with what it is."""
    found: defaultdict[Target, list[tuple[Instant, str]]] = defaultdict(list)
    for target, due, what in dues:
        found[target].append((due, what))
    return [(target, *min(rows)) for target, rows in sorted(found.items())]


def _dues(rows: Sequence[Due], now: Instant) -> Dues:
    size = len(rows)
    due = np.array([one for _, one, _ in rows], dtype=np.int64)
    return Dues(
        targets=[target for target, _, _ in rows],
        known_until=np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        target=np.arange(size, dtype=np.int64),
        part=np.zeros(size, dtype=np.int64),
        measured_at=np.full(size, now, dtype=np.int64),
        age=np.zeros(size, dtype=np.int64),
        overdue_days=(now - due) / DAY,
        what=[what for _, _, what in rows],
    )
