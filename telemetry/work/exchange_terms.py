"""What installations state of an exchange: the registers at either end, and gas used in between."""

from collections.abc import Iterator
from typing import Final

from telemetry.model import DAY, Instant
from telemetry.registry import FOREVER, Installation, Registry
from telemetry.volumes.readings import Load, Meanwhile, Statement

EXCHANGE_WITHIN: Final = 31 * DAY
_BILLING: Final = (None, "billing")
USUAL_HOURS: Final = {"restaurant": 12.2, "school_canteen": 9.0, "hotel": 12.7}
"""Hours a day that equipment runs by the account's sector: means of published measurements."""
HOURS_ELSE: Final = 10.0
"""Engineering judgement where the sector is none of these."""


def opening(registry: Registry, row: Installation) -> Statement | None:
    """Return what the registers stood at when an installation began, where an exchange says so.

    An index that merely came with the registry says nothing of the time before the first reading.
    """
    exchanged = (
        row.reason is not None or row.gas_used_meanwhile is not None or _follows_another(registry, row)
    )
    return Statement(row.valid_from, row.index_um3, row.base_index_um3) if exchanged else None


def closing(row: Installation) -> Statement | None:
    """Return that an installation was ended, and what the registers then stood at where it says so."""
    if row.removed_at is None or row.removed_at != row.until:
        return None
    return Statement(row.until, row.final_index_um3, row.final_base_index_um3)


def meanwhile(registry: Registry, row: Installation) -> Meanwhile | None:
    """Return what is stated of the gas used between the end of an installation and the one that followed.

    It is the last one taken down at the site, at most 31 days before. What a meter of its own measured
    meanwhile is not estimated.
    """
    if row.removed_at is None or row.removed_at != row.until:
        return None
    for after in _installed_after(registry, row):
        if after.gas_used_meanwhile and _last_before(registry, after) == row:
            between = (one for one in _of_site(registry, row.site) if one != after)
            metered = any(row.until <= one.valid_from < after.valid_from for one in between)
            if metered and after.gas_used_meanwhile == "temporary_meter":
                return None
            return Meanwhile(after.valid_from, used=after.gas_used_meanwhile != "none")
    return None


def ends_at(registry: Registry, row: Installation) -> Instant:
    """Return until when an installation has a say in volumes: its end, or that of the gas used after it."""
    after = meanwhile(registry, row)
    return after.until if after else row.until


def loads(registry: Registry, row: Installation) -> tuple[Load, ...]:
    """Return what the equipment of an installation's site uses on the mean of a day, as its share of it.

    Several billing meters of a site have shares by their Qmax.
    """
    hours = _hours_a_day(registry, row) / 24
    part = _part_of_site(registry, row)
    return tuple(
        Load(one.valid_from, one.until, one.rated_m3h * hours * part)
        for one in registry.equipment_of_site(row.site)
    )


def _hours_a_day(registry: Registry, row: Installation) -> float:
    """Return how long equipment runs, by the sector of who pays when the installation ends."""
    account = registry.account_at(row.site, min(row.until, FOREVER) - 1)
    sector = registry.accounts[account].sector if account in registry.accounts else None
    return USUAL_HOURS.get(sector or "", HOURS_ELSE)


def _part_of_site(registry: Registry, row: Installation) -> float:
    """Return the share of Qmax of an installation's meter among the billing meters there when it ends."""
    there = {
        one.meter
        for one in _of_site(registry, row.site)
        if one.valid_from < row.until <= one.until and registry.meters[one.meter].role in _BILLING
    }
    whole = sum(registry.meters[meter].qmax_m3h for meter in sorted(there | {row.meter}))
    return registry.meters[row.meter].qmax_m3h / whole


def _follows_another(registry: Registry, row: Installation) -> bool:
    """Say whether a meter was taken down at the same site, with its final index, shortly before."""
    return any(
        former.final_index_um3 is not None
        and row.valid_from - EXCHANGE_WITHIN <= former.until <= row.valid_from
        for former in _of_site(registry, row.site)
    )


def _installed_after(registry: Registry, row: Installation) -> list[Installation]:
    """Return what was installed at the same site after an installation, within 31 days, in order of time."""
    after = [
        one
        for one in _of_site(registry, row.site)
        if row.until < one.valid_from <= row.until + EXCHANGE_WITHIN
    ]
    return sorted(after, key=lambda one: (one.valid_from, one.meter))


def _last_before(registry: Registry, after: Installation) -> Installation | None:
    """Return the one of the site's installations that was taken down last before another."""
    before = [one for one in _of_site(registry, after.site) if one.until < after.valid_from]
    return max(before, key=lambda one: (one.until, one.meter), default=None)


def _of_site(registry: Registry, site: str) -> Iterator[Installation]:
    for meter in registry.meters_of_site(site):
        for row in registry.installations_of_meter(meter):
            if row.site == site:
                yield row
