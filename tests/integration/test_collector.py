"""A collector against a real broker and database: what it takes, and how it is told to."""

import contextlib
import hashlib
import logging
import threading
from collections.abc import Sequence
from typing import Any, Final

import pytest

from citygas.embedded.broker import EmbeddedBroker
from ingest.collect import run
from ingest.options import Shard
from telemetry.errors import ConfigurationError
from telemetry.store.batches import Counts
from telemetry.store.leases import all_subscribed
from telemetry.store.pool import connect
from tests.integration.collecting import (
    BEGIN_S,
    collector,
    numbers_stored,
    open_session,
    options,
    publisher,
)
from tests.integration.ingesting import build_registry, counters, one, reasons, rows, until

NORTH, SOUTH, REST = Shard("north", ("north", "east")), Shard("south", ("south",)), Shard("rest")
ONLY_NORTH: Final[dict[str, Any]] = {"shards": (Shard("all", ("north",)), REST), "take": ["all"]}
FILTERS: Final = {
    "north": ["citygas/v1/north/#", "citygas/v1/east/#"],
    "south": ["citygas/v1/south/#"],
    "rest": ["citygas/v1/#"],
}


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    return plain_database


def published(broker: EmbeddedBroker, numbers: Sequence[int], area: str = "north") -> None:
    with publisher(broker) as device:
        device.readings(numbers, area)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_waits_in_the_session_is_stored_once_by_either_protocol(
    city: str, mosquitto: EmbeddedBroker, protocol: str
) -> None:
    open_session(mosquitto, protocol=protocol)
    published(mosquitto, range(3000))
    with collector(city, options(mosquitto, protocol=protocol)):
        until(lambda: counters(city) == Counts(3000, committed=3000))
    assert numbers_stored(city) == 3000
    assert rows(city, "SELECT source, in_flight FROM ingest_counter") == [("citygas-collect-all", 0)]
    published(mosquitto, range(3000, 3100))
    with collector(city, options(mosquitto, protocol=protocol)):
        until(lambda: counters(city) == Counts(3100, committed=3100))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_first_start_subscribes_and_a_clean_end_keeps_the_session(
    city: str, mosquitto: EmbeddedBroker, protocol: str
) -> None:
    with collector(city, options(mosquitto, protocol=protocol)), publisher(mosquitto) as device:
        until(lambda: device.answered(city, 0))
    published(mosquitto, range(500))
    with collector(city, options(mosquitto, protocol=protocol)):
        until(lambda: numbers_stored(city) == 500)


def test_retained_messages_are_ignored_and_counted(city: str, mosquitto: EmbeddedBroker) -> None:
    with publisher(mosquitto) as device:
        for number in range(3):
            device.publish(f"north/D-0{number}/reading", {"measured_at": BEGIN_S, "index_m3": 1}, retain=True)
    query = "SELECT coalesce(sum(retained_ignored), 0)::int FROM ingest_counter"
    with collector(city, options(mosquitto)):
        until(lambda: one(city, query) == 3)
    assert counters(city) == Counts()


def test_what_is_published_with_retain_while_we_listen_is_a_message_like_others(
    city: str, mosquitto: EmbeddedBroker
) -> None:
    open_session(mosquitto)
    with publisher(mosquitto) as device:
        device.publish("north/D-00/reading", {"measured_at": BEGIN_S, "index_m3": 1}, retain=True)
    with collector(city, options(mosquitto)):
        until(lambda: counters(city) == Counts(1, committed=1))


def test_ten_megabytes_end_as_too_large_between_good_ones(city: str, mosquitto: EmbeddedBroker) -> None:
    payload = b'{"note":"' + b"x" * 10_000_000 + b'"}'
    open_session(mosquitto)
    with publisher(mosquitto) as device:
        device.readings([0])
        device.publish("north/D-00/reading", payload)
        device.readings([1])
    with collector(city, options(mosquitto)):
        until(lambda: counters(city) == Counts(3, committed=2, refused=1))
    (found,) = rows(city, "SELECT reason, payload_size, payload_sha256 FROM dead_letter")
    assert found == ("too_large", len(payload), hashlib.sha256(payload).digest())
    assert one(city, "SELECT max(length(payload)) FROM message") == 64 * 1024


def test_topic_levels_with_odd_characters_are_refused_and_cost_nothing(
    city: str, mosquitto: EmbeddedBroker
) -> None:
    """Control characters are none of them: mosquitto cuts off who sends those."""
    odd = ["a b", "%00", "🔥", "'; --", "..", "", "x" * 5000, "\u0394-00", "$SYS"]
    open_session(mosquitto)
    with publisher(mosquitto) as device:
        for level in odd:
            device.publish(f"north/{level}/reading", {"measured_at": BEGIN_S, "index_m3": 1})
            device.publish(f"north/D-00/{level}", {"measured_at": BEGIN_S, "index_m3": 1})
        device.readings([0])
    with collector(city, options(mosquitto)):
        until(lambda: counters(city) == Counts(19, committed=1, refused=18))
    assert sorted(reasons(city)) == [("unknown_device", 0)] * 9 + [("unknown_topic", None)] * 9


def test_shards_and_the_shard_of_the_rest_see_every_message_once(
    city: str, mosquitto: EmbeddedBroker
) -> None:
    for shard in (NORTH, SOUTH, REST):
        open_session(mosquitto, shard.name, FILTERS[shard.name])
    areas = ["north", "east", "south", "west", "nobody-lists-it"]
    with publisher(mosquitto) as device:
        for at, area in enumerate(areas):
            device.readings(range(100 * at, 100 * at + 100), area)
    shards = (NORTH, SOUTH, REST)
    with (
        collector(city, options(mosquitto, shards=shards, take=["north"])),
        collector(city, options(mosquitto, shards=shards, take=["south", "rest"])),
    ):
        until(lambda: counters(city) == Counts(500, committed=500))
    assert rows(city, "SELECT source, received, duplicate FROM ingest_counter ORDER BY 1") == [
        ("citygas-collect-north", 200, 0),
        ("citygas-collect-rest", 200, 0),
        ("citygas-collect-south", 100, 0),
    ]
    assert numbers_stored(city) == 500


def test_two_collectors_of_one_shard_never_both_collect(
    city: str, mosquitto: EmbeddedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """The spare may not even connect: a second client of one id would throw the first one out."""
    caplog.set_level(logging.INFO)
    open_session(mosquitto)
    with collector(city, options(mosquitto)), collector(city, options(mosquitto)):
        published(mosquitto, range(2000))
        until(lambda: counters(city) == Counts(2000, committed=2000))
        happened = [record.getMessage().split()[0] for record in caplog.records]
    assert (happened.count("shard_taken"), happened.count("mqtt_connected")) == (1, 1)
    assert one(city, "SELECT count(*) FROM message WHERE redelivered") == 0


def test_a_spare_takes_over_when_the_holder_leaves(city: str, mosquitto: EmbeddedBroker) -> None:
    open_session(mosquitto)
    with contextlib.ExitStack() as holder:
        holder.enter_context(collector(city, options(mosquitto)))
        until(lambda: one(city, "SELECT count(*) FROM shard_lease") == 1)
        with collector(city, options(mosquitto)):
            published(mosquitto, range(300))
            until(lambda: numbers_stored(city) == 300)
            holder.close()
            published(mosquitto, range(300, 600))
            until(lambda: counters(city) == Counts(600, committed=600))


def test_nothing_is_lost_once_the_broker_has_granted_the_filters(
    city: str, mosquitto: EmbeddedBroker
) -> None:
    """Before that a broker keeps nothing for a session that is new; holding the shard does not tell."""
    mosquitto.stop()
    with connect(city, "test", autocommit=True) as connection, collector(city, options(mosquitto)):
        until(lambda: one(city, "SELECT count(*) FROM shard_lease") == 1)
        assert not all_subscribed(connection)
        mosquitto.start()
        until(lambda: all_subscribed(connection))
        published(mosquitto, range(300))
        until(lambda: counters(city) == Counts(300, committed=300))


def test_a_changed_filter_unsubscribes_the_stale_one(city: str, mosquitto: EmbeddedBroker) -> None:
    with collector(city, options(mosquitto)), publisher(mosquitto) as device:
        until(lambda: device.answered(city, 0))
    with collector(city, options(mosquitto, **ONLY_NORTH)):
        filters = "SELECT filters FROM shard_lease WHERE shard = 'all'"
        until(lambda: one(city, filters) == ["citygas/v1/north/#"])
        with publisher(mosquitto) as device:
            device.readings(range(1000, 1100), "south")
            device.readings(range(2000, 2100), "north")
        until(lambda: numbers_stored(city) == 101)
    assert one(city, "SELECT count(*) FROM message WHERE topic LIKE 'citygas/v1/south/%%'") == 0


def test_a_stale_filter_is_remembered_until_the_broker_has_forgotten_it(
    city: str, mosquitto: EmbeddedBroker
) -> None:
    """A holder that dies between writing its filters down and unsubscribing must not hide the old one."""
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO shard_lease VALUES ('all', 'dead', ARRAY['citygas/v1/#'])")
    mosquitto.stop()
    both = "SELECT filters FROM shard_lease WHERE shard = 'all'"
    with collector(city, options(mosquitto, **ONLY_NORTH)):
        until(lambda: one(city, both) == ["citygas/v1/north/#", "citygas/v1/#"])
    mosquitto.start()
    with collector(city, options(mosquitto, **ONLY_NORTH)):
        until(lambda: one(city, both) == ["citygas/v1/north/#"])


def test_a_shard_that_is_not_there_stops_the_start(city: str, mosquitto: EmbeddedBroker) -> None:
    with pytest.raises(ConfigurationError, match=r"ingest\.take: nroth"):
        run(city, threading.Event(), options(mosquitto, take=["nroth"]))


def test_qos_0_is_taken_too(city: str, mosquitto: EmbeddedBroker) -> None:
    with collector(city, options(mosquitto)), publisher(mosquitto) as device:
        until(lambda: device.answered(city, 0))
        for number in range(1, 300):
            element = {"measured_at": BEGIN_S + number, "index_m3": number}
            device.publish("north/D-00/reading", element, qos=0)
        until(lambda: numbers_stored(city) == 300)
