"""Collectors that are killed: no reading lost, none doubled, the counters close."""

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest

from citygas.embedded.broker import EmbeddedBroker
from tests.integration.collecting import (
    Publisher,
    Standing,
    collector,
    open_session,
    options,
    publisher,
    received,
)
from tests.integration.collector_process import POINTS
from tests.integration.ingesting import build_registry, counters, empty, one, until
from tests.servers import create_database, drop_database

ROOT: Final = Path(__file__).parents[2]
MESSAGES: Final = 1500
KILLS: Final = 20
BACKLOG: Final = 1200
"""How many published messages may wait: constant traffic, as much as is taken."""


@pytest.fixture(scope="module", params=["plain", pytest.param("timescale", marks=pytest.mark.timescale)])
def shared(request: pytest.FixtureRequest) -> Iterator[str]:
    yield from registered(str(request.getfixturevalue(f"{request.param}_dsn".replace("plain", "postgres"))))


@pytest.fixture(scope="module")
def shared_plain(postgres_dsn: str) -> Iterator[str]:
    yield from registered(postgres_dsn)


def registered(server: str) -> Iterator[str]:
    dsn = create_database(server)
    build_registry(dsn)
    yield dsn
    drop_database(dsn)


@pytest.fixture
def city(shared: str) -> str:
    """A city of which nothing was said yet, once for each profile."""
    empty(shared)
    return shared


@pytest.fixture
def plain_city(shared_plain: str) -> str:
    """The same in the plain profile alone."""
    empty(shared_plain)
    return shared_plain


class Child:
    """A collector in a process of its own."""

    def __init__(self, dsn: str, broker: EmbeddedBroker, **told: Any) -> None:  # noqa: ANN401 -- of the script
        self._dsn = dsn
        script = str(Path(__file__).with_name("collector_process.py"))
        arguments = json.dumps({"dsn": dsn, "port": broker.port, **told})
        self.process = subprocess.Popen(
            [sys.executable, script, arguments], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )

    @property
    def holds(self) -> bool:
        """Whether it is the one that collects."""
        query = "SELECT count(*) FROM shard_lease WHERE holder LIKE '%%:' || %s"
        return bool(one(self._dsn, query, (str(self.process.pid),)) == 1)

    def kill(self) -> None:
        """End it as the kernel would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def child(dsn: str, broker: EmbeddedBroker, **told: Any) -> Iterator[Child]:  # noqa: ANN401
    """Run a collector; it is gone when the test is over."""
    started = Child(dsn, broker, **told)
    try:
        yield started
    finally:
        started.kill()


def assert_all_stands(city: str, numbers: range) -> None:
    """Wait for the last element, then compare every row and the counters with what was published."""
    expected = Standing.of(numbers)
    done = expected.counts
    until(lambda: counters(city).committed + counters(city).refused >= done.committed + done.refused)
    found = Standing.found(city)
    assert found == expected
    counted = counters(city)
    assert (counted.committed, counted.refused) == (done.committed, done.refused)
    assert counted.received == counted.committed + counted.duplicate + counted.refused
    assert counted.received >= len(numbers)


@pytest.mark.parametrize(("point", "protocol"), [*zip(POINTS, cycle(["5", "3.1.1"]), strict=False)])
def test_killed_at_a_point_then_started_again(
    city: str, mosquitto: EmbeddedBroker, point: str, protocol: str
) -> None:
    open_session(mosquitto, protocol=protocol)
    with publisher(mosquitto) as device:
        device.mixed(range(MESSAGES))
    with child(city, mosquitto, point=point, passes=3, protocol=protocol) as killed:
        assert killed.process.wait(30) == -signal.SIGKILL
    assert received(city) < MESSAGES, "it died in the middle of the work"
    with collector(city, options(mosquitto, protocol=protocol)):
        assert_all_stands(city, range(MESSAGES))


@pytest.mark.parametrize(("point", "protocol"), [*zip(POINTS, cycle(["3.1.1", "5"]), strict=False)])
def test_killed_at_a_point_while_a_spare_stands_by(
    plain_city: str, mosquitto: EmbeddedBroker, point: str, protocol: str
) -> None:
    open_session(mosquitto, protocol=protocol)
    with child(plain_city, mosquitto, point=point, passes=3, protocol=protocol) as killed:
        until(lambda: killed.holds)
        spare = collector(plain_city, options(mosquitto, protocol=protocol))
        with spare, publisher(mosquitto) as device:
            device.mixed(range(MESSAGES))
            assert killed.process.wait(30) == -signal.SIGKILL
            device.flush()
            assert_all_stands(plain_city, range(MESSAGES))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_sigterm_finishes_the_batch_and_keeps_the_session(
    plain_city: str, mosquitto: EmbeddedBroker, protocol: str
) -> None:
    open_session(mosquitto, protocol=protocol)
    with publisher(mosquitto) as device:
        device.mixed(range(MESSAGES))
    with child(plain_city, mosquitto, protocol=protocol) as asked:
        until(lambda: received(plain_city) > 0)
        asked.process.terminate()
        assert asked.process.wait(30) == 0
    assert one(plain_city, "SELECT in_flight FROM ingest_counter") == 0
    with collector(plain_city, options(mosquitto, protocol=protocol)):
        assert_all_stands(plain_city, range(MESSAGES))
        until(lambda: received(plain_city) == MESSAGES)
    assert received(plain_city) == MESSAGES, "what was stored has been acknowledged, and came only once"


class Traffic:
    """Publishes without a pause, as much as is taken, until told to stop."""

    def __init__(self, city: str, device: Publisher) -> None:
        self._city = city
        self._device = device
        self._stop = threading.Event()
        self.published = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self.published - received(self._city) < BACKLOG:
                self._device.mixed(range(self.published, self.published + 100))
                self._device.flush()
                self.published += 100
            else:
                self._stop.wait(0.005)

    def stop(self) -> range:
        """Return the numbers of all that was published."""
        self._stop.set()
        self._thread.join()
        return range(self.published)


@contextmanager
def traffic(city: str, broker: EmbeddedBroker) -> Iterator[Traffic]:
    with publisher(broker) as device:
        running = Traffic(city, device)
        try:
            yield running
        finally:
            running.stop()


def kill_at_random(holder: Child, chance: random.Random) -> None:
    """Let it take the shard, and kill it at some moment of its work."""
    until(lambda: holder.holds)
    try:
        holder.process.wait(chance.uniform(0, 0.2))
    except subprocess.TimeoutExpired:
        holder.kill()


def test_killed_at_random_moments_and_started_again(plain_city: str, mosquitto: EmbeddedBroker) -> None:
    chance = random.Random(20)
    open_session(mosquitto)
    with traffic(plain_city, mosquitto) as running:
        for _ in range(KILLS):
            with child(plain_city, mosquitto) as holder:
                kill_at_random(holder, chance)
        numbers = running.stop()
    with collector(plain_city, options(mosquitto)):
        assert_all_stands(plain_city, numbers)


def test_killed_at_random_moments_while_a_spare_stands_by(plain_city: str, mosquitto: EmbeddedBroker) -> None:
    chance = random.Random(21)
    open_session(mosquitto)
    with ExitStack() as children, traffic(plain_city, mosquitto) as running:

        def start() -> Child:
            return children.enter_context(child(plain_city, mosquitto))

        standing = [start(), start()]
        for _ in range(KILLS):
            until(lambda: any(one.holds for one in standing))
            standing.sort(key=lambda one: one.holds)
            kill_at_random(standing.pop(), chance)
            standing.append(start())
        until(lambda: any(one.holds for one in standing))
        assert_all_stands(plain_city, running.stop())
