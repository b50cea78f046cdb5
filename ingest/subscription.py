"""A persistent MQTT session whose messages are acknowledged only when told to.

One thread of ours turns paho's network loop, so that many packets are read between two waits
and a full hand stops the reading, which slows the broker and not the memory.
"""

import logging
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.options import Collecting
from ingest.router import ShardTopics
from telemetry.model import RawMessage

log: Final = logging.getLogger(__name__)

HAND_BYTES: Final = 64 * 1024 * 1024
_READS_BETWEEN_WAITS: Final = 256
_WAIT_S: Final = 0.2
_LONGEST_BACKOFF_S: Final = 10.0


class Delivery(NamedTuple):
    """One message in our hand, and what its acknowledgement needs."""

    message: RawMessage
    mid: int
    qos: int
    connection: int


class Subscription:
    """Hands out deliveries and acknowledges them; connects again for as long as it is open."""

    def __init__(
        self, client_id: str, topics: ShardTopics, options: Collecting, stale_filters: Sequence[str] = ()
    ) -> None:
        """Prepare; ``stale_filters`` are what the session was subscribed to and no longer wants."""
        self._options = options
        self._topics = topics
        self._stale = [one for one in stale_filters if one not in topics.filters]
        self._client = self._make_client(client_id)
        self._hand: deque[Delivery] = deque()
        self._hand_bytes = 0
        self._arrived = threading.Condition()
        self._done: deque[Delivery] = deque()
        self._connection = 0
        self._retained = 0
        self._seen = 0
        self._open = threading.Event()
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_r.setblocking(False)
        self._wake_w.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{client_id}", daemon=True)

    def open(self) -> None:
        """Begin to connect, in a thread of our own."""
        self._open.set()
        self._thread.start()

    def close(self) -> None:
        """Acknowledge what was told to be, disconnect, keep the session at the broker."""
        self._open.clear()
        self._wake()
        self._thread.join()
        self._wake_r.close()
        self._wake_w.close()

    @property
    def held(self) -> int:
        """How many messages are in our hand."""
        return len(self._hand)

    def take(self, wait_s: float) -> list[Delivery]:
        """Return the next batch: wait for the first message, then linger for company."""
        options = self._options
        with self._arrived:
            if not self._hand:
                self._arrived.wait(wait_s)
            deadline = time.monotonic() + options.linger_s
            while self._hand and not self._enough() and (left := deadline - time.monotonic()) > 0:
                self._arrived.wait(left)
            return self._next_batch()

    def _enough(self) -> bool:
        return (
            len(self._hand) >= self._options.batch_messages or self._hand_bytes >= self._options.batch_bytes
        )

    def _next_batch(self) -> list[Delivery]:
        taken: list[Delivery] = []
        size = 0
        while self._hand and len(taken) < self._options.batch_messages and size < self._options.batch_bytes:
            taken.append(self._hand.popleft())
            size += len(taken[-1].message.payload)
        self._hand_bytes -= size
        return taken

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Let the broker forget these; called when they are stored."""
        self._done.extend(deliveries)
        self._wake()

    def take_retained(self) -> int:
        """Return how many retained messages were ignored since the last call."""
        count, self._retained = self._retained, 0
        return count

    def _make_client(self, client_id: str) -> Client:
        five = self._options.broker.protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if five else False,
            protocol=MQTTv5 if five else MQTTv311,
            manual_ack=True,
        )
        broker = self._options.broker
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set_context(broker.tls_context())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _run(self) -> None:
        backoff = 0.25
        while self._open.is_set():
            try:
                self._connect()
                self._turn()
                backoff = 0.25
            except OSError as error:
                log.warning("mqtt_unreachable error=%s retry_s=%.2f", error, backoff)
                self._pause(backoff)
                backoff = min(2 * backoff, _LONGEST_BACKOFF_S)
        self._send_acknowledgements()
        self._client.disconnect()

    def _connect(self) -> None:
        broker = self._options.broker
        if broker.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
            properties.SessionExpiryInterval = self._options.session_expiry_s
            properties.ReceiveMaximum = self._options.receive_maximum
            self._client.connect(
                broker.host, broker.port, broker.keepalive_s, clean_start=False, properties=properties
            )
        else:
            self._client.connect(broker.host, broker.port, broker.keepalive_s)

    def _turn(self) -> None:
        """Read, write and keep alive until the connection or the subscription ends."""
        while self._open.is_set() and (sock := self._client.socket()) is not None:
            reading = [self._wake_r] if self._full() else [sock, self._wake_r]
            writing = [sock] if self._client.want_write() else []
            readable, writable, _ = select.select(reading, writing, [], _WAIT_S)
            if self._wake_r in readable:
                self._wake_r.recv(4096)
            self._send_acknowledgements()
            if sock in readable:
                self._read()
            if sock in writable:
                self._client.loop_write()
            if self._client.loop_misc() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
        self._drop_hand()

    def _read(self) -> None:
        """Read packets until nothing more is at hand, or the broker has had its share."""
        for _ in range(_READS_BETWEEN_WAITS):
            seen = self._seen
            self._client.loop_read()
            if self._seen == seen:
                break
        with self._arrived:
            self._arrived.notify()

    def _full(self) -> bool:
        return len(self._hand) >= self._options.receive_maximum or self._hand_bytes >= HAND_BYTES

    def _send_acknowledgements(self) -> None:
        while self._done:
            delivery = self._done.popleft()
            # A packet id of an earlier connection may stand for another message by now.
            if delivery.connection == self._connection and delivery.qos:
                self._client.ack(delivery.mid, delivery.qos)

    def _drop_hand(self) -> None:
        """Forget what the lost connection brought: the broker delivers it again."""
        with self._arrived:
            self._connection += 1
            self._hand.clear()
            self._hand_bytes = 0

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._open.is_set() and time.monotonic() < deadline:
            select.select([self._wake_r], [], [], min(_WAIT_S, seconds))

    def _wake(self) -> None:
        try:
            self._wake_w.send(b"\0")
        except BlockingIOError:
            return  # the loop is being woken already

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._seen += 1
        raw = RawMessage(message.topic, bytes(message.payload), time.time_ns() // 1000, message.dup)
        delivery = Delivery(raw, message.mid, message.qos, self._connection)
        if message.retain or not self._topics.mine(raw.topic):
            self._retained += message.retain
            self._done.append(delivery)
            return
        self._hand_bytes += len(raw.payload)
        self._hand.append(delivery)

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("mqtt_refused reason=%s", reason)
            return
        log.info("mqtt_connected session_present=%s filters=%s", flags.session_present, self._topics.filters)
        if self._stale:
            client.unsubscribe(self._stale)
        client.subscribe([(one, 1) for one in self._topics.filters])

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._open.is_set():
            log.warning("mqtt_lost reason=%s", reason)
