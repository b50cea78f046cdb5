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
    """Write down who holds a shard with which topic filters; return the filters it had before."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with connection.transaction():
        row = connection.execute(statements("lease")["filters"], (shard,)).fetchone()
        connection.execute(statements("lease")["note"], (shard, holder, filters))
    return list(row[0]) if row else []
