"""Delivery beside the watch: one thread makes notices, and one for each channel sends them."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection, OperationalError

from alerts.delivery.channel import Channel, ChannelOptions, UndeliveredError, opened
from alerts.delivery.outbox import Outbox, Telling
from alerts.delivery.pace import lately, may_send, retry_after
from telemetry.model import moment
from telemetry.store.outbox import (
    Notice,
    channel_state,
    claim_notice,
    disable_channel,
    give_up,
    know_channel,
    mark_failed,
    mark_sent,
    next_notice,
)
from telemetry.store.pool import connect
from telemetry.store.windows import database_time

_LOG: Final = logging.getLogger(__name__)
_RETRY_S: Final = 1.0

ATTEMPTS: Final = 14
"""So often a notice is tried, over about seven hours, before it is given up."""

CLAIM: Final = timedelta(minutes=2)
"""For so long nobody else sends a notice that is being sent: longer than any sending takes."""


@contextmanager
def delivering(
    dsn: str, telling: Telling, channels: Sequence[ChannelOptions], tick: float = 1.0
) -> Iterator[None]:
    """Deliver while the body runs.

    Parameters
    ----------
    dsn : str
        Connection string of the database.
    telling : Telling
        Who is told of what.
    channels : sequence of ChannelOptions
        How they are reached.
    tick : float [s]
        How often each thread looks for something to do.

    Raises
    ------
    ConfigurationError
        If a channel cannot be opened.
    """
    stop = threading.Event()
    couriers = [Courier(opened(one), one) for one in channels]
    works = [_gathering(telling), *(_sending(one) for one in couriers)]
    threads = [threading.Thread(target=_keep, args=(dsn, stop, tick, one), daemon=True) for one in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(CLAIM.total_seconds())


class Courier:
    """Sends the notices of one channel, within its limit, one after another."""

    def __init__(self, channel: Channel, options: ChannelOptions) -> None:
        self._channel = channel
        self._options = options
        self._unmarked: tuple[Notice, UndeliveredError | None] | None = None

    def begin(self, connection: Connection) -> None:
        """Store where the channel leads, without what its URL gives away."""
        digest = hashlib.sha256(f"{self._options.kind} {self._options.url}".encode()).hexdigest()
        know_channel(connection, self._options.name, digest)

    def deliver(self, connection: Connection, now: datetime) -> bool:
        """Send what is due first; True when there may be more.

        What was sent is stored afterwards: who is killed in between, sends it again under the same key.
        """
        if self._unmarked:  # the database went away after the last one was sent
            self._mark(connection, now)
        with connection.transaction():
            notice = self._claim(connection, now)
        if notice is None:
            return False
        try:
            self._channel.send(notice, now)
            self._unmarked = (notice, None)
        except UndeliveredError as error:
            self._unmarked = (notice, error)
        self._mark(connection, now)
        return True

    def _claim(self, connection: Connection, now: datetime) -> Notice | None:
        """Take the first notice that is due, where the channel may be used."""
        name = self._options.name
        state = channel_state(connection, name)
        if state is None:
            return None
        used_at, disabled_why = state
        if disabled_why is not None:
            give_up(connection, name, disabled_why, now)
            return None
        if not may_send(used_at, self._options.per_minute, now):
            return None
        notice = next_notice(connection, name, now)
        if notice is not None and notice.attempts >= ATTEMPTS:
            mark_failed(connection, notice.notice_id, "no attempt ever ended", next_at=now, dead_at=now)
            return None
        if notice is not None:
            used = [*lately(used_at, now), now]
            claim_notice(connection, notice.notice_id, name, used_at=used, until=now + CLAIM)
        return notice

    def _mark(self, connection: Connection, now: datetime) -> None:
        """Store what became of the notice that was sent last."""
        if self._unmarked is None:
            return
        notice, error = self._unmarked
        with connection.transaction():
            if error is None:
                mark_sent(connection, notice.notice_id, now)
            else:
                self._mark_failed(connection, notice, error, now)
        self._unmarked = None
        said = "sent" if error is None else f"failed error={error}"
        _LOG.info("notice=%d channel=%s %s", notice.notice_id, self._options.name, said)

    def _mark_failed(
        self, connection: Connection, notice: Notice, error: UndeliveredError, now: datetime
    ) -> None:
        attempts = notice.attempts + 1
        dead = error.gone or attempts >= ATTEMPTS
        mark_failed(
            connection,
            notice.notice_id,
            str(error),
            next_at=now + retry_after(notice.notice_id, attempts),
            dead_at=now if dead else None,
        )
        if error.gone:
            disable_channel(connection, self._options.name, str(error), now)


def _gathering(telling: Telling) -> "Callable[[Connection], Callable[[datetime], bool]]":
    """Return what makes notices over a connection."""

    def begin(connection: Connection) -> Callable[[datetime], bool]:
        outbox = Outbox(connection, telling)

        def work(now: datetime) -> bool:
            more = outbox.route(now)
            outbox.gather(now)
            outbox.sum_up(now)
            outbox.tell_customers(now)
            return more

        return work

    return begin


def _sending(courier: Courier) -> "Callable[[Connection], Callable[[datetime], bool]]":
    """Return what sends the notices of a channel over a connection."""

    def begin(connection: Connection) -> Callable[[datetime], bool]:
        courier.begin(connection)
        return lambda now: courier.deliver(connection, now)

    return begin


def _keep(
    dsn: str,
    stop: threading.Event,
    tick: float,
    begin: Callable[[Connection], Callable[[datetime], bool]],
) -> None:
    """Work until told to stop, over a new connection whenever one is lost."""
    while not stop.is_set():
        try:
            with connect(dsn, "deliver", autocommit=True) as connection:
                work = begin(connection)
                while not stop.is_set():
                    if not work(moment(database_time(connection))):
                        stop.wait(tick)
        except OperationalError as error:
            _LOG.warning("delivery=interrupted error=%s", str(error).strip())
            stop.wait(_RETRY_S)
        except Exception:  # noqa: BLE001 -- what fails in a way nobody thought of must not fall silent for good
            _LOG.exception("delivery=interrupted")
            stop.wait(_RETRY_S)
