"""Local times of devices whose clocks say no zone, made UTC by where the devices stand."""

from datetime import datetime, timedelta
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ingest.decoding import Decoded, Record, Refusal
from telemetry.model import (
    DAY,
    MINUTE,
    CardState,
    DeviceEvent,
    Instant,
    PressureSample,
    Reading,
    instant,
)
from telemetry.quality import Flag
from telemetry.registry import Registry

EARLIEST: Final[Instant] = 1_262_304_000_000_000
"""2010-01-01 00:00 UTC: no device of today measured anything before."""
AHEAD: Final = 5 * MINUTE
"""How far ahead of its arrival a statement may be measured."""
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # local times count from a local epoch


class SiteClocks:
    """Which zone the clocks of devices and stations run in, as one registry has it."""

    def __init__(self, registry: Registry) -> None:
        """Look over the registry; where all of it is in one zone, that is anybody's."""
        self._registry = registry
        named = {site.time_zone for site in registry.sites.values()}
        named.update(zone.time_zone for zone in registry.zones.values() if zone.time_zone)
        self._only = ZoneInfo(named.pop()) if len(named) == 1 else None
        self._of_device: dict[str, list[tuple[ZoneInfo, Instant]]] = {}

    def zone(self, name: str, local: Instant) -> ZoneInfo | None:
        """Return the zone of a device or station at a local time; None where nobody can know it.

        A device has that of the site where it stood then; before its first installation that of its
        first site, after its last one that of its last. Who stands nowhere has the zone that all share.
        """
        if station := self._registry.stations.get(name):
            return self._of_station(station.site, station.zone)
        placed = self._placed(name)
        if not placed:
            return self._only
        begun = [zone for zone, valid_from in placed[1:] if utc(local, zone) >= valid_from]
        return begun[-1] if begun else placed[0][0]

    def _placed(self, device: str) -> list[tuple[ZoneInfo, Instant]]:
        """Return where a device stood, oldest first: the zone of each site, and from when."""
        found = self._of_device.get(device)
        if found is None:
            installed = self._registry.installations_of_device(device)
            found = [
                (ZoneInfo(self._registry.sites[one.site].time_zone), one.valid_from) for one in installed
            ]
            if found:  # names that nobody knows must not fill the memory
                self._of_device[device] = found
        return found

    def _of_station(self, site: str | None, area: str) -> ZoneInfo | None:
        if site is not None:
            return ZoneInfo(self._registry.sites[site].time_zone)
        named = (self._registry.zones[one].time_zone for one in self._registry.zone_chain(area))
        return next((ZoneInfo(one) for one in named if one), self._only)


def in_utc(decoded: Decoded, received_at: Instant, clocks: SiteClocks) -> Decoded:
    """Return what was decoded with its times in UTC; refused is what nobody knows the zone of."""
    if not decoded.local_times:
        return decoded
    moved: list[tuple[int, Record]] = []
    refusals = {refusal.element: refusal for refusal in decoded.refusals}
    for position, record in decoded.records:
        name = record.station if isinstance(record, PressureSample) else record.device
        zone = decoded.zone or clocks.zone(name, record.measured_at)
        if zone is None:
            detail = (
                f"{name} stands nowhere and its clock says no zone; install it, or give the route time_zone"
            )
            refusals[position] = Refusal(position, "unknown_device", detail, name)
        else:
            moved.append((position, _moved(record, utc(record.measured_at, zone, received_at + AHEAD))))
    return replace(decoded, records=moved, refusals=list(refusals.values()), local_times=False)


def utc(local: Instant, zone: ZoneInfo, latest: Instant | None = None) -> Instant:
    """Return the instant at which clocks of a zone show a local time.

    A time that comes twice, when clocks are put back, is the second one unless that lies after
    ``latest``: what comes as it is measured is right both times, what comes later is winter time.
    One that never comes, when they are put forward, was told by a clock that had not been yet.

    >>> utc(1_772_352_000_000_000, ZoneInfo("Asia/Shanghai"))
    1772323200000000
    """
    if not EARLIEST - DAY <= local <= _FAR:
        return local  # refused all the same
    shown = _EPOCH + timedelta(microseconds=local)
    first, second = (instant(shown.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    return second if first < second and (latest is None or second <= latest) else first


_FAR: Final[Instant] = 200 * 365 * DAY


def _moved(record: Record, at: Instant) -> Record:
    """Return a record measured at another instant, flagged where it has flags."""
    match record:
        case Reading() | PressureSample():
            return replace(record, measured_at=at, flags=record.flags | Flag.SITE_CLOCK)
        case CardState() | DeviceEvent():
            return replace(record, measured_at=at)
        case _:
            assert_never(record)
