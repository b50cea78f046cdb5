"""Closed periods: what somebody enters over one is refused by the field that says so."""

from psycopg import Connection

from telemetry.billing.gas_day import Span
from telemetry.billing.segments import hours_of_meter
from telemetry.errors import EntryError
from telemetry.model import Instant, moment
from telemetry.registry import Registry
from telemetry.store.settlements import ClosedStatement, closed_lines, closed_statements


def refuse_closed(
    connection: Connection, registry: Registry, meter: str, start: Instant, end: Instant
) -> None:
    """Refuse a half-open span of a meter of which something is closed.

    The caller keeps periods from being closed meanwhile.

    Raises
    ------
    EntryError
        Naming ``to`` where the span only ends in a closed period, else ``from``.
    """
    found = closed_over(connection, registry, meter, Span(start, end))
    if not found:
        return
    first = found[0]
    field = "to" if all(one.start > start for one in found) else "from"
    raise EntryError(
        field,
        f"reaches into {first.period} of site {first.site}, closed as statement {first.statement_id} from"
        f" {moment(first.start).isoformat()} to {moment(first.end).isoformat()}; adjust_closed is the way to"
        " change it by adjustments",
    )


def closed_over(connection: Connection, registry: Registry, meter: str, span: Span) -> list[ClosedStatement]:
    """Return the closed statements that answer for something of a meter's span, in order of time."""
    sites = {
        one.installation.site
        for one in hours_of_meter(registry, meter)
        if one.start < span.end and span.start < one.end
    }
    lines = closed_lines(connection, [registry.meter_ids[meter]], span)
    named = {line.statement_id for line in lines}
    found = [
        one
        for one in closed_statements(connection, None, span)
        if one.site in sites or one.statement_id in named
    ]
    return sorted(found, key=lambda one: (one.start, one.statement_id))
