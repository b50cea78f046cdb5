"""Stored payloads, read to be decoded again."""

from collections.abc import Iterator, Sequence

from psycopg import Connection

from telemetry.model import Instant, RawMessage, instant, moment
from telemetry.store.statements import statements


def refused_messages(
    connection: Connection,
    since: Instant,
    *,
    reason: str | None = None,
    devices: Sequence[str] | None = None,
) -> list[tuple[int, RawMessage]]:
    """Return the payloads behind the dead letters that nobody has mended, with their numbers."""
    wanted = {"since": moment(since), "reason": reason, "devices": None if devices is None else list(devices)}
    rows = connection.execute(statements("replays")["refused"], wanted).fetchall()
    return [_message(*row) for row in rows]


def stored_messages(connection: Connection, since: Instant) -> Iterator[tuple[int, RawMessage]]:
    """Yield every payload that was kept whole; the connection must be in a transaction."""
    with connection.cursor(name="replay") as cursor:
        for row in cursor.execute(statements("replays")["stored"], {"since": moment(since)}):
            yield _message(*row)


def mark_mended(
    connection: Connection, messages: Sequence[int], again: Sequence[tuple[int, int | None]]
) -> int:
    """Note the dead letters of ``messages`` as replayed, but for the elements refused ``again``."""
    values = {
        "messages": list(messages),
        "again_messages": [message for message, _ in again],
        "again_elements": [element for _, element in again],
    }
    return connection.execute(statements("replays")["mend"], values).rowcount


def _message(message_id: int, received_at: object, topic: str, payload: bytes) -> tuple[int, RawMessage]:
    # What stands refused already must not be refused a second time: hence "redelivered".
    return message_id, RawMessage(topic, bytes(payload), instant(received_at), redelivered=True)  # type: ignore[arg-type]  # timestamptz
