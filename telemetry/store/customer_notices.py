"""What customers are told of: statements that were closed, and planned work."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class ClosedBill:
    """A closed statement as its customer is told of it; ``key`` names what is told."""

    key: str
    statement_id: int
    period: str
    site: str
    span_start: datetime
    span_end: datetime
    time_zone: str
    base_volume_um3: int
    account: str
    name: str
    contacts: str


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A planned job during which gas may fail; ``key`` is another one when its times change."""

    key: str
    job_id: int
    target_kind: str
    target_id: str
    starts_at: datetime
    ends_at: datetime


def begin_telling(connection: Connection, now: datetime) -> None:
    """Tell customers from now on, unless they are told already."""
    connection.execute(statements("customer_notices")["begin"], {"now": now})


def untold_bills(connection: Connection, route: str, after: datetime) -> list[ClosedBill]:
    """Return the statements of accounts with contacts, closed after a time, that nobody was told of."""
    with connection.cursor(row_factory=class_row(ClosedBill)) as cursor:
        values = {"route": route, "after": after}
        return cursor.execute(statements("customer_notices")["statements"], values).fetchall()


def untold_outages(connection: Connection, route: str, now: datetime) -> list[PlannedWork]:
    """Return the planned work that is to come or under way and nobody was told of."""
    with connection.cursor(row_factory=class_row(PlannedWork)) as cursor:
        values = {"route": route, "now": now}
        return cursor.execute(statements("customer_notices")["outages"], values).fetchall()
