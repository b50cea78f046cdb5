"""Sparkplug through the store: what aliases mean survives a restart, and is found again by a replay."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from citygas.embedded.broker import EmbeddedBroker
from ingest.options import Route
from ingest.pipeline import Pipeline
from ingest.replay import replay_all, replay_refused
from ingest.router import Router
from simulators.encoders import sparkplug_b as sparkplug
from telemetry.model import SECOND, Instant, RawMessage
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.collecting import PATIENCE_S, collector, open_session, options
from tests.integration.ingesting import NOW, build_registry, counters, rows, until

FIELDS = {"index_m3": "Meter/Volume", "pressure_kpa": {"path": "Gas/Pressure", "unit": "bar"}}
READINGS = "SELECT index_um3, pressure_pa FROM reading ORDER BY measured_at"

REFUSED = "SELECT device, reason, detail FROM dead_letter ORDER BY dead_letter_id"


def routes(**settings: object) -> Router:
    return Router([Route("spBv1.0/#", "sparkplug_b", {"fields": FIELDS, **settings})])


@pytest.fixture
def city(database: str) -> str:
    build_registry(database)
    return database


@contextmanager
def pipeline(dsn: str, router: Router) -> Iterator[Pipeline]:
    with connect(dsn, "test", autocommit=True) as connection:
        yield Pipeline(connection, "test", router, clock=lambda: NOW)


def born(after_s: int, *, volume: int = 1, pressure: int = 2, device: str = "D-01") -> RawMessage:
    metrics = [
        sparkplug.Metric("Meter/Volume", volume, sparkplug.DOUBLE, 10.0),
        sparkplug.Metric("Gas/Pressure", pressure, sparkplug.FLOAT, 3.027),
        sparkplug.Metric("Signal", 9, sparkplug.INT32, -71),
    ]
    return told("DBIRTH", after_s, metrics, device)


def changed(after_s: int, values: dict[int, float], device: str = "D-01") -> RawMessage:
    metrics = [sparkplug.Metric(None, n, sparkplug.DOUBLE, value, None, False) for n, value in values.items()]
    return told("DDATA", after_s, metrics, device)


def told(kind: str, after_s: int, metrics: list[sparkplug.Metric], device: str = "D-01") -> RawMessage:
    at: Instant = NOW - 3600 * SECOND + after_s * SECOND
    topic = sparkplug.topic("north", kind, "RTU-3", device)
    return RawMessage(topic, sparkplug.payload(metrics, at_ms=at // 1000, seq=None), at)


def test_a_change_after_a_restart_is_read_by_the_birth_before_it(city: str) -> None:
    with pipeline(city, routes()) as before:
        assert before.process([born(0)]) == Counts(received=2, committed=2)
    with pipeline(city, routes()) as after:
        assert after.process([changed(60, {1: 11.5, 2: 3.0})]) == Counts(received=1, committed=1)
    assert rows(city, READINGS) == [
        (10_000_000, pytest.approx(302_700)),
        (11_500_000, pytest.approx(300_000)),
    ]


def test_each_change_is_read_by_the_birth_before_it_also_when_replayed(city: str) -> None:
    spoken = [
        born(0),
        changed(60, {1: 11, 2: 3}),
        born(120, volume=2, pressure=1),
        changed(180, {1: 3, 2: 12}),
    ]
    with pipeline(city, routes()) as into:
        into.process(spoken)
    read = rows(city, READINGS)
    assert [index for index, _ in read] == [10_000_000, 11_000_000, 10_000_000, 12_000_000]
    again = replay_all(city, 0, router=routes())
    assert again == Counts(received=6, duplicate=6), "nothing new, nothing read otherwise"
    assert rows(city, READINGS) == read


def test_a_batch_read_once_more_is_not_read_by_births_that_came_later(city: str) -> None:
    router = routes()
    with pipeline(city, router) as into:
        first = into.assemble([born(0), changed(60, {1: 11})])
        into.assemble([born(120, volume=2, pressure=1)])
        with connect(city, "registry") as registry:
            registry.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
        into.store(first)  # the registry changed: it is assembled anew
    assert [index for index, _ in rows(city, READINGS)] == [10_000_000, 11_000_000]


def test_without_a_birth_a_change_is_kept_and_told(city: str) -> None:
    with pipeline(city, routes()) as into:
        into.process([changed(0, {1: 11})])
        into.process([born(60)])
    assert rows(city, REFUSED) == [("D-01", "decode_error", "no birth of north/RTU-3/D-01 yet")]
    assert replay_refused(city, router=routes()).committed == 0, "who knows what the aliases were then"
    assert replay_refused(city, router=routes(aliases="stable")).committed == 1
    assert rows(city, "SELECT index_um3 FROM reading ORDER BY measured_at")[0] == (11_000_000,)
    counted = counters(city)
    assert counted.received == counted.committed + counted.duplicate + counted.refused


def test_a_birth_of_a_device_that_was_not_registered_yet_counts_once_it_is(city: str) -> None:
    with pipeline(city, routes()) as into:
        into.process([born(0, device="NEW"), changed(60, {1: 11}, "NEW")])
    assert {reason for _, reason, _ in rows(city, REFUSED)} == {"unknown_device"}
    with connect(city, "registry") as registry:
        registry.execute("INSERT INTO device (device) VALUES ('NEW')")
        registry.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    assert replay_refused(city, router=routes(), reason="unknown_device").committed == 3
    with pipeline(city, routes()) as after:
        assert after.process([changed(120, {1: 12}, "NEW")]).committed == 1


def test_what_is_for_others_is_stored_and_counts_for_nothing(city: str) -> None:
    death = told("DDEATH", 0, [])
    with pipeline(city, routes()) as into:
        assert into.process([death]) == Counts()
    assert rows(city, "SELECT count(*) FROM message") == [(1,)]
    assert rows(city, REFUSED) == []


class EdgeNode:
    """An edge node at a broker, which is born anew when it is told to."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.commands: list[bytes] = []
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _userdata, message: self._told(message.payload)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        self._client.subscribe(sparkplug.topic("north", "NCMD", "RTU-3"), 1)
        assert subscribed.wait(PATIENCE_S)

    def _told(self, command: bytes) -> None:
        self.commands.append(command)
        self.publish(born(0))

    def publish(self, message: RawMessage) -> mqtt.MQTTMessageInfo:
        return self._client.publish(message.topic, message.payload, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_an_edge_node_whose_birth_was_missed_is_asked_for_another_and_read_from_then_on(
    plain_database: str, mosquitto: EmbeddedBroker
) -> None:
    build_registry(plain_database)
    open_session(mosquitto, filters=("citygas/v1/#", "spBv1.0/#"))
    route = Route("spBv1.0/#", "sparkplug_b", {"fields": FIELDS, "rebirth": True})
    with contextlib.closing(EdgeNode(mosquitto)) as edge:
        edge.publish(changed(60, {1: 11})).wait_for_publish(PATIENCE_S)
        with collector(plain_database, options(mosquitto, routes=[route])):
            until(lambda: rows(plain_database, READINGS) != [])
            edge.publish(changed(120, {1: 12}))
            until(lambda: len(rows(plain_database, READINGS)) > 1)
    assert rows(plain_database, READINGS) == [(10_000_000, pytest.approx(302_700)), (12_000_000, None)]
    assert rows(plain_database, REFUSED) == [("D-01", "decode_error", "no birth of north/RTU-3/D-01 yet")]
    assert len(edge.commands) == 1
    assert b"Node Control/Rebirth" in edge.commands[0]
