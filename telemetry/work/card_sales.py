"""Sales of IC cards recorded: checked against the registry, added once."""

from collections.abc import Callable, Iterator, Mapping

import msgspec
from psycopg import Connection

from telemetry.errors import EntryError
from telemetry.model import Instant, instant
from telemetry.registry import Registry
from telemetry.store.card_sales import CardSaleRow, SaidSale, find_sale, insert_sales
from telemetry.store.registry_tables import load_registry
from telemetry.store.registry_writing import lock_registry
from telemetry.work.hand_reads import CLOCKS_AHEAD


def record(
    connection: Connection,
    sale: SaidSale,
    *,
    by: str,
    now: Instant,
    registry_of: Callable[[Connection], Registry] = load_registry,
) -> CardSaleRow:
    """Record one sale, or find it where exactly that was recorded before.

    Raises
    ------
    EntryError
        Naming the first field that is wrong; nothing is recorded then.
    """
    with connection.transaction():
        lock_registry(connection)
        for field, expected in wrong(registry_of(connection), sale, now):
            raise EntryError(field, f"expected {expected}")
        (kept,) = insert_sales(connection, [sale], by)
        return find_sale(connection, kept.card_sale_id)


def wrong(registry: Registry, sale: SaidSale, now: Instant) -> Iterator[tuple[str, str]]:
    """Yield each field that cannot be so, and what was expected of it."""
    if sale.meter not in registry.meters:
        yield "meter", "a meter that the registry knows"
    if sale.volume_m3 is None and sale.money is None:
        yield "volume_m3", "a value, or one of money"
    if sale.unit_price == 0:
        yield "unit_price", "a price above 0, or none"
    for field, at in (("sold_at", sale.sold_at), ("loaded_at", sale.loaded_at)):
        if at is not None and instant(at) > now + CLOCKS_AHEAD:
            yield field, "a time that is not in the future"


def said_sale(values: Mapping[str, object]) -> SaidSale:
    """Return a row of ``card_sales.csv`` as a sale."""
    return msgspec.convert(dict(values), SaidSale)
