"""Who supplies a meter with gas: the station that is named for its site, else those that feed its zone."""

from typing import Final

from telemetry.model import Instant
from telemetry.registry import Registry

_FOR_ONE: Final = frozenset({"dedicated", "end_point"})
"""Kinds of stations that supply nobody but those they are named for."""


def supplying_stations(registry: Registry, site: str, at: Instant) -> list[str]:
    """Return the stations that a site's gas comes through, as ``/v1/stations/{station}/affected`` has it."""
    named = registry.supplying_station_at(site, at)
    if named:
        return [named]
    for zone in registry.zone_chain(registry.sites[site].zone):
        if feeding := [one for one in registry.stations.values() if one.feeds_zone == zone]:
            return sorted(one.station for one in feeding if one.kind not in _FOR_ONE)
    return []
