"""Which spans of which meters a change of the registry makes derive work out again."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import TypeAlias

from telemetry.model import Instant, instant
from telemetry.registry import Registry
from telemetry.work.exchange_terms import EXCHANGE_WITHIN, ends_at
from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.equipment import EQUIPMENT
from telemetry.work.registry_csv.gas_quality import GAS_QUALITY
from telemetry.work.registry_csv.table import Entry, Table, Tables

Span: TypeAlias = tuple[str, Instant, Instant]
"""A meter and the half-open span it is touched in."""


def touched_spans(registry: Registry, tables: Tables, now: Instant) -> list[Span]:
    """Return what a change touches, ``registry`` being the one after it; at most up to ``now``."""
    spans = [
        *_by_installations(registry, tables, now),
        *_by_exchanges(registry, tables, now),
        *_by_twins(registry, tables, now),
        *_by_equipment(registry, tables, now),
        *_by_contracts(registry, tables, now),
        *_by_gas(registry, tables, now),
        *_by_undated(registry, tables, now),
    ]
    return list(_united(spans))


def _changed(table: Table) -> Iterator[Entry]:
    """Yield every row, before and after, that changes what a volume may depend on."""
    yield from table.inserted()
    deciding = [place for place, column in enumerate(table.file.columns) if column.derives]
    for before, after in table.updated():
        if any(before.values[place] != after.values[place] for place in deciding):
            yield before
            yield after


def _by_installations(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the meter itself, and the one its device spoke for before, which now ends elsewhere."""
    for entry in _changed(tables[files.INSTALLATIONS.name]):
        start = instant(entry.begins)
        yield entry.text("meter"), start, now
        earlier = [
            row for row in registry.installations_of_device(entry.text("device")) if row.valid_from < start
        ]
        for former in earlier[-1:]:
            yield former.meter, start, now


def _by_exchanges(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield what was taken down at a site shortly before, until the gas used meanwhile ends at the latest."""
    for entry in _changed(tables[files.INSTALLATIONS.name]):
        site, start = entry.text("site"), instant(entry.begins)
        for meter in registry.meters_of_site(site):
            for former in registry.installations_of_meter(meter):
                last = former.until + EXCHANGE_WITHIN
                if former.site == site and former.until <= start <= last:
                    yield meter, former.until, min(last, now)


def _by_twins(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the other meters of a site at which one comes, goes or takes another role."""
    for entry in _changed(tables[files.INSTALLATIONS.name]):
        yield from _of_sites(registry, [entry.text("site")], instant(entry.begins), now)
    for entry in _changed(tables[files.METERS.name]):
        for row in registry.installations_of_meter(entry.text("meter")):
            yield from _of_sites(registry, [row.site], row.valid_from, now)


def _by_equipment(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the meters of a site whose equipment changes, from then on."""
    for entry in _changed(tables[EQUIPMENT.name]):
        yield from _of_sites(registry, [entry.text("site")], instant(entry.begins), now)


def _by_contracts(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the meters of a contract's site, until its next contract."""
    for entry in _changed(tables[files.CONTRACTS.name]):
        site, start = entry.text("site"), instant(entry.begins)
        later = (row.valid_from for row in registry.contracts_of_site(site) if row.valid_from > start)
        yield from _of_sites(registry, [site], start, min(next(later, now), now))


def _by_gas(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the meters of a zone and of all zones in it, until its next gas quality."""
    for entry in _changed(tables[GAS_QUALITY.name]):
        zone, start = entry.text("zone"), instant(entry.begins)
        later = (row.valid_from for row in registry.gases_of_zone(zone) if row.valid_from > start)
        yield from _of_sites(registry, _sites_within(registry, zone), start, min(next(later, now), now))


def _by_undated(registry: Registry, tables: Tables, now: Instant) -> Iterator[Span]:
    """Yield the whole history of meters that themselves, or whose site or zone, change."""
    for entry in _changed(tables[files.METERS.name]):
        for row in registry.installations_of_meter(entry.text("meter")):
            yield row.meter, row.valid_from, now
    sites = {entry.text("site") for entry in _changed(tables[files.SITES.name])}
    accounts = {entry.text("account") for entry in _changed(tables[files.ACCOUNTS.name])}
    sites.update(_sites_paid_by(registry, accounts) if accounts else ())
    for entry in _changed(tables[files.ZONES.name]):
        sites.update(_sites_within(registry, entry.text("zone")))
    yield from _of_sites(registry, sites, 0, now)


def _of_sites(registry: Registry, sites: Iterable[str], start: Instant, end: Instant) -> Iterator[Span]:
    """Yield when the meters of some sites were there within a span."""
    for site in sites:
        for meter in registry.meters_of_site(site):
            for row in registry.installations_of_meter(meter):
                if row.site == site:
                    yield meter, max(start, row.valid_from), min(end, ends_at(registry, row))


def _sites_paid_by(registry: Registry, accounts: Container[str]) -> Iterator[str]:
    """Yield the sites that some accounts pay for, or once did."""
    for site in registry.sites.values():
        paying = {site.account, *(row.account for row in registry.contracts_of_site(site.site))}
        if any(account in accounts for account in paying if account):
            yield site.site


def _sites_within(registry: Registry, zone: str) -> list[str]:
    """Return the sites of a zone and of all zones in it."""
    return [site.site for site in registry.sites.values() if zone in registry.zone_chain(site.zone)]


def _united(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans of each meter with those that touch made one, and the empty ones left out."""
    of_meter: defaultdict[str, list[tuple[Instant, Instant]]] = defaultdict(list)
    for meter, start, end in spans:
        if start < end:
            of_meter[meter].append((start, end))
    for meter, pieces in of_meter.items():
        pieces.sort()
        start, end = pieces[0]
        for next_start, next_end in pieces[1:]:
            if next_start > end:
                yield meter, start, end
                start = next_start
            end = max(end, next_end)
        yield meter, start, end
