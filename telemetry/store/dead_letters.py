"""Dead letters as they are read: what was refused, why, and the payload as it came."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import dict_row

from telemetry.store.payloads import unpack
from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """One refused payload, or one refused element of it."""

    dead_letter_id: int
    received_at: datetime
    topic: str
    device: str | None
    decoder: str | None
    reason: str
    detail: str
    element: int | None
    payload_size: int
    payload: bytes | None
    replayed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters; nothing given means all."""

    reason: str | None = None
    device: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def last_dead_letter(connection: Connection) -> int:
    """Return the number of the latest dead letter, 0 before the first."""
    row = connection.execute(statements("dead_letters")["snapshot"]).fetchone()
    return int(row[0]) if row else 0


def list_dead_letters(
    connection: Connection, wanted: DeadLetterFilter, *, last: int, limit: int, before: int | None = None
) -> list[DeadLetterRow]:
    """Return dead letters up to ``last``, newest first."""
    values = {
        "reason": wanted.reason,
        "device": wanted.device,
        "start": wanted.start,
        "end": wanted.end,
        "last": last,
        "limit": limit,
        "before": before,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("dead_letters")["list"], values).fetchall()
    return [
        DeadLetterRow(**row | {"payload": unpack(row.pop("payload"), row.pop("packed"))}) for row in found
    ]


def count_reasons(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many dead letters came since a moment, by reason, the most frequent first."""
    return dict(connection.execute(statements("dead_letters")["reasons"], (since,)).fetchall())
