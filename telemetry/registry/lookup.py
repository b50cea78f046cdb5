"""The registry of one version: who was metered by what, where, under which contract, as of any date."""

from collections import defaultdict
from collections.abc import Iterator
from operator import attrgetter

import msgspec

from telemetry.model import Instant, Stream
from telemetry.registry.rows import (
    FOREVER,
    Bypass,
    Calibration,
    Contract,
    Equipment,
    Installation,
    Isolation,
    RegistryRows,
    RuleSetting,
    Setpoint,
    ZoneGas,
)
from telemetry.registry.timeline import Timeline, timelines


class Registry:
    """Look-up over one version of the registry; nothing in it ever changes.

    ``version`` is 0 before the first import.
    """

    def __init__(self, rows: RegistryRows) -> None:
        self.version = rows.version
        self.accounts = {row.account: row for row in rows.accounts}
        self.zones = {row.zone: row for row in rows.zones}
        self.sites = {row.site: row for row in rows.sites}
        self.stations = {row.station: row for row in rows.stations}
        self.devices = {row.device: row for row in rows.devices}
        self.meters = {row.meter: row for row in rows.meters}
        self.device_ids: dict[str, int] = {row.device: row.device_id for row in rows.devices}
        self.station_ids: dict[str, int] = {row.station: row.station_id for row in rows.stations}
        self.meter_ids: dict[str, int] = {row.meter: row.meter_id for row in rows.meters}
        self.rule_settings = _in_order(rows.rule_settings)
        self.gateways = _gateways(rows.gateways)
        installations = _with_ends(rows.installations)
        self._of_meter = timelines(installations, lambda row: row.meter)
        self._of_device = timelines(installations, lambda row: row.device)
        self._meters_of_site = _meters_of_site(installations)
        self._contracts = timelines(rows.contracts, lambda row: row.site)
        self._gases = timelines(rows.gases, lambda row: row.zone)
        self._setpoints = timelines(rows.setpoints, lambda row: (row.station, row.stream))
        self._streams = _streams(rows.setpoints)
        self._supplies = timelines(rows.supplies, lambda row: row.site)
        self._isolations = timelines(
            sorted(rows.isolations, key=attrgetter("kind")), lambda row: (row.site, row.meter)
        )
        self._bypasses = timelines(rows.bypasses, lambda row: row.bypass)
        self._bypasses_of = _bypasses_of(rows.bypasses)
        self._equipment = timelines(rows.equipment, lambda row: (row.site, row.kind))
        self._equipment_kinds = _kinds(rows.equipment)
        self.calibrations = _newest_calibrations(rows.calibrations)

    def installations_of_meter(self, meter: str) -> tuple[Installation, ...]:
        """Return a meter's installations, oldest first."""
        return self._of_meter.get(meter, _NO_INSTALLATIONS).rows

    def installations_of_device(self, device: str) -> tuple[Installation, ...]:
        """Return what a device spoke for, oldest first."""
        return self._of_device.get(device, _NO_INSTALLATIONS).rows

    def installation_at(self, device: str, at: Instant) -> Installation | None:
        """Return what a device speaks for at an instant."""
        found = self._of_device.get(device, _NO_INSTALLATIONS).at(at)
        return found if found and at < found.until else None

    def installation_of_meter_at(self, meter: str, at: Instant) -> Installation | None:
        """Return where a meter is installed at an instant."""
        found = self._of_meter.get(meter, _NO_INSTALLATIONS).at(at)
        return found if found and at < found.until else None

    def meters_of_site(self, site: str) -> tuple[str, ...]:
        """Return every meter that is or was installed at a site."""
        return self._meters_of_site.get(site, ())

    def contract_at(self, site: str, at: Instant) -> Contract | None:
        """Return the contract of a site as of a date."""
        return self._contracts.get(site, _NO_CONTRACTS).at(at)

    def contracts_of_site(self, site: str) -> tuple[Contract, ...]:
        """Return a site's contracts, oldest first."""
        return self._contracts.get(site, _NO_CONTRACTS).rows

    def account_at(self, site: str, at: Instant) -> str | None:
        """Return who pays for a site as of a date: the contract's account, else the site's own."""
        contract = self.contract_at(site, at)
        return contract.account if contract else self.sites[site].account

    def zone_chain(self, zone: str) -> Iterator[str]:
        """Yield a zone, its parent, that one's parent and so on."""
        seen: set[str] = set()
        above: str | None = zone
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self.zones[above].parent

    def gas_at(self, zone: str, at: Instant) -> ZoneGas | None:
        """Return the gas quality of a zone as of a date: its own, else the nearest parent's."""
        for above in self.zone_chain(zone):
            if found := self._gases.get(above, _NO_GASES).at(at):
                return found
        return None

    def gases_of_zone(self, zone: str) -> tuple[ZoneGas, ...]:
        """Return a zone's own gas qualities, oldest first."""
        return self._gases.get(zone, _NO_GASES).rows

    def setpoints_at(self, station: str, at: Instant) -> dict[Stream, Setpoint]:
        """Return what each stream of a station is set to as of a date."""
        found = (self._setpoints[station, stream].at(at) for stream in self._streams.get(station, ()))
        return {row.stream: row for row in found if row}

    def setpoints_of_station(self, station: str) -> tuple[Setpoint, ...]:
        """Return all that a station's streams were ever set to, stream by stream, oldest first."""
        streams = (self._setpoints[station, stream] for stream in self._streams.get(station, ()))
        return tuple(row for timeline in streams for row in timeline.rows)

    def supplying_station_at(self, site: str, at: Instant) -> str | None:
        """Return the station that a site's gas comes through as of a date."""
        found = self._supplies[site].at(at) if site in self._supplies else None
        return found.station if found else None

    def isolation_at(self, site: str, meter: str, at: Instant) -> Isolation | None:
        """Return what forbids a meter gas at an instant: its own isolation, else its whole site's."""
        for subject in ((site, meter), (site, None)):
            found = self._isolations[subject].at(at) if subject in self._isolations else None
            if found and at < found.until:
                return found
        return None

    def isolations_at(self, at: Instant) -> list[Isolation]:
        """Return every isolation in force at an instant."""
        found = (timeline.at(at) for timeline in self._isolations.values())
        return [row for row in found if row and at < row.until]

    def bypasses_at(self, at: Instant) -> list[Bypass]:
        """Return every bypass there is at an instant, in the order of their names."""
        found = (self._bypasses[name].at(at) for name in sorted(self._bypasses))
        return [row for row in found if row]

    def bypasses_of_meter_at(self, meter: str, at: Instant) -> list[Bypass]:
        """Return the bypasses around a meter at an instant."""
        found = (self._bypasses[name].at(at) for name in self._bypasses_of.get(meter, ()))
        return [row for row in found if row and row.around == "meter" and row.target == meter]

    def bypassed_by(self, meter: str, at: Instant) -> str | None:
        """Return the meter or station around which goes what a meter in a bypass measures."""
        found = (self._bypasses[name].at(at) for name in self._bypasses_of.get(meter, ()))
        return next((row.target for row in found if row and row.metered_by == meter), None)

    def equipment_of_site(self, site: str) -> list[Equipment]:
        """Return what burns gas at a site, each until it goes or the next of its kind comes."""
        timelines_there = (self._equipment[site, kind] for kind in self._equipment_kinds.get(site, ()))
        return [
            msgspec.structs.replace(row, until=min(row.until, timeline.end(row.valid_from, FOREVER)))
            for timeline in timelines_there
            for row in timeline.rows
        ]

    def gas_day_start_hour(self, site: str) -> int:
        """Return the local hour a site's gas day starts at: its own, else its zone's, else midnight."""
        here = self.sites[site]
        if here.gas_day_start_hour is not None:
            return here.gas_day_start_hour
        above = (self.zones[zone].gas_day_start_hour for zone in self.zone_chain(here.zone))
        return next((hour for hour in above if hour is not None), 0)

    def stated_atmosphere_pa(self, site: str, at: Instant) -> tuple[float, str] | None:
        """Return the atmospheric pressure someone stated for a site, and who: contract, site or zone."""
        contract, here = self.contract_at(site, at), self.sites[site]
        if contract and contract.atmosphere_pa is not None:
            return contract.atmosphere_pa, "contract"
        if here.atmosphere_pa is not None:
            return here.atmosphere_pa, "site"
        for zone in self.zone_chain(here.zone):
            if (pressure := self.zones[zone].atmosphere_pa) is not None:
                return pressure, "zone"
        return None


_NO_INSTALLATIONS: Timeline[Installation] = Timeline()
_NO_CONTRACTS: Timeline[Contract] = Timeline()
_NO_GASES: Timeline[ZoneGas] = Timeline()


def _with_ends(installations: list[Installation]) -> list[Installation]:
    """Return the installations, each with the instant it ends at."""
    of_meter = timelines(installations, lambda row: row.meter)
    of_device = timelines(installations, lambda row: row.device)
    return [
        msgspec.structs.replace(
            row,
            until=min(
                FOREVER if row.removed_at is None else row.removed_at,
                of_meter[row.meter].end(row.valid_from, FOREVER),
                of_device[row.device].end(row.valid_from, FOREVER),
            ),
        )
        for row in installations
    ]


def _in_order(settings: list[RuleSetting]) -> tuple[RuleSetting, ...]:
    """Return settings in an order that no database decides."""
    return tuple(sorted(settings, key=attrgetter("rule", "parameter", "scope", "id", "valid_from")))


def _newest_calibrations(calibrations: list[Calibration]) -> dict[tuple[str, str], Calibration]:
    """Return the last calibration of each target and part."""
    in_order = sorted(calibrations, key=lambda row: row.calibrated_on)
    return {(row.target, row.part): row for row in in_order}


def _bypasses_of(bypasses: list[Bypass]) -> dict[str, list[str]]:
    """Return the bypasses that each meter or station has or had around it, or a meter lies in."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for row in bypasses:
        for name in filter(None, (row.target, row.metered_by)):
            grouped[name].add(row.bypass)
    return {name: sorted(found) for name, found in grouped.items()}


def _kinds(equipment: list[Equipment]) -> dict[str, list[str]]:
    """Return the kinds of equipment that each site has or had."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for row in equipment:
        grouped[row.site].add(row.kind)
    return {site: sorted(kinds) for site, kinds in grouped.items()}


def _gateways(pairs: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return the devices that each gateway speaks for."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for gateway, device in pairs:
        grouped[gateway].add(device)
    return {gateway: frozenset(devices) for gateway, devices in grouped.items()}


def _meters_of_site(installations: list[Installation]) -> dict[str, tuple[str, ...]]:
    """Return the meters that each site has or had."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for row in installations:
        grouped[row.site].add(row.meter)
    return {site: tuple(sorted(meters)) for site, meters in grouped.items()}


def _streams(setpoints: list[Setpoint]) -> dict[str, tuple[Stream, ...]]:
    """Return the streams of each station that anything is set for."""
    grouped: defaultdict[str, set[Stream]] = defaultdict(set)
    for row in setpoints:
        grouped[row.station].add(row.stream)
    return {station: tuple(sorted(streams)) for station, streams in grouped.items()}
