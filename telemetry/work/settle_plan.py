"""Which statements a period has: what each site agreed to, less what is closed already, meter by meter."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from psycopg import Connection

from telemetry.billing.agreements import Agreement, agreements, spans_in, without
from telemetry.billing.gas_day import Span
from telemetry.billing.segments import Segment, cut, segments
from telemetry.billing.settlement import Cycle
from telemetry.errors import EntryError
from telemetry.model import HOUR, Instant
from telemetry.registry import Registry
from telemetry.store.settlements import closed_lines, closed_statements


class Wanted(msgspec.Struct, frozen=True):
    """Which statements are asked for: of a period of a cycle, of all accounts or of one."""

    cycle: Cycle
    period: str
    account: str | None = None


class Piece(msgspec.Struct, frozen=True):
    """What one statement is of: an agreement, a span, and the hours of its meters line by line."""

    agreement: Agreement
    span: Span
    lines: tuple[Segment, ...]


def checked(registry: Registry, wanted: Wanted) -> None:
    """Refuse a period that is none of the cycle's, and an account that nobody knows.

    Raises
    ------
    EntryError
        Naming the field.
    """
    if not wanted.cycle.expects(wanted.period):
        example = "2026-07-D1 to 2026-07-D3" if wanted.cycle is Cycle.TEN_DAY else "2026-07"
        raise EntryError("period", f"expected a period of the cycle {wanted.cycle}, such as {example}")
    if wanted.account is not None and wanted.account not in registry.accounts:
        raise EntryError("account", "expected an account that the registry knows")


def last_end(registry: Registry, wanted: Wanted) -> tuple[Instant, str] | None:
    """Return where a period ends at last, and at which site; None where nobody is billed for it."""
    return max(((span.end, agreement.site) for agreement, span in _spans(registry, wanted)), default=None)


def pieces(connection: Connection, registry: Registry, wanted: Wanted, now: Instant) -> list[Piece]:
    """Return what is to be drawn: nothing that is closed, and no hour that is not over."""
    until = now // HOUR * HOUR
    begun = [(agreement, span) for agreement, span in _spans(registry, wanted) if span.start < until]
    closed = _closed_of_sites(connection, begun)
    planned = [
        (agreement, left, list(segments(registry, agreement.site, Span(left.start, min(left.end, until)))))
        for agreement, span in begun
        for left in without(span, closed[agreement.site])
    ]
    taken = _closed_of_meters(connection, registry, [one for _, _, those in planned for one in those])
    return [
        Piece(agreement, span, lines)
        for agreement, span, those in planned
        if (lines := tuple(_lines(those, agreement.schedule.edges(wanted.period), taken)))
    ]


def _spans(registry: Registry, wanted: Wanted) -> Iterator[tuple[Agreement, Span]]:
    """Yield what each agreement of the cycle has of the period, by site and time."""
    for site in sorted(registry.sites):
        for agreement in agreements(registry, site):
            if agreement.schedule.cycle is not wanted.cycle:
                continue
            if wanted.account in (None, agreement.account) and (span := spans_in(agreement, wanted.period)):
                yield agreement, span


def _lines(
    those: Iterable[Segment], edges: tuple[Instant, ...], taken: Mapping[str, list[Span]]
) -> Iterator[Segment]:
    """Yield what is not closed of some segments, cut where they are read."""
    for one in those:
        for left in without(Span(one.start, one.end), taken[one.installation.meter]):
            yield from cut(msgspec.structs.replace(one, start=left.start, end=left.end), edges)


def _closed_of_sites(
    connection: Connection, begun: Sequence[tuple[Agreement, Span]]
) -> defaultdict[str, list[Span]]:
    """Return what is closed of the sites of some agreements."""
    found: defaultdict[str, list[Span]] = defaultdict(list)
    sites = sorted({agreement.site for agreement, _ in begun})
    for one in closed_statements(connection, sites, _around([span for _, span in begun])):
        found[one.site].append(one.span)
    return found


def _closed_of_meters(
    connection: Connection, registry: Registry, planned: Sequence[Segment]
) -> defaultdict[str, list[Span]]:
    """Return which hours of some meters are closed, wherever that was."""
    names = {registry.meter_ids[one.installation.meter]: one.installation.meter for one in planned}
    found: defaultdict[str, list[Span]] = defaultdict(list)
    around = _around([Span(one.start, one.end) for one in planned])
    for line in closed_lines(connection, sorted(names), around):
        found[names[line.meter_id]].append(Span(line.start, line.end))
    return found


def _around(spans: Sequence[Span]) -> Span:
    """Return the span from where the first of some begins to where the last ends."""
    return Span(min((one.start for one in spans), default=0), max((one.end for one in spans), default=0))
