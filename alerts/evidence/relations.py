"""Who is held against whom: check meters, meters in bypasses, the meters and inlets of a zone."""

from collections import defaultdict
from typing import Final

from telemetry.model import Instant
from telemetry.registry import FOREVER, Registry

COUNTS_USE: Final = frozenset({None, "billing", "own_use"})
"""Roles of meters that gas may go around."""

_SALES: Final = COUNTS_USE | {"bypass"}


class Relations:
    """What one version of the registry says; where a meter is, is where it was last."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.zones = {meter: zone for meter in registry.meters if (zone := _zone(registry, meter))}
        self.checks = {
            row.checks: row.meter
            for row in registry.meters.values()
            if row.role == "check" and row.checks in registry.meters
        }
        self._inlets: defaultdict[str, list[str]] = defaultdict(list)
        self._members_at: dict[str, tuple[Instant, list[str]]] = {}
        self._balanced_zones: dict[str, str | None] = {}
        self._members: defaultdict[str, list[str]] = defaultdict(list)
        for meter, zone in self.zones.items():
            if registry.meters[meter].role == "zone_inlet":
                self._inlets[zone].append(meter)
            elif registry.meters[meter].role in _SALES:
                for above in registry.zone_chain(zone):
                    self._members[above].append(meter)

    @property
    def balanced(self) -> list[str]:
        """The zones that meters stand at the inlet of."""
        return sorted(self._inlets)

    def inlets(self, zone: str) -> list[str]:
        """Return the meters at a zone's inlets."""
        return self._inlets.get(zone, [])

    def balanced_zone(self, meter: str) -> str | None:
        """Return the nearest zone around a meter that is balanced."""
        if meter not in self._balanced_zones:
            zone = self.zones.get(meter)
            chain = self._registry.zone_chain(zone) if zone else ()
            self._balanced_zones[meter] = next((one for one in chain if one in self._inlets), None)
        return self._balanced_zones[meter]

    def members(self, zone: str, at: Instant) -> list[str]:
        """Return the meters that count what a zone gives, at an instant: customers', own use, in bypasses."""
        if self._members_at.get(zone, (None, []))[0] != at:
            there = (self._registry.installation_of_meter_at(one, at - 1) for one in self._members[zone])
            self._members_at[zone] = at, [row.meter for row in there if row and row.sign]
        return self._members_at[zone][1]

    def beside(self, meter: str, at: Instant) -> list[str]:
        """Return the meters in the bypasses around a meter."""
        rows = self._registry.bypasses_of_meter_at(meter, at)
        return [row.metered_by for row in rows if row.metered_by]

    def wanted(self) -> set[str]:
        """Return every meter that others are held against, and those that are held against them."""
        found = {*self.checks, *self.checks.values()}
        for zone in self.balanced:
            found |= {*self._inlets[zone], *self._members[zone]}
        for row in self._registry.meters.values():
            if row.role == "bypass":
                found.add(row.meter)
        return found | {one.metered_by for one in self._registry.bypasses_at(FOREVER) if one.metered_by}


def _zone(registry: Registry, meter: str) -> str | None:
    installed = registry.installations_of_meter(meter)[-1:]
    return registry.sites[installed[0].site].zone if installed else None
