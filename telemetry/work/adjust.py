"""Adjust: every later change of a closed hour booked once, in order, in a period that is still open."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from psycopg import Connection

from telemetry.billing.agreements import Agreement, agreement_at, agreements, without
from telemetry.billing.gas_day import Span
from telemetry.billing.segments import BILLED, hours_of_meter, whole_hour
from telemetry.model import Instant
from telemetry.registry import FOREVER, Registry
from telemetry.store.adjustments import (
    Cover,
    RevisedHour,
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
    found: list[RevisedHour] = []
    if meters:
        registry = registry_of(connection)
        found = revised_hours(connection, known.booked, until, list(_covers(connection, registry, meters)))
    if found:
        booking = _Booking(registry, closed_statements(connection, None, _ALWAYS))
        add_adjustments(connection, [(one, booking.period(one.statement_id, one.known_at)) for one in found])
    set_booked(connection, until)
    return len(found), until < known.sequence


def _covers(connection: Connection, registry: Registry, meters: Sequence[int]) -> Iterator[Cover]:
    """Yield the closed hours of some meters: those of their lines, and those at sites that are closed.

    A meter that was put up, as is entered only now, while its site's period was closed has no line in
    the statement, which yet answers for its gas.
    """
    names = {meter_id: meter for meter, meter_id in registry.meter_ids.items()}
    lines: defaultdict[int, list[Span]] = defaultdict(list)
    for line in closed_lines(connection, meters, _ALWAYS):
        lines[line.meter_id].append(Span(line.start, line.end))
        if line.sign:
            yield Cover(
                meter_id=line.meter_id,
                start=line.start,
                end=line.end,
                statement_id=line.statement_id,
                sign=line.sign,
            )
    at_sites: defaultdict[str, list[ClosedStatement]] = defaultdict(list)
    for statement in closed_statements(connection, None, _ALWAYS):
        at_sites[statement.site].append(statement)
    for meter_id in meters:
        for segment in hours_of_meter(registry, names[meter_id]):
            row = segment.installation
            if registry.meters[row.meter].role not in BILLED or not row.sign:
                continue
            for statement in at_sites[row.site]:
                start = max(segment.start, whole_hour(statement.start))
                end = min(segment.end, whole_hour(statement.end))
                if start >= end:
                    continue
                for left in without(Span(start, end), lines[meter_id]):
                    yield Cover(
                        meter_id=meter_id,
                        start=left.start,
                        end=left.end,
                        statement_id=statement.statement_id,
                        sign=row.sign,
                    )


class _Booking:
    """Which period is still open for what became known when."""

    def __init__(self, registry: Registry, closed: Sequence[ClosedStatement]) -> None:
        self._registry = registry
        self._statements = {one.statement_id: one for one in closed}
        self._closed = {(one.site, one.cycle, one.period) for one in closed}
        self._agreements: dict[str, list[Agreement]] = {}
        self._known: dict[tuple[str, Instant], str] = {}

    def period(self, statement_id: int, known_at: Instant) -> str:
        """Return the period in which a change became known, or the next that is not closed."""
        site = self._statements[statement_id].site
        if (site, known_at) not in self._known:
            self._known[site, known_at] = self._open_period(site, known_at)
        return self._known[site, known_at]

    def _open_period(self, site: str, known_at: Instant) -> str:
        found = self._agreements.setdefault(site, agreements(self._registry, site))
        # Whose agreement has ended is billed on as it said last.
        schedule = (agreement_at(found, known_at) or found[-1]).schedule
        period = schedule.period_at(known_at)
        while (site, str(schedule.cycle), period) in self._closed:
            period = schedule.after(period)
        return period
