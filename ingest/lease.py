"""Which process holds a shard: an advisory lock of the very session that commits its batches.

A process that loses the connection loses the lock with it, so that no two ever commit one
shard's batches at the same time.
"""

import os
import socket

from psycopg import Connection

from telemetry.store.statements import statements


def take(connection: Connection, shard: str) -> bool:
    """Take a shard if nobody holds it."""
    with connection.transaction():
        row = connection.execute(statements("lease")["take"], (shard,)).fetchone()
    return bool(row and row[0])


def note(connection: Connection, shard: str, filters: list[str]) -> list[str]:
    """Write down who holds a shard with which topic filters; return those it has and no longer wants.

    The latter stay written until `settle`: we may die before the broker has heard of it.
    """
    with connection.transaction():
        connection.execute(statements("lease")["unsubscribed"], (shard,))
        row = connection.execute(statements("lease")["filters"], (shard,)).fetchone()
        stale = [one for one in (row[0] if row else ()) if one not in filters]
        settle(connection, shard, [*filters, *stale])
    return stale


def settle(connection: Connection, shard: str, filters: list[str]) -> None:
    """Write down what the shard's session is subscribed to."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    connection.execute(statements("lease")["note"], (shard, holder, filters))


def subscribed(connection: Connection, shard: str) -> None:
    """Write down that the broker has granted the filters: from now on it keeps what comes."""
    connection.execute(statements("lease")["subscribed"], (shard,))
