"""What every request may need: connections, cursors, and what else was given to the application."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import cached_property
from typing import Annotated, cast

from fastapi import Depends, Request
from psycopg import Connection, IsolationLevel
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from alerts.people.shelving import LONGEST
from alerts.reports.shifts import SHIFTS
from api.cursors import Cursors
from api.feed import AlarmFeed
from api.limits import LimitCache
from api.registry import RegistryCache
from ingest.push import Pusher
from ingest.router import Router
from telemetry.store.keys import kept_secret


@dataclass(frozen=True)
class Platform:
    """The one object that routes reach the rest of the house through."""

    dsn: str
    pool: ConnectionPool[Connection]
    feed: AlarmFeed
    broker: str | None
    router: Router
    pusher: Pusher
    edits_need_approval: bool = False
    shelve_longest: timedelta = LONGEST
    shifts: Sequence[time] = SHIFTS
    limits: LimitCache = field(default_factory=LimitCache)
    registry: RegistryCache = field(default_factory=RegistryCache)

    @cached_property
    def secret(self) -> bytes:
        """What cursors and forms are signed with; the same for every process on this database."""
        with self.writing() as connection:
            return kept_secret(connection, "api")

    @cached_property
    def cursors(self) -> Cursors:
        """The cursors of every list."""
        return Cursors(self.secret)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that sees one snapshot and cannot write."""
        with self.pool.connection() as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            try:
                yield connection
            finally:
                if connection.info.transaction_status == TransactionStatus.ACTIVE:
                    connection.close()  # a COPY that was not read to its end would never let go
                else:
                    connection.rollback()
                    connection.isolation_level = None
                    connection.read_only = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection and commit what was done with it."""
        with self.pool.connection() as connection:
            yield connection


async def platform_of(request: Request) -> Platform:
    """Return the platform of the application that answers; a coroutine, so that no thread is taken for it."""
    return cast("Platform", request.app.state.platform)


Here = Annotated[Platform, Depends(platform_of)]
