"""What the database holds of a span, part by part: a long one needs no more memory than a short one."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from psycopg import Connection

from alerts.replay.hours import KEPT
from alerts.replay.said import Said, sales_said
from telemetry.model import HOUR, Instant
from telemetry.store.card_sales import sold_between
from telemetry.store.history import (
    HistorySpan,
    cards_of,
    hours_of,
    readings_of,
    samples_of,
)

PART: Final[Instant] = 6 * HOUR
_BEFORE: Final[Instant] = 26 * HOUR
"""How far back what was said before matters: what is judged was at most 25 h old when it arrived."""

_WHOLE_AFTER: Final[Instant] = 50 * HOUR
"""An hour that came to be whole later than this is neither judged nor learned from."""


class Order(StrEnum):
    """In which order the past is shown to the rules."""

    MEASURED = "measured"
    ARRIVAL = "arrival"


def said_before(connection: Connection, begin: Instant, order: Order) -> Said:
    """Return what was known when a span begins, as far as it matters."""
    return _said(
        connection, HistorySpan(begin - 1 - _BEFORE, begin - 1, _BEFORE, _stored(order), with_last=True)
    )


def said_in(
    connection: Connection, begin: Instant, end: Instant, order: Order
) -> Iterator[tuple[Instant, Said]]:
    """Yield up to when each part of a span goes, and what was said in it; the span is half open."""
    while begin < end:
        until = min(begin + PART, end)
        yield until - 1, _said(connection, HistorySpan(begin - 1, until - 1, _BEFORE, _stored(order)))
        begin = until


def _stored(order: Order) -> bool:
    return order is Order.ARRIVAL


def _said(connection: Connection, span: HistorySpan) -> Said:
    back = KEPT if span.with_last else _WHOLE_AFTER
    hours = hours_of(connection, span, back)
    said = Said(
        samples=samples_of(connection, span),
        readings=readings_of(connection, span),
        hours=hours,
        cards=cards_of(connection, span),
        sales=sales_said(
            sold_between(connection, span.begin, span.end, stored=span.stored, with_last=span.with_last)
        ),
    )
    return said if span.stored else said.in_measured_order()
