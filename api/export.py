"""Long answers: streamed from one snapshot, over a connection of their own."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

from psycopg import Connection, IsolationLevel

from api.platform import Platform
from api.problems import Problem
from telemetry.store.pool import connect

AT_ONCE: Final = 4
_slots: Final = threading.BoundedSemaphore(AT_ONCE)


class Export:
    """An answer in pieces, which lets go of its connection whichever way it ends.

    A slow reader must not hold the pool's connections, hence one of its own; and only so
    many at once. What is wrong with the request is raised before the first piece.
    """

    def __init__(self, platform: Platform, pieces: Callable[[Connection], Iterator[bytes]]) -> None:
        """Take a place and connect.

        Raises
        ------
        Problem
            503, when too many long answers are under way.
        """
        self._connection: Connection | None = None
        self._placed = _slots.acquire(blocking=False)
        if not self._placed:
            raise Problem(503, "too many exports are under way; try again", headers={"Retry-After": "10"})
        try:
            self._connection = connect(platform.dsn, "api-export")
            self._connection.isolation_level = IsolationLevel.REPEATABLE_READ
            self._connection.read_only = True
            self._pieces = pieces(self._connection)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""
        try:
            yield from self._pieces
        finally:
            self.close()

    def __del__(self) -> None:
        """Let go where nobody began to read."""
        self.close()

    def close(self) -> None:
        """Let go of the connection and the place."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._placed:
            self._placed = False
            _slots.release()
