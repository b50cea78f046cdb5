"""Dead letters as they are read: what was refused, why, and the payload as it came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from telemetry.errors import NotFoundError
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
class MendRow:
    """How a dead letter was mended."""

    mended_at: datetime
    mended_by: str
    reason: str
    topic: str | None
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class WholeDeadLetter:
    """A dead letter with all that is known of it."""

    row: DeadLetterRow
    message_id: int
    open_beside: frozenset[int | None]
    """Other elements of its payload that are refused still."""
    mends: list[MendRow]


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters; nothing given means all."""

    reason: str | None = None
    device: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    only_open: bool = False


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
        "open": wanted.only_open,
        "last": last,
        "limit": limit,
        "before": before,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("dead_letters")["list"], values).fetchall()
    return [DeadLetterRow(**_unpacked(row)) for row in found]


def find_dead_letter(connection: Connection, dead_letter_id: int) -> WholeDeadLetter:
    """Return one dead letter.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statements("dead_letters")["one"], {"id": dead_letter_id}).fetchone()
        if row is None:
            raise NotFoundError(f"there is no dead letter {dead_letter_id}")
        mends = cursor.execute(statements("dead_letters")["mends"], {"id": dead_letter_id}).fetchall()
    message_id, beside = row.pop("message_id"), row.pop("open_beside")
    return WholeDeadLetter(
        DeadLetterRow(**_unpacked(row)),
        message_id,
        frozenset(beside),
        [MendRow(**_unpacked(mend)) for mend in mends],
    )


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"payload": unpack(row.pop("payload"), row.pop("packed"))}


def count_reasons(connection: Connection, since: datetime, *, only_open: bool) -> dict[str, int]:
    """Return how many dead letters came since a moment, by reason, the most frequent first."""
    values = {"since": since, "open": only_open}
    return dict(connection.execute(statements("dead_letters")["reasons"], values).fetchall())
