"""What a collector outlives: the database gone, the broker gone, both slow; and how it leaves."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.postgres import EmbeddedPostgres
from ingest import collect
from ingest.options import Shard
from ingest.pipeline import Pipeline
from ingest.subscription import Subscription
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.collecting import collector, numbers_stored, open_session, options, publisher, received
from tests.integration.ingesting import build_registry, counters, one, until, until_steady
from tests.servers import TEST_SETTINGS


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    return plain_database


@pytest.fixture
def own_server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that a test may stop."""
    with EmbeddedPostgres(server_folder / "outage", settings=TEST_SETTINGS) as server:
        yield server


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Subscription]]:
    """Tell which subscriptions the collector opens."""
    opened: list[Subscription] = []

    class Watched(Subscription):
        def open(self) -> None:
            opened.append(self)
            super().open()

    monkeypatch.setattr(collect, "Subscription", Watched)
    yield opened


def test_the_database_goes_away_and_comes_back(
    own_server: EmbeddedPostgres, mosquitto: EmbeddedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    build_registry(own_server.dsn)
    open_session(mosquitto)
    with collector(own_server.dsn, options(mosquitto)), publisher(mosquitto) as device:
        device.readings(range(1000))
        until(lambda: numbers_stored(own_server.dsn) > 0)
        own_server.stop()
        device.readings(range(1000, 3000))
        until(lambda: "database_lost" in caplog.text)
        device.flush()
        own_server.start()
        until(lambda: numbers_stored(own_server.dsn) == 3000)
        until(lambda: counters(own_server.dsn).committed == 3000)
    counted = counters(own_server.dsn)
    assert counted.received == counted.committed + counted.duplicate
    assert counted.refused == 0


def test_a_session_that_the_server_ends_is_replaced(city: str, mosquitto: EmbeddedBroker) -> None:
    open_session(mosquitto)
    held = (
        "SELECT count(*) FROM shard_lease JOIN pg_stat_activity ON application_name = 'citygas-collect-all'"
    )
    end = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'citygas-collect-all' AND datname = current_database()"
    )
    with collector(city, options(mosquitto)), publisher(mosquitto) as device:
        for begin in range(0, 3000, 1000):
            device.readings(range(begin, begin + 1000))
            until(lambda: one(city, held) >= 1)
            assert one(city, end) == 1
        until(lambda: counters(city).committed == 3000)
    assert numbers_stored(city) == 3000


def test_a_database_that_is_not_ready_yet_is_waited_for(
    empty_database: str, mosquitto: EmbeddedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    open_session(mosquitto)
    with collector(empty_database, options(mosquitto)):
        until(lambda: "database_unfit" in caplog.text)
        with publisher(mosquitto) as device:
            device.readings(range(100))
        build_registry(empty_database)
        until(lambda: counters(empty_database) == Counts(100, committed=100))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_broker_restarts(city: str, mosquitto: EmbeddedBroker, how: str, protocol: str) -> None:
    """A clean stop keeps what waits; after a crash we are there again for what comes."""
    open_session(mosquitto, protocol=protocol)
    with collector(city, options(mosquitto, protocol=protocol)):
        with publisher(mosquitto) as device:
            device.readings(range(1000))
        if how == "kill":
            until(lambda: numbers_stored(city) == 1000)
            mosquitto.kill()
        else:
            mosquitto.stop()
        mosquitto.start()
        with publisher(mosquitto) as device:
            # A crash may have cost the session: until it is there again, nobody listens.
            until(lambda: device.answered(city, 1000))
            device.readings(range(1001, 2000))
        until(lambda: numbers_stored(city) == 2000)
        until(lambda: counters(city).committed == 2000)
    counted = counters(city)
    assert counted.received == counted.committed + counted.duplicate


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_slow_database_slows_the_broker_and_not_the_memory(
    city: str, mosquitto: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    open_session(mosquitto, protocol=protocol)
    chosen = options(mosquitto, protocol=protocol, batch_messages=50)
    with watched(monkeypatch) as opened, connect(city, "locker") as locker:
        locker.execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        with collector(city, chosen), publisher(mosquitto) as device:
            device.readings(range(5000))
            until(lambda: bool(opened) and opened[0].held >= chosen.receive_maximum)
            device.flush()
            until_steady(lambda: opened[0]._seen)
            most = opened[0].held
            locker.rollback()
            until(lambda: counters(city) == Counts(5000, committed=5000))
    # By 3.1.1 the broker knows no bound: two batches are taken, and reading stops when the hand is full.
    assert most <= chosen.receive_maximum + (0 if protocol == "5" else 2 * 50 + 1)
    assert one(city, "SELECT count(*) FROM message WHERE redelivered") == 0


def test_few_large_messages_fill_the_hand_too(
    city: str, mosquitto: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.hand.HAND_BYTES", 4_000_000)
    open_session(mosquitto)
    with watched(monkeypatch) as opened, connect(city, "locker") as locker:
        locker.execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        with collector(city, options(mosquitto)), publisher(mosquitto) as device:
            for number in range(40):
                device.publish("north/D-00/reading", b"%d" % number + b" " * 1_000_000)
            until(lambda: bool(opened) and opened[0]._hand.full)
            device.flush()
            assert opened[0].held < 15
            locker.rollback()
            until(lambda: counters(city).refused == 40)


def test_the_end_finishes_the_batch_and_acknowledges_it(
    city: str, mosquitto: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being committed when the end is asked for is not delivered again to the next collector."""
    open_session(mosquitto)
    with publisher(mosquitto) as device:
        device.readings(range(150))
    committing, proceed = threading.Event(), threading.Event()
    store = Pipeline.store

    def slow(self: Pipeline, *given: object, **named: object) -> Counts:
        committing.set()
        assert proceed.wait(20)
        return store(self, *given, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Pipeline, "store", slow)
    stop = threading.Event()
    ending = threading.Thread(
        target=collect.run, args=(city, stop, options(mosquitto, batch_messages=1000, linger_s=0.5))
    )
    ending.start()
    assert committing.wait(20)
    stop.set()
    proceed.set()
    ending.join(20)
    assert not ending.is_alive()
    monkeypatch.undo()
    stored = received(city)
    assert stored > 0
    with collector(city, options(mosquitto)):
        until(lambda: counters(city) == Counts(150, committed=150))
    assert one(city, "SELECT in_flight FROM ingest_counter") == 0


def test_a_shard_that_falls_takes_the_process_with_it(
    city: str, mosquitto: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its area would go uncollected beside shards that work."""

    def fall(*_: object, **_named: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Pipeline, "check", fall)
    chosen = options(mosquitto, shards=(Shard("north", ("north",)), Shard("rest")))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        collect.run(city, threading.Event(), chosen)


def test_a_packet_that_paho_stumbles_over_does_not_end_the_shard(
    city: str, mosquitto: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    open_session(mosquitto)
    turn, calls = Subscription._on_message, itertools.count()

    def stumble(self: Subscription, *given: object) -> None:
        if next(calls) == 50:
            raise IndexError("a packet of an odd shape")
        turn(self, *given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Subscription, "_on_message", stumble)
    with publisher(mosquitto) as device:
        device.readings(range(200))
    with collector(city, options(mosquitto)):
        until(lambda: numbers_stored(city) == 200)
    assert "mqtt_broken" in caplog.text
