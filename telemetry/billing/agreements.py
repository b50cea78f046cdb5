"""Who agreed to be billed for a site's gas, and how, over which span: contracts put end to end."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from telemetry.billing.gas_day import Span
from telemetry.billing.settlement import Schedule, schedule_of
from telemetry.model import Instant
from telemetry.registry import FOREVER, Registry


class Agreement(msgspec.Struct, frozen=True):
    """Who pays for a site's gas, and how it is read and billed, over a half-open span."""

    site: str
    account: str
    contract: str | None
    schedule: Schedule
    start: Instant
    end: Instant

    def same_terms(self, other: "Agreement") -> bool:
        """Say whether another agreement only goes on with this one."""
        mine, theirs = ((one.site, one.account, one.contract, one.schedule) for one in (self, other))
        return mine == theirs


def agreements(registry: Registry, site: str) -> list[Agreement]:
    """Return all that was ever agreed for a site, in order of time, where somebody pays.

    Before the first contract the site's own account pays, by the month. Rows of one contract that
    change neither payer nor periods are one agreement.
    """
    found: list[Agreement] = []
    for one in _each(registry, site):
        if found and found[-1].end == one.start and found[-1].same_terms(one):
            found[-1] = msgspec.structs.replace(found[-1], end=one.end)
        else:
            found.append(one)
    return found


def _each(registry: Registry, site: str) -> Iterator[Agreement]:
    contracts = registry.contracts_of_site(site)
    starts = [row.valid_from for row in contracts] + [FOREVER]
    account = registry.sites[site].account
    if account is not None:
        yield Agreement(site, account, None, schedule_of(registry, site, None), 0, starts[0])
    for row, end in zip(contracts, starts[1:], strict=True):
        schedule = schedule_of(registry, site, row)
        yield Agreement(site, row.account, row.contract, schedule, row.valid_from, end)


def agreement_at(found: Sequence[Agreement], at: Instant) -> Agreement | None:
    """Return what holds at an instant."""
    return next((one for one in found if one.start <= at < one.end), None)


def spans_in(agreement: Agreement, period: str) -> Span | None:
    """Return what an agreement has of a period; None where that is nothing."""
    edges = agreement.schedule.edges(period)
    start, end = max(edges[0], agreement.start), min(edges[-1], agreement.end)
    return Span(start, end) if start < end else None


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what is left of a span.

    >>> without(Span(0, 10), [Span(2, 3), Span(8, 20)])
    [Span(start=0, end=2), Span(start=3, end=8)]
    """
    left, start = [], span.start
    for one in sorted(taken):
        if one.end <= start or span.end <= one.start:
            continue
        if start < one.start:
            left.append(Span(start, one.start))
        start = max(start, one.end)
    if start < span.end:
        left.append(Span(start, span.end))
    return left
