"""Payloads pushed over HTTP, stored before they are answered: one after the other, over one connection."""

import threading
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import Connection

from ingest.pipeline import Pipeline, Stored, now
from ingest.pushed import pushed_topic
from ingest.router import Router
from telemetry.model import RawMessage
from telemetry.store.pool import connect

_SOURCE: Final = "push"
_ATTEMPTS: Final = 2
"""A connection that broke since the last payload is found out by using it."""


class Pusher:
    """Takes pushed payloads down the path of all others; opens its connection with the first."""

    def __init__(self, dsn: str, router: Router) -> None:
        """Prepare; nothing is opened yet."""
        self._dsn = dsn
        self._router = router
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._pipeline: Pipeline | None = None

    def push(self, family: str, source: str, topic: str | None, payload: bytes) -> Stored:
        """Store one payload of a family; when this returns, it is on disk.

        Raises
        ------
        psycopg.OperationalError
            If the database does not answer.
        """
        # Who heard no answer sends again: what is refused must not be refused twice for that.
        message = RawMessage(pushed_topic(family, source, topic), payload, now(), redelivered=True)
        with self._lock:
            for attempt in range(_ATTEMPTS):
                pipeline = self._opened()
                try:
                    return pipeline.store(pipeline.assemble([message]))
                except psycopg.OperationalError:
                    self._close()
                    if attempt + 1 == _ATTEMPTS:
                        raise
        raise AssertionError  # the last attempt returns or raises

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._close()

    def _opened(self) -> Pipeline:
        if self._pipeline is None:
            self._connection = connect(self._dsn, _SOURCE, autocommit=True)
            self._pipeline = Pipeline(self._connection, _SOURCE, self._router)
        return self._pipeline

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = self._pipeline = None
