"""Hand reads stored: a ledger that is only added to."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, dict_row

from telemetry.model import Instant, moment
from telemetry.store.statements import statements
from telemetry.volumes.evidence import HandRead


class SaidRead(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody read off a meter, in the words of ``reads.csv``."""

    meter: str
    measured_at: datetime
    index_m3: Decimal | None = None
    base_index_m3: Decimal | None = None
    mechanical_index_m3: Decimal | None = None
    remaining_m3: Decimal | None = None
    reader: str | None = None
    photo_ref: str | None = None
    reason: str | None = None


class HandReadRow(SaidRead, frozen=True, kw_only=True):
    """A hand read as it was stored."""

    hand_read_id: int
    recorded_by: str
    recorded_at: datetime


class Kept(NamedTuple):
    """Where a hand read stands, and whether it is new."""

    hand_read_id: int
    added: bool


def insert_hand_read(connection: Connection, read: SaidRead, recorded_by: str) -> Kept:
    """Add a hand read, or find it where exactly that is there already; the caller keeps others out."""
    values = msgspec.structs.asdict(read) | {"recorded_by": recorded_by}
    row = connection.execute(statements("hand_reads")["insert"], values).fetchone()
    if row is None:
        raise LookupError("hand_read: neither found nor added")
    return Kept(*row)


def find_hand_read(connection: Connection, hand_read_id: int) -> HandReadRow:
    """Return one hand read that is there."""
    with connection.cursor(row_factory=class_row(HandReadRow)) as cursor:
        row = cursor.execute(statements("hand_reads")["find"], (hand_read_id,)).fetchone()
    if row is None:
        raise LookupError(f"hand_read: {hand_read_id} is not there")
    return row


def last_hand_read(connection: Connection) -> int:
    """Return the number of the latest hand read, 0 before the first."""
    row = connection.execute(statements("hand_reads")["last"]).fetchone()
    return int(row[0]) if row else 0


def list_hand_reads(
    connection: Connection,
    meter: str,
    span: tuple[datetime | None, datetime | None],
    *,
    last: int,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[HandReadRow]:
    """Return a meter's hand reads up to number ``last``, in order of time."""
    after_at, after_id = after or (None, None)
    values = {"meter": meter, "start": span[0], "end": span[1], "last": last, "limit": limit}
    values |= {"after_at": after_at, "after_id": after_id}
    with connection.cursor(row_factory=class_row(HandReadRow)) as cursor:
        return cursor.execute(statements("hand_reads")["of_meter"], values).fetchall()


def hand_reads_between(
    connection: Connection, meter_ids: Sequence[int], start: Instant, end: Instant
) -> list[HandRead]:
    """Return what people read of some meters in [start, end), in order of meter, time and entry."""
    wanted = {"meters": list(meter_ids), "start": moment(start), "end": moment(end)}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("hand_reads")["between"], wanted).fetchall()
    return [HandRead(**row) for row in found]
