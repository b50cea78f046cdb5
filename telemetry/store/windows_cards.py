"""What IC-card meters said of the credit they hold, and of the price table they deduct by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant, moment
from telemetry.store.statements import statements
from telemetry.store.windows import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class CardSaid:
    """One card state, the one before it, and the registers at both and a week ago."""

    device_id: int
    measured_at: datetime
    received_at: datetime
    remaining_m3: float | None
    remaining_money: float | None
    cumulative_purchased_m3: float | None
    sequence: int | None
    alarm_m3: float | None
    overdraft_limit_m3: float | None
    before_at: datetime | None
    before_remaining_m3: float | None
    before_remaining_money: float | None
    before_purchased_m3: float | None
    before_sequence: int | None
    index_um3: int | None
    before_index_um3: int | None
    week_at: datetime | None
    week_index_um3: int | None


def cards_said(connection: Connection, spans: Iterable[Span]) -> list[CardSaid]:
    """Return what devices said of their credit in the batches they spoke in, by device and time."""
    known = list(spans)
    values = {
        "ids": [one.id for one in known],
        "first": [one.first for one in known],
        "last": [one.last for one in known],
        "stored_at": sorted({one.stored_at for one in known}),
    }
    with connection.cursor(row_factory=class_row(CardSaid)) as cursor:
        return cursor.execute(statements("windows_cards")["cards"], values).fetchall()


def price_versions(connection: Connection, devices: Sequence[str], since: Instant) -> dict[str, str]:
    """Return the price table that each device said last that it holds, since an instant."""
    values = {"devices": list(devices), "from": moment(since)}
    return dict(connection.execute(statements("windows_cards")["price_versions"], values).fetchall())
