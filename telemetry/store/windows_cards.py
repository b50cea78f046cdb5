"""What IC-card meters said of the credit they hold, and of the price table they deduct by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant, instant, moment
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


class Bought(NamedTuple):
    """A move of a meter's count of purchases between two card states that both say it.

    ``taken_m3`` is what the sum of purchases moved by meanwhile, None where it is not said.
    """

    device_id: int
    before_at: Instant
    at: Instant
    before_sequence: int
    sequence: int
    taken_m3: float | None


def cards_said(connection: Connection, spans: Iterable[Span]) -> list[CardSaid]:
    """Return what devices said of their credit in the batches they spoke in, by device and time."""
    known = list(spans)
    values = _bounds(known) | {"stored_at": sorted({one.stored_at for one in known})}
    with connection.cursor(row_factory=class_row(CardSaid)) as cursor:
        return cursor.execute(statements("windows_cards")["cards"], values).fetchall()


def cards_bought(connection: Connection, spans: Iterable[Span], back: Instant) -> list[Bought]:
    """Return where counts of purchases moved, up to so long [µs] before devices spoke, by device and time."""
    values = _bounds(list(spans)) | {"back": timedelta(microseconds=back)}
    rows = connection.execute(statements("windows_cards")["bought"], values).fetchall()
    return [Bought(device, instant(before_at), instant(at), *rest) for device, before_at, at, *rest in rows]


def _bounds(spans: Sequence[Span]) -> dict[str, object]:
    return {
        "ids": [one.id for one in spans],
        "first": [one.first for one in spans],
        "last": [one.last for one in spans],
    }


class HeldTable(NamedTuple):
    """The price table that a device said last that it holds.

    ``said_at`` is when it said so last, ``other_until`` when it said last that it holds another one, None
    if it did not lately.
    """

    version: str
    said_at: Instant
    other_until: Instant | None = None


def price_tables(connection: Connection, devices: Sequence[str], since: Instant) -> dict[str, HeldTable]:
    """Return the price table that each device said last that it holds, since an instant."""
    values = {"devices": list(devices), "from": moment(since)}
    rows = connection.execute(statements("windows_cards")["price_tables"], values).fetchall()
    return {
        device: HeldTable(version, instant(said_at), other_until and instant(other_until))
        for device, version, said_at, other_until in rows
    }
