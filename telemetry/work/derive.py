"""Derive: readings and registry to hourly volumes, wherever either has changed."""

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Final

from psycopg import Connection, OperationalError

from telemetry.errors import NotFoundError
from telemetry.model import Instant
from telemetry.store import derive_queue
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.store.statements import statements
from telemetry.store.volume_writing import Delta
from telemetry.work.deriver import Derived, Deriver

log = logging.getLogger(__name__)

PAUSE_S: Final = 0.5
"""What arrives within it is worked out together."""

POLL_S: Final = 2.0
RECONNECT_S: Final = 1.0


def run(dsn: str, stop: threading.Event, *, pause_s: float = PAUSE_S, poll_s: float = POLL_S) -> None:
    """Derive until ``stop``: on every word of an arrival or a registry, and on a poll behind it."""
    while not stop.is_set():
        try:
            _serve(dsn, stop, pause_s, poll_s)
        except OperationalError as error:
            log.warning("derive_interrupted reason=%s", str(error).strip())
            stop.wait(RECONNECT_S)


def derive_pending(connection: Connection, stop: threading.Event | None = None) -> Derived:
    """Work off all that waits, unless others hold it already."""
    return Deriver(connection).pending(stop)


def derive_span(
    connection: Connection,
    meters: Sequence[str] | None,
    start: Instant,
    end: Instant,
    stop: threading.Event | None = None,
) -> Derived:
    """Work a span of some meters, or of all, out again, beside it whatever waits; return when it is done.

    What other workers did of it is not in the counts.
    """
    with connection.transaction():
        marked = derive_queue.mark(connection, _ids(connection, meters), (start, end), "request")
    deriver, stop = Deriver(connection), stop or threading.Event()
    done = deriver.pending(stop)
    while not stop.is_set() and _any_left(connection, marked):
        stop.wait(PAUSE_S)
        done = done.plus(deriver.pending(stop))
    return done


def _any_left(connection: Connection, marked: Sequence[int]) -> bool:
    with connection.transaction():
        return derive_queue.any_left(connection, marked)


def deltas(
    connection: Connection, meters: Sequence[str] | None, start: Instant, end: Instant
) -> Iterator[Delta]:
    """Yield what working a span of some meters, or of all, out again would change; change nothing."""
    with connection.transaction():
        wanted = _ids(connection, meters)
    return Deriver(connection).deltas(wanted, (start, end))


def _ids(connection: Connection, meters: Sequence[str] | None) -> list[int]:
    ids = load_registry(connection).meter_ids
    if meters is None:
        return list(ids.values())
    for meter in meters:
        if meter not in ids:
            raise NotFoundError(f"there is no meter {meter}")
    return [ids[meter] for meter in meters]


def _serve(dsn: str, stop: threading.Event, pause_s: float, poll_s: float) -> None:
    with (
        connect(dsn, "derive", autocommit=True) as connection,
        connect(dsn, "derive-wait", autocommit=True) as ear,
    ):
        ear.execute(statements("derive")["listen"])
        deriver = Deriver(connection)
        while not stop.is_set():
            done = deriver.pending(stop)
            if done.spans:
                log.info("derived spans=%d hours=%d added=%d revised=%d", *done)
            _wait(ear, stop, pause_s, poll_s)


def _wait(ear: Connection, stop: threading.Event, pause_s: float, poll_s: float) -> None:
    """Wait for word, for the poll or for the end, then a little for what comes with it."""
    waited = 0.0
    while waited < poll_s and not stop.is_set():
        if any(True for _ in ear.notifies(timeout=pause_s, stop_after=1)):
            stop.wait(pause_s)
            break
        waited += pause_s
