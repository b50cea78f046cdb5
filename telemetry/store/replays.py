"""Stored payloads, read to be decoded again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from psycopg import Connection, Cursor

from telemetry.batch import Mend
from telemetry.model import Instant, Integers, RawMessage, instant, moment
from telemetry.store.payloads import unpack
from telemetry.store.statements import statements


def refused_messages(
    connection: Connection,
    since: Instant,
    *,
    reason: str | None = None,
    devices: Sequence[str] | None = None,
    letters: Sequence[int] | None = None,
) -> Iterator[tuple[int, RawMessage]]:
    """Yield the payloads behind the dead letters that nobody has mended, as `stored_messages` does."""
    wanted = {
        "since": moment(since),
        "reason": reason,
        "devices": None if devices is None else list(devices),
        "letters": None if letters is None else list(letters),
    }
    return _messages(connection, "refused", wanted)


def stored_messages(connection: Connection, since: Instant) -> Iterator[tuple[int, RawMessage]]:
    """Yield every payload that was kept whole, with its number; the connection must be in a transaction."""
    return _messages(connection, "stored", {"since": moment(since)})


def mark_mended(
    cursor: Cursor, messages: Sequence[int], received: Integers, again: Sequence[tuple[int, int | None]]
) -> None:
    """Note the dead letters of ``messages`` as replayed, but for the elements refused ``again``."""
    values = {
        "messages": list(messages),
        "first": moment(int(received.min())),
        "last": moment(int(received.max())),
        "again_messages": [message for message, _ in again],
        "again_elements": [element for _, element in again],
    }
    cursor.execute(statements("replays")["mend"], values)


def note_mend(cursor: Cursor, mend: Mend, message_id: int, received_at: Instant) -> None:
    """Note who corrected a refused payload and why, and as which message it was stored."""
    values = {
        "dead_letter_id": mend.dead_letter_id,
        "message_id": message_id,
        "received_at": moment(received_at),
        "by": mend.by,
        "reason": mend.reason,
    }
    cursor.execute(statements("replays")["note_mend"], values)


def _messages(
    connection: Connection, name: str, wanted: Mapping[str, object]
) -> Iterator[tuple[int, RawMessage]]:
    """Yield a query's messages as they are read: there may be more than fit into memory."""
    with connection.cursor(name=f"replay_{name}") as cursor:
        for row in cursor.execute(statements("replays")[name], wanted):
            yield _message(*row)


def _message(
    message_id: int, received_at: datetime, topic: str, payload: bytes, packed: bool
) -> tuple[int, RawMessage]:
    # What stands refused already must not be refused a second time: hence "redelivered".
    return message_id, RawMessage(topic, unpack(payload, packed), instant(received_at), redelivered=True)
