"""A page of one meter's ledger: what was entered up to the first page's asking, in order of time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from psycopg import Connection

from api.cursors import Position
from api.parameters import Period
from api.platform import Platform
from api.schemas.lists import Listing, next_cursor
from telemetry.errors import NotFoundError
from telemetry.store.meters import meter_exists

Item = TypeVar("Item")
Row = TypeVar("Row")
Listed = TypeVar("Listed")


class Rows(Protocol[Listed]):
    """Reads a meter's rows up to number ``last``, after one of them by time and number."""

    def __call__(
        self,
        connection: Connection,
        meter: str,
        span: tuple[datetime | None, datetime | None],
        *,
        last: int,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[Listed]:
        """Return them in order of time."""


@dataclass(frozen=True)
class MeterLedger(Generic[Row]):
    """How a ledger is read: its name in cursors, its latest number, its rows, and where a row stands."""

    name: str
    last: Callable[[Connection], int]
    rows: Rows[Row]
    place: Callable[[Row], tuple[datetime, int]]


def ledger_page(
    platform: Platform, ledger: MeterLedger[Row], meter: str, page: Period, shown: Callable[[Row], Item]
) -> Listing[Item]:
    """Return a page of what a ledger has of a meter.

    Raises
    ------
    NotFoundError
        If there is no such meter.
    """
    bound = page.bound() | {"meter": meter, "list": ledger.name}
    with platform.reading() as connection:
        if not meter_exists(connection, meter):
            raise NotFoundError(f"there is no meter {meter}")
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            last = int(position.snapshot[0])
            after = (datetime.fromisoformat(position.after[0]), int(position.after[1]))
        else:
            last, after = ledger.last(connection), None
        span = (page.start, page.end)
        rows = ledger.rows(connection, meter, span, last=last, limit=page.limit + 1, after=after)

    def position_of(row: Row) -> Position:
        at, number = ledger.place(row)
        return Position([at.isoformat(), number], [last])

    return Listing(
        items=[shown(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(platform.cursors, rows, page.limit, bound, position_of),
    )
