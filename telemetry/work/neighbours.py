"""Which meters measure the same gas at the same time: their p and T may stand in for each other's."""

from collections.abc import Iterator
from typing import Final

import msgspec

from telemetry.model import Instant
from telemetry.registry import Installation, Registry

_ELSEWHERE: Final = ("bypass", "zone_inlet")


class Twin(msgspec.Struct, frozen=True):
    """Another installation at the same site, from ``start`` to ``until`` with the one it is a twin of.

    ``checks`` says that the other is there to check this one, ``checked`` that this one checks it; either
    way all gas passes both, they are ``in_series``.
    """

    meter_id: int
    device_id: int
    start: Instant
    until: Instant
    installed_at: Instant
    removed_at: Instant
    checks: bool
    checked: bool

    @property
    def in_series(self) -> bool:
        """Say whether all gas passes both."""
        return self.checks or self.checked


def twins(registry: Registry, row: Installation) -> Iterator[Twin]:
    """Yield the twins of an installation, by name: of its site, and neither a bypass nor a zone's inlet."""
    own = registry.meters[row.meter]
    if own.role in _ELSEWHERE:
        return
    for name in sorted(registry.meters_of_site(row.site)):
        other = registry.meters[name]
        if name == row.meter or other.role in _ELSEWHERE:
            continue
        for there in registry.installations_of_meter(name):
            start, until = max(row.valid_from, there.valid_from), min(row.until, there.until)
            if there.site == row.site and start < until:
                yield Twin(
                    meter_id=other.meter_id,
                    device_id=registry.device_ids[there.device],
                    start=start,
                    until=until,
                    installed_at=there.valid_from,
                    removed_at=there.until,
                    checks=other.checks == row.meter,
                    checked=own.checks == name,
                )
