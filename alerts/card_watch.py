"""What IC-card meters say, beside what was sold onto their cards, out of the database."""

from collections import defaultdict
from collections.abc import Sequence

from psycopg import Connection

from alerts.windows.card_ledger import LOOKED_AT, NO_LEDGER, Ledger
from alerts.windows.cards import cards
from alerts.windows.window import Cards
from telemetry.registry import Registry
from telemetry.store.card_sales import Sold, ledger_begun, sold_of
from telemetry.store.windows import Span
from telemetry.store.windows_cards import Bought, cards_bought, cards_said


def cards_spoken(connection: Connection, spans: Sequence[Span], registry: Registry) -> Cards:
    """Return what devices said of their credit in the batches they spoke in, held against the ledger."""
    bought = cards_bought(connection, spans, LOOKED_AT)
    ledger = _ledger(connection, bought, registry) if bought else NO_LEDGER
    return cards(cards_said(connection, spans), registry, bought, ledger)


def _ledger(connection: Connection, bought: Sequence[Bought], registry: Registry) -> Ledger:
    """Return what was sold for the meters of devices whose count of purchases moved."""
    moved = {one.device_id for one in bought}
    devices = [name for name, number in registry.device_ids.items() if number in moved]
    meters = {one.meter for name in devices for one in registry.installations_of_device(name)}
    sold: defaultdict[str, list[Sold]] = defaultdict(list)
    for one in sold_of(connection, sorted(meters)):
        sold[one.meter].append(one)
    return Ledger(ledger_begun(connection), sold)
