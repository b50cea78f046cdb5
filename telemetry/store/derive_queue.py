"""The queue of what must be worked out again: arrivals, dirty spans, and who holds which meter."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant, moment
from telemetry.store.statements import statements

_ARRIVALS_AT_ONCE = 256


class DirtySpan(NamedTuple):
    """A half-open span of one meter whose volumes may no longer be right."""

    dirty_id: int
    meter_id: int
    span_start: Instant
    span_end: Instant
    cause: str


def expand_arrivals(connection: Connection) -> int:
    """Turn arrivals into dirty spans and return how many there were; more may be left."""
    row = connection.execute(statements("derive")["expand_arrivals"], {"most": _ARRIVALS_AT_ONCE}).fetchone()
    return int(row[0]) if row else 0


def mark(
    connection: Connection, meters: Sequence[int], span: tuple[Instant, Instant], cause: str
) -> list[int]:
    """Have one half-open span of some meters worked out again; return the dirty spans that say so."""
    start, end = span
    wanted = {"meters": list(meters), "start": moment(start), "end": moment(end), "cause": cause}
    return [row[0] for row in connection.execute(statements("derive")["mark"], wanted)]


def any_left(connection: Connection, dirty_ids: Sequence[int]) -> bool:
    """Say whether any of some dirty spans still waits or is being worked off."""
    row = connection.execute(statements("derive")["any_left"], {"spans": list(dirty_ids)}).fetchone()
    return bool(row and row[0])


def claim(connection: Connection, most: int) -> list[int]:
    """Hold meters that wait, until the transaction ends; those that others hold are passed over."""
    return [row[0] for row in connection.execute(statements("derive")["claim"], {"most": most})]


def dirty_spans(connection: Connection, meters: Sequence[int], most: int) -> list[DirtySpan]:
    """Return what waits of some meters, at most so many."""
    with connection.cursor(row_factory=class_row(DirtySpan)) as cursor:
        wanted = {"meters": list(meters), "most": most}
        return cursor.execute(statements("derive")["dirty_spans"], wanted).fetchall()


def settle(connection: Connection, spans: Sequence[DirtySpan]) -> None:
    """Forget spans that are worked out."""
    connection.execute(statements("derive")["settle"], {"spans": [span.dirty_id for span in spans]})
