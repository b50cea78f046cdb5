"""With the shipped settings mosquitto keeps all it acknowledged; a crash costs its autosave interval."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from citygas.embedded.broker import EmbeddedBroker, durability

PATIENCE_S = 60
TOPIC = "citygas/v1/east/meter-1/reading"
FILTER = "citygas/v1/#"


class Collector:
    """A persistent MQTT 5 session that keeps what it is sent and acknowledges only when told to."""

    def __init__(self, broker: EmbeddedBroker, *, receive_maximum: int) -> None:
        self.got: list[tuple[int, bool]] = []
        self._unacknowledged: list[int] = []
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="collector-0", protocol=mqtt.MQTTv5, manual_ack=True
        )
        self.client.on_connect = lambda client, *_: client.subscribe(FILTER, qos=1)
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = self._on_message
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 86_400
        properties.ReceiveMaximum = receive_maximum
        self.client.connect(broker.host, broker.port, clean_start=False, properties=properties)
        self.client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self.got.append((int(message.payload[:12]), message.dup))
            self._unacknowledged.append(message.mid)
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[int]:
        """Wait until that many messages came; return their numbers."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.got) >= count, PATIENCE_S)
            return [number for number, _dup in self.got]

    def acknowledge(self) -> None:
        """Acknowledge what came so far."""
        with self._changed:
            for mid in self._unacknowledged:
                self.client.ack(mid, 1)
            self._unacknowledged.clear()

    def vanish(self) -> None:
        """Drop the connection without a word, as a killed process does."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.close()


@contextmanager
def collector(broker: EmbeddedBroker, *, receive_maximum: int = 2000) -> Iterator[Collector]:
    """A collector that leaves in good order, its session kept by the broker."""
    one = Collector(broker, receive_maximum=receive_maximum)
    try:
        yield one
    finally:
        one.client.disconnect()
        one.client.loop_stop()


def publish(broker: EmbeddedBroker, numbers: range, *, size: int = 40) -> None:
    """Publish at QoS 1 and wait until the broker has acknowledged every message."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="meter-1", protocol=mqtt.MQTTv5)
    client.max_inflight_messages_set(1000)
    client.connect(broker.host, broker.port)
    client.loop_start()
    sent = [client.publish(TOPIC, f"{number:012d}".ljust(size).encode(), qos=1) for number in numbers]
    for message in sent:
        message.wait_for_publish(PATIENCE_S)
        assert message.is_published()
    client.disconnect()
    client.loop_stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come to pass."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def leave_a_session(broker: EmbeddedBroker) -> None:
    """Make the collector's session known to the broker, and go."""
    with collector(broker):
        pass


def test_withheld_acknowledgements_slow_the_broker_and_drop_nothing(mosquitto: EmbeddedBroker) -> None:
    with collector(mosquitto, receive_maximum=500) as one:
        publish(mosquitto, range(5000))
        assert one.wait_for(500) == list(range(500))
        while len(one.got) < 5000:
            seen = len(one.got)
            one.acknowledge()
            one.wait_for(min(seen + 1, 5000))
        one.acknowledge()
        assert one.wait_for(5000) == list(range(5000))


def test_the_receive_maximum_alone_bounds_what_is_in_flight(mosquitto: EmbeddedBroker) -> None:
    with collector(mosquitto, receive_maximum=3000) as one:
        publish(mosquitto, range(3000))
        assert one.wait_for(3000) == list(range(3000))
        one.acknowledge()


def test_a_spare_gets_what_a_dead_collector_had_not_acknowledged(mosquitto: EmbeddedBroker) -> None:
    dead = Collector(mosquitto, receive_maximum=1000)
    publish(mosquitto, range(3000))
    dead.wait_for(1000)
    dead.vanish()
    with collector(mosquitto, receive_maximum=3000) as spare:
        assert spare.wait_for(3000) == list(range(3000))
        assert all(dup for _number, dup in spare.got[:1000])
        spare.acknowledge()


def test_a_long_outage_of_the_collector_loses_nothing(mosquitto: EmbeddedBroker) -> None:
    leave_a_session(mosquitto)
    publish(mosquitto, range(20_000))
    with collector(mosquitto, receive_maximum=20_000) as one:
        assert one.wait_for(20_000) == list(range(20_000))
        one.acknowledge()


def test_a_clean_stop_of_the_broker_loses_nothing(mosquitto: EmbeddedBroker) -> None:
    leave_a_session(mosquitto)
    publish(mosquitto, range(2000))
    before = mosquitto.port
    mosquitto.stop()
    mosquitto.start()
    assert mosquitto.port == before
    with collector(mosquitto) as one:
        assert one.wait_for(2000) == list(range(2000))
        one.acknowledge()


def test_a_crash_of_the_broker_loses_at_most_what_came_since_its_last_save(mosquitto: EmbeddedBroker) -> None:
    leave_a_session(mosquitto)
    store = mosquitto.home / "mosquitto.db"
    publish(mosquitto, range(1000))
    saves = {store.stat().st_mtime_ns if store.exists() else 0}
    began = time.monotonic()

    def saved_twice() -> bool:  # the first save may have begun before the last message came
        saves.add(store.stat().st_mtime_ns if store.exists() else 0)
        return len(saves) > 2

    until(saved_twice)
    assert time.monotonic() - began < 2 * 5 + 5
    publish(mosquitto, range(1000, 1500))
    mosquitto.kill()
    mosquitto.start()
    with collector(mosquitto) as one:
        got = one.wait_for(1000)
        one.acknowledge()
    assert got == list(range(len(got)))
    assert len(got) >= 1000


def test_the_autosave_interval_keeps_the_promise_of_five_seconds() -> None:
    settings = dict(re.findall(r"^(\w+) (.+)$", durability(), re.MULTILINE))
    # mosquitto saves when more than the interval has passed, in whole seconds
    assert int(settings["autosave_interval"]) + 1 < 5
    assert settings["autosave_on_changes"] == "false"
    assert settings["persistence"] == "true"


@pytest.mark.parametrize("size", [10_000_000, 16 * 2**20])
def test_a_payload_that_will_be_refused_still_reaches_the_collector(
    mosquitto: EmbeddedBroker, size: int
) -> None:
    with collector(mosquitto) as one:
        publish(mosquitto, range(1), size=size)
        publish(mosquitto, range(1, 2))
        assert one.wait_for(2) == [0, 1]
        one.acknowledge()
