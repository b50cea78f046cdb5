"""Who stands where in the network, as far as one alarm may explain or cover another."""

from collections.abc import Iterator, Mapping

from alerts.alarm import Alarm, Target, TargetKind
from alerts.inhibition import Relation
from telemetry.model import Instant, Stream
from telemetry.registry import Installation, Registry


class Neighbours:
    """Relations between targets, by one version of the registry; a meter is where it was put last."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._gateways: dict[str, list[str]] = {}
        for gateway, devices in registry.gateways.items():
            for device in devices:
                self._gateways.setdefault(device, []).append(gateway)
        self._feeders: dict[str, list[str]] = {}
        for station in registry.stations.values():
            if station.feeds_zone:
                self._feeders.setdefault(station.feeds_zone, []).append(station.station)
        self._around: dict[tuple[Target, Installation | None, str | None], tuple[Target, ...]] = {}
        self._streams = {
            station: frozenset(int(row.stream) for row in registry.setpoints_of_station(station))
            for station in registry.stations
        }

    def around(self, target: Target, at: Instant) -> tuple[Target, ...]:
        """Return a target and all that it belongs to: its meter, gateways, zones, what it bypasses."""
        key = target, self._installed(target, at), self._bypassed(target, at)
        if key not in self._around:
            self._around[key] = tuple(dict.fromkeys(self._found_around(*key)))
        return self._around[key]

    def gateways_of(self, device: str) -> list[str]:
        """Return the gateways that speak for a device or station."""
        return self._gateways.get(device, [])

    def explains(
        self, relation: Relation, alarm: Alarm, causes: Mapping[Target, Alarm], at: Instant
    ) -> Alarm | None:
        """Return which of some standing alarms explains another one, if any does."""
        target = alarm.target
        match relation:
            case Relation.SAME:
                return causes.get(target)
            case Relation.SAME_STREAM:
                cause = causes.get(target)
                return cause if cause and self._covers(cause, alarm.parts) else None
            case Relation.GATEWAY:
                gateways = (Target(TargetKind.DEVICE, one) for one in self.gateways_of(target.id))
                return next((causes[one] for one in gateways if one in causes and one != target), None)
            case Relation.ZONE:
                zones = (one for one in self.around(target, at) if one.kind is TargetKind.ZONE)
                return next((causes[one] for one in zones if one in causes), None)
            case Relation.UPSTREAM:
                return self._upstream(target, causes)

    def _upstream(self, target: Target, causes: Mapping[Target, Alarm]) -> Alarm | None:
        """Return a cause where every station that feeds this one is wholly affected."""
        feeders = [causes.get(Target(TargetKind.STATION, one)) for one in self._feeders_of(target.id)]
        covered = [one for one in feeders if one and self._covers(one, (int(Stream.SINGLE),))]
        return covered[0] if covered and len(covered) == len(feeders) else None

    def _feeders_of(self, station: str) -> list[str]:
        """Return the stations that feed the zone of a station, or the nearest around it that any feeds."""
        known = self._registry.stations.get(station)
        for zone in self._registry.zone_chain(known.zone) if known else ():
            if feeders := [one for one in self._feeders.get(zone, ()) if one != station]:
                return feeders
        return []

    def _covers(self, cause: Alarm, parts: tuple[int, ...]) -> bool:
        """Tell whether a cause stands on all streams behind which a condition was seen."""
        streams = self._streams.get(cause.target.id, frozenset())
        if len(streams) <= 1:
            return True
        stands = set(cause.parts)
        return streams <= stands or (int(Stream.SINGLE) not in parts and set(parts) <= stands)

    def _installed(self, target: Target, at: Instant) -> Installation | None:
        """Return where a meter was put last, or which meter a device was, as of an instant."""
        match target.kind:
            case TargetKind.METER:
                rows = self._registry.installations_of_meter(target.id)
            case TargetKind.DEVICE:
                rows = self._registry.installations_of_device(target.id)
            case _:
                return None
        begun = [one for one in rows if one.valid_from <= at]
        return next(iter(begun[-1:] or rows[:1]), None)

    def _bypassed(self, target: Target, at: Instant) -> str | None:
        return self._registry.bypassed_by(target.id, at) if target.kind is TargetKind.METER else None

    def _found_around(
        self, target: Target, installed: Installation | None, bypassed: str | None
    ) -> Iterator[Target]:
        registry = self._registry
        yield target
        if installed:
            if target.kind is TargetKind.METER:
                yield Target(TargetKind.DEVICE, installed.device)
            else:
                yield Target(TargetKind.METER, installed.meter)
            if bypassed:
                yield Target(TargetKind.METER, bypassed)
            yield from self._zones(registry.sites[installed.site].zone)
        elif target.id in registry.stations and target.kind in {TargetKind.STATION, TargetKind.DEVICE}:
            yield Target(TargetKind.STATION, target.id)
            yield from self._zones(registry.stations[target.id].zone)
        elif target.kind is TargetKind.ZONE and target.id in registry.zones:
            yield from self._zones(target.id)
        for gateway in self.gateways_of(target.id):
            yield Target(TargetKind.DEVICE, gateway)

    def _zones(self, zone: str) -> Iterator[Target]:
        return (Target(TargetKind.ZONE, above) for above in self._registry.zone_chain(zone))
