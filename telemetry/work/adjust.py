"""Adjust: every later change of a closed hour booked once, in order, in a period that is still open."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from psycopg import Connection

from telemetry.billing.agreements import Agreement, agreement_at, agreements, without
from telemetry.billing.gas_day import Span
from telemetry.billing.segments import segments_of_meter
from telemetry.billing.settlement import schedule_of
from telemetry.model import Instant
from telemetry.registry import FOREVER, Registry
from telemetry.store.adjustments import (
    Cover,
    add_adjustments,
    horizon,
    revised_hours,
    set_booked,
    touched_meters,
)
from telemetry.store.registry_tables import load_registry
from telemetry.store.settlements import (
    ClosedStatement,
    clock,
    closed_lines,
    closed_statements,
    take_turn,
)

_AT_ONCE: Final = 50_000
"""Changes looked at in one transaction."""

_ALWAYS: Final = Span(0, FOREVER)


def book(connection: Connection, registry_of: Callable[[Connection], Registry] = load_registry) -> int:
    """Book all that became known since the last time; return how many adjustments that made.

    Some changes at a time, each time with the place that was reached: whoever is stopped in between
    books nothing twice and leaves nothing out.
    """
    with connection.transaction():
        known = clock(connection)
    count, more = 0, known.booked < known.sequence
    while more:
        with connection.transaction():
            take_turn(connection)
            done, more = book_some(connection, registry_of, _AT_ONCE)
            count += done
    return count


def book_some(
    connection: Connection, registry_of: Callable[[Connection], Registry], most: int
) -> tuple[int, bool]:
    """Book what some of the changes that this snapshot knows come to, and say whether more are left.

    The caller has taken its turn.
    """
    known = clock(connection)
    until = min(known.booked + most, known.sequence)
    end = horizon(connection)
    meters = [] if end is None else touched_meters(connection, known.booked, until, end)
    count = _book_of(connection, registry_of(connection), meters, known.booked, until) if meters else 0
    set_booked(connection, until)
    return count, until < known.sequence


def _book_of(
    connection: Connection, registry: Registry, meters: Sequence[int], since: int, until: int
) -> int:
    """Book the changes of some numbers that are of closed hours of some meters; return how many."""
    found = revised_hours(connection, since, until, list(_covers(connection, registry, meters)))
    sites = sorted({one.site for one in found})
    booking = _Booking(registry, closed_statements(connection, sites, _ALWAYS))
    add_adjustments(connection, [(one, booking.period(one.site, one.known_at)) for one in found])
    return len(found)


def _covers(connection: Connection, registry: Registry, meters: Sequence[int]) -> Iterator[Cover]:
    """Yield the closed hours of some meters: those of their lines, and those at sites that are closed.

    A meter that was put up, as is entered only now, while its site's period was closed has no line in
    the statement, which yet answers for its gas.
    """
    names = {meter_id: meter for meter, meter_id in registry.meter_ids.items()}
    taken: defaultdict[int, list[Span]] = defaultdict(list)
    for line in closed_lines(connection, meters, _ALWAYS):
        taken[line.meter_id].append(Span(line.start, line.end))
        if line.sign:
            yield _cover(line.meter_id, Span(line.start, line.end), line.statement_id, line.sign)
    closed = _by_site(connection, registry, [names[meter_id] for meter_id in meters])
    for meter_id in meters:
        sites = {row.site for row in registry.installations_of_meter(names[meter_id])}
        for statement in (one for site in sites for one in closed[site]):
            for segment in segments_of_meter(registry, names[meter_id], statement.site, statement.span):
                for left in without(Span(segment.start, segment.end), taken[meter_id]):
                    if segment.installation.sign:
                        yield _cover(meter_id, left, statement.statement_id, segment.installation.sign)


def _by_site(
    connection: Connection, registry: Registry, meters: Iterable[str]
) -> defaultdict[str, list[ClosedStatement]]:
    """Return what is closed of the sites at which some meters ever stood."""
    sites = {row.site for meter in meters for row in registry.installations_of_meter(meter)}
    found: defaultdict[str, list[ClosedStatement]] = defaultdict(list)
    for one in closed_statements(connection, sorted(sites), _ALWAYS):
        found[one.site].append(one)
    return found


def _cover(meter_id: int, span: Span, statement_id: int, sign: int) -> Cover:
    return Cover(meter_id=meter_id, start=span.start, end=span.end, statement_id=statement_id, sign=sign)


class _Booking:
    """Which period is still open for what became known when."""

    def __init__(self, registry: Registry, closed: Sequence[ClosedStatement]) -> None:
        self._registry = registry
        self._closed = {(one.site, one.cycle, one.period) for one in closed}
        self._agreements: dict[str, list[Agreement]] = {}
        self._known: dict[tuple[str, Instant], str] = {}

    def period(self, site: str, known_at: Instant) -> str:
        """Return the period in which a change became known, or the next that is not closed."""
        if (site, known_at) not in self._known:
            self._known[site, known_at] = self._open_period(site, known_at)
        return self._known[site, known_at]

    def _open_period(self, site: str, known_at: Instant) -> str:
        found = self._agreements.setdefault(site, agreements(self._registry, site))
        # Where nobody pays any more it goes on as was agreed last.
        held = agreement_at(found, known_at) or next(reversed(found), None)
        schedule = held.schedule if held else schedule_of(self._registry, site, None)
        period = schedule.period_at(known_at)
        while (site, str(schedule.cycle), period) in self._closed:
            period = schedule.after(period)
        return period
