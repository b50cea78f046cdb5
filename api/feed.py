"""The alarm feed: one thread listens to the database for every open stream."""

import asyncio
import logging
import socket
import threading
import time
from collections import deque
from selectors import EVENT_READ, DefaultSelector
from typing import Final

from psycopg import Connection, Error

from telemetry.store.alarm_lists import AlarmEvent, events_since, last_event_id
from telemetry.store.pool import connect

_LOG: Final = logging.getLogger(__name__)
_REMEMBERED: Final = 1000
_POLL_SECONDS: Final = 2.0
_GAP_SECONDS: Final = 1.0


class AlarmFeed:
    """What has happened to alarms, in the order of its numbers, told to whoever waits.

    Two writers may commit in another order than their numbers, so that a missing
    number is waited for before what follows it is told: a stream that is resumed after
    the last number it saw has then missed nothing.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._stop = threading.Event()
        self._hand, self._ear = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="alarm-feed", daemon=True)
        self._recent: deque[AlarmEvent] = deque(maxlen=_REMEMBERED)
        self._oldest = 0
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        self.ready = threading.Event()
        self.last = 0

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and let every stream end."""
        self._stop.set()
        self._wake()
        self._hand.close()  # heard at the other end, whatever the thread waits for
        if self._thread.is_alive():
            self._thread.join()
        self._ear.close()

    @property
    def stopped(self) -> bool:
        """Whether streams should end."""
        return self._stop.is_set()

    def subscribe(self) -> asyncio.Event:
        """Return an event that is set whenever there may be news; to be cleared by who waits."""
        news = asyncio.Event()
        with self._lock:
            self._waiting[news] = asyncio.get_running_loop()
        return news

    def unsubscribe(self, news: asyncio.Event) -> None:
        """Wake this one no more."""
        with self._lock:
            self._waiting.pop(news, None)

    def since(self, event_id: int) -> list[AlarmEvent] | None:
        """Return what came after an event, or None when that is no longer in memory."""
        with self._lock:
            if event_id < self._oldest:
                return None
            return [one for one in self._recent if one.event_id > event_id]

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with connect(self._dsn, "alarm-feed", autocommit=True) as connection:
                    self._follow(connection)
            except Error as error:
                _LOG.warning("alarm_feed=interrupted error=%s", error)
                self._stop.wait(_POLL_SECONDS)

    def _follow(self, connection: Connection) -> None:
        """Tell what is new, now and whenever the database says so."""
        connection.execute("LISTEN citygas_alarm")
        if not self.ready.is_set():
            self.last = self._oldest = last_event_id(connection)
            self.ready.set()
        gap_since: float | None = None
        while not self._stop.is_set():
            found = events_since(connection, self.last, _REMEMBERED)
            told = unbroken(found, self.last)
            if gap_since and time.monotonic() - gap_since > _GAP_SECONDS:
                told = found
            self._tell(told)
            gap_since = (gap_since or time.monotonic()) if len(told) < len(found) else None
            if len(found) < _REMEMBERED:
                self._wait(connection, 0.05 if gap_since else _POLL_SECONDS)

    def _wait(self, connection: Connection, seconds: float) -> None:
        """Wait for a notification, the poll interval, or the end."""
        # One that came along with the last answer wakes no socket any more.
        if not list(connection.notifies(timeout=0)):
            with DefaultSelector() as sources:
                sources.register(connection, EVENT_READ)
                sources.register(self._ear, EVENT_READ)
                sources.select(seconds)
            list(connection.notifies(timeout=0))

    def _tell(self, events: list[AlarmEvent]) -> None:
        if not events:
            return
        with self._lock:
            overflow = len(self._recent) + len(events) - _REMEMBERED
            if overflow > 0:
                self._oldest = [*self._recent, *events][overflow - 1].event_id
            self._recent.extend(events)
            self.last = events[-1].event_id
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            for news, loop in self._waiting.items():
                loop.call_soon_threadsafe(news.set)


def unbroken(events: list[AlarmEvent], last: int) -> list[AlarmEvent]:
    """Return the events before the first missing number."""
    return [one for place, one in enumerate(events, last + 1) if one.event_id == place]
