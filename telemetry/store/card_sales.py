"""Sales of IC cards stored: a ledger that is only added to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant, instant, moment
from telemetry.store.statements import statements

SaleKind = Literal["sale", "top_up", "refund", "reversal", "card_replacement", "exchange_credit"]

_TAKEN_BACK: Final = frozenset({"refund", "reversal"})


class SaidSale(msgspec.Struct, frozen=True, kw_only=True):
    """What the office sold onto a card, in the words of ``card_sales.csv``; no figure is negative."""

    meter: str
    sold_at: datetime
    kind: SaleKind
    sequence: int
    volume_m3: Decimal | None = None
    money: Decimal | None = None
    unit_price: Decimal | None = None
    loaded_at: datetime | None = None
    receipt: str | None = None
    operator: str | None = None


class CardSaleRow(SaidSale, frozen=True, kw_only=True):
    """A sale as it was stored."""

    card_sale_id: int
    recorded_by: str
    recorded_at: datetime


class Kept(NamedTuple):
    """Where a sale stands, and whether it is new."""

    card_sale_id: int
    added: bool


class Sold(NamedTuple):
    """What a row of the ledger brings a meter.

    ``volume_m3`` is negative where the row takes something back, None where it states neither a volume nor a
    price that gives one.
    """

    meter: str
    sequence: int
    sold_at: Instant
    kind: str
    volume_m3: float | None


def insert_sales(connection: Connection, sales: Iterable[SaidSale], recorded_by: str) -> list[Kept]:
    """Add sales, or find each where exactly that is there already; the caller keeps others out."""
    values = [msgspec.structs.asdict(one) | {"recorded_by": recorded_by} for one in sales]
    if not values:
        return []
    with connection.cursor() as cursor:
        cursor.executemany(statements("card_sales")["insert"], values, returning=True)
        return [Kept(*row) for result in cursor.results() for row in result.fetchall()]


def find_sale(connection: Connection, card_sale_id: int) -> CardSaleRow:
    """Return one sale that is there."""
    with connection.cursor(row_factory=class_row(CardSaleRow)) as cursor:
        row = cursor.execute(statements("card_sales")["find"], (card_sale_id,)).fetchone()
    if row is None:
        raise LookupError(f"card_sale: {card_sale_id} is not there")
    return row


def last_sale(connection: Connection) -> int:
    """Return the number of the latest sale, 0 before the first."""
    row = connection.execute(statements("card_sales")["last"]).fetchone()
    return int(row[0]) if row else 0


def list_sales(
    connection: Connection,
    meter: str,
    span: tuple[datetime | None, datetime | None],
    *,
    last: int,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[CardSaleRow]:
    """Return a meter's sales up to number ``last``, in order of time."""
    after_at, after_id = after or (None, None)
    values = {"meter": meter, "start": span[0], "end": span[1], "last": last, "limit": limit}
    values |= {"after_at": after_at, "after_id": after_id}
    with connection.cursor(row_factory=class_row(CardSaleRow)) as cursor:
        return cursor.execute(statements("card_sales")["of_meter"], values).fetchall()


def ledger_begun(connection: Connection) -> Instant | None:
    """Return when the first sale of the ledger was, None while no ledger is kept."""
    row = connection.execute(statements("card_sales")["begun"]).fetchone()
    return instant(row[0]) if row and row[0] else None


def sold_of(connection: Connection, meters: Sequence[str]) -> list[Sold]:
    """Return everything that was sold for some meters, by meter and sequence."""
    rows = connection.execute(statements("card_sales")["of_meters"], {"meters": list(meters)}).fetchall()
    return [_sold(*row) for row in rows]


def sold_between(
    connection: Connection, begin: Instant, end: Instant, *, stored: bool, with_last: bool
) -> list[tuple[Sold, Instant]]:
    """Return what was sold after one instant and until another, each with when it was entered.

    With ``stored`` the span is that of entry, with ``with_last`` it has no beginning.
    """
    values = {"begin": moment(begin), "end": moment(end), "stored": stored, "with_last": with_last}
    rows = connection.execute(statements("card_sales")["known_between"], values).fetchall()
    return [(_sold(*row), instant(recorded_at)) for *row, recorded_at in rows]


def sold(sale: SaidSale) -> Sold:
    """Return what a sale brings its meter."""
    return _sold(
        sale.meter, sale.sequence, sale.sold_at, sale.kind, sale.volume_m3, sale.money, sale.unit_price
    )


def _sold(
    meter: str,
    sequence: int,
    sold_at: datetime,
    kind: str,
    volume_m3: Decimal | None,
    money: Decimal | None,
    unit_price: Decimal | None,
) -> Sold:
    stated = None if volume_m3 is None else float(volume_m3)
    if stated is None and money is not None and unit_price:
        stated = float(money / unit_price)
    signed = stated if stated is None or kind not in _TAKEN_BACK else -stated
    return Sold(meter, sequence, instant(sold_at), kind, signed)
