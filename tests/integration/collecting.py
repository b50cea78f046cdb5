"""A collector in a thread of the test, and a publisher that knows what the broker has taken over."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString, NamedTuple, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from citygas.embedded.broker import EmbeddedBroker
from ingest.collect import run
from ingest.options import Broker, Collecting, Shard
from telemetry.store.batches import Counts
from tests.integration.ingesting import DEVICES, one, rows

PATIENCE_S: Final = 30
BEGIN_S: Final = 1_767_225_600  # 2026-01-01: instants of readings are counted from here, a second each


class Publisher:
    """A client that publishes with QoS 1 and can wait until the broker has everything."""

    def __init__(self, broker: EmbeddedBroker, **connecting: Any) -> None:  # noqa: ANN401 -- of paho's Client
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5, **connecting)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(1000)
        connected = threading.Event()
        self._client.on_connect = lambda *_: connected.set()
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        assert connected.wait(PATIENCE_S)
        self._last: mqtt.MQTTMessageInfo | None = None

    def publish(self, topic: str, payload: object, *, qos: int = 1, retain: bool = False) -> None:
        self.publish_at(f"citygas/v1/{topic}", payload, qos=qos, retain=retain)

    def publish_at(self, topic: str, payload: object, *, qos: int = 1, retain: bool = False) -> None:
        """Publish under a whole topic, beyond the native ones."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._last = self._client.publish(topic, raw, qos=qos, retain=retain)

    def readings(self, numbers: Sequence[int], area: str = "north") -> None:
        """Publish readings that are told apart by their number: nobody says two of them."""
        for number in numbers:
            element = {"measured_at": BEGIN_S + number, "index_m3": number}
            self.publish(f"{area}/{DEVICES[number % len(DEVICES)]}/reading", element)

    def answered(self, dsn: str, number: int) -> bool:
        """Publish a reading; tell whether it has arrived yet: until then nobody may be subscribed."""
        self.readings([number])
        self.flush()
        at: LiteralString = "SELECT count(*) FROM reading WHERE measured_at = to_timestamp(%s)"
        return bool(one(dsn, at, (BEGIN_S + number,)))

    def mixed(self, numbers: Iterable[int]) -> None:
        """Publish readings, two-stream samples, what must be refused, some of it twice: see `Standing`."""
        for number in numbers:
            at = BEGIN_S + number
            match number % 10:
                case 7:
                    self.publish("north/D-00/reading", b"garbage %d" % number)
                case 8:
                    streams = {name: {"outlet_gauge_pressure_kpa": number} for name in "AB"}
                    self.publish("north/S-1/pressure", {"measured_at": at, "streams": streams})
                case 9:
                    self.readings([number - 3])
                case _:
                    self.readings([number])

    def flush(self) -> None:
        """Wait until the broker has acknowledged all of it."""
        if self._last is not None:
            self._last.wait_for_publish(PATIENCE_S)
            assert self._last.is_published()

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()


def open_session(
    broker: EmbeddedBroker,
    shard: str = "all",
    filters: Sequence[str] = ("citygas/v1/#",),
    protocol: str = "5",
) -> None:
    """Leave the session of a shard at the broker, so that what is published from now on waits in it."""
    five = protocol == "5"
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        Shard(shard).client_id,
        protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311,
        clean_session=None if five else False,
    )
    done = threading.Event()
    client.on_connect = lambda *_: client.subscribe([(one, 1) for one in filters])
    client.on_subscribe = lambda *_: done.set()
    if five:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 86_400
        client.connect(broker.host, broker.port, clean_start=False, properties=properties)
    else:
        client.connect(broker.host, broker.port)
    client.loop_start()
    assert done.wait(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


@contextmanager
def publisher(broker: EmbeddedBroker, **connecting: Any) -> Iterator[Publisher]:  # noqa: ANN401
    """Open a publisher; all it published has reached the broker when it closes."""
    opened = Publisher(broker, **connecting)
    try:
        yield opened
        opened.flush()
    finally:
        opened.close()


def options(broker: EmbeddedBroker, **more: Any) -> Collecting:  # noqa: ANN401 -- of Collecting and Broker
    """Return what a collector of this broker is told; small batches, so that there are many."""
    reached = {name: more.pop(name) for name in Broker.__dataclass_fields__ if name in more}
    return Collecting(
        broker=Broker(**{"host": broker.host, "port": broker.port, **reached}),
        **{"batch_messages": 200, **more},
    )


@contextmanager
def collector(dsn: str, chosen: Collecting) -> Iterator[threading.Thread]:
    """Run a collector in a thread; it ends as SIGTERM would end it."""
    stop = threading.Event()
    fault: list[BaseException] = []

    def collect() -> None:
        try:
            run(dsn, stop, chosen)
        except BaseException as error:  # noqa: BLE001 -- told below
            fault.append(error)

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not fault, fault


class Standing(NamedTuple):
    """What must stand of `Publisher.mixed`, however often it was delivered and in whatever order."""

    readings: list[int]
    samples: list[int]
    refused: list[int]

    @classmethod
    def of(cls, numbers: range) -> Self:
        """Return what must stand of what was published."""
        by_digit = {digit: [number for number in numbers if number % 10 == digit] for digit in range(10)}
        readings = sorted(number for digit in range(7) for number in by_digit[digit])
        return cls(readings, sorted(by_digit[8] * 2), by_digit[7])

    @classmethod
    def found(cls, dsn: str) -> Self:
        """Return what does stand: each row by the number it was made from."""
        number: LiteralString = f"SELECT extract(epoch FROM measured_at)::bigint - {BEGIN_S} FROM"
        return cls(
            [found for (found,) in rows(dsn, f"{number} reading ORDER BY 1")],
            [found for (found,) in rows(dsn, f"{number} pressure_sample ORDER BY 1")],
            [int(bytes(found)[8:]) for (found,) in rows(dsn, _REFUSED)],
        )

    @property
    def counts(self) -> Counts:
        """Return the counters of an undisturbed run, but for the repeats."""
        committed = len(self.readings) + len(self.samples) // 2
        return Counts(committed=committed, refused=len(self.refused))


_REFUSED: Final = """
    SELECT m.payload FROM dead_letter d JOIN message m USING (message_id)
    ORDER BY length(m.payload), m.payload"""


def numbers_stored(dsn: str) -> int:
    """Return how many different readings of `Publisher.readings` stand."""
    query: LiteralString = "SELECT count(DISTINCT measured_at) FROM reading"
    return int(one(dsn, query))


def received(dsn: str) -> int:
    """Return how many elements the counters have seen, whatever became of them."""
    return int(one(dsn, "SELECT coalesce(sum(received), 0)::bigint FROM ingest_counter"))
