"""A persistent MQTT session whose messages are acknowledged only when told to.

One thread of ours turns paho's network loop, so that many packets are read between two waits
and a full hand stops the reading, which slows the broker and not the memory.
"""

import logging
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.decoding import Ask
from ingest.hand import Delivery, Hand
from ingest.options import Collecting
from ingest.persistent import connect, persistent_client, subscribe
from ingest.router import ShardTopics
from telemetry.model import RawMessage

log: Final = logging.getLogger(__name__)

_READS_BETWEEN_WAITS: Final = 256
_WAIT_S: Final = 0.2
_SHORTEST_BACKOFF_S: Final = 0.25
_LONGEST_BACKOFF_S: Final = 10.0
_LEAVE_S: Final = 5.0
_NOWHERE: Final = "citygas/nowhere"
"""A filter that no session has: to unsubscribe it changes nothing, and the broker answers."""


class Subscription:
    """Hands out deliveries and acknowledges them; connects again for as long as it is open."""

    def __init__(
        self, client_id: str, topics: ShardTopics, options: Collecting, stale_filters: Sequence[str] = ()
    ) -> None:
        """Prepare; ``stale_filters`` are what the session was subscribed to and no longer wants."""
        self._options = options
        self._topics = topics
        self._granted = False
        self._stale = list(stale_filters)
        self._client = self._make_client(client_id)
        self._hand = Hand(options)
        self._taken = 0
        self._settled = 0
        self._done: deque[Delivery] = deque()
        self._asks: deque[Ask] = deque()
        self._connection = 0
        self._retained = 0
        self._retained_told = 0
        self._seen = 0
        self._backoff = _SHORTEST_BACKOFF_S
        self._fence: int | None = None
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
        """How many messages came and are not settled: in our hand, or taken from it."""
        return len(self._hand) + self._taken - self._settled

    @property
    def granted(self) -> bool:
        """Whether the broker has granted every filter since we were opened."""
        return self._granted

    @property
    def stale(self) -> Sequence[str]:
        """Which filters the session still has and no longer wants: none once the broker has said so."""
        return self._stale

    def take(self, wait_s: float) -> list[Delivery]:
        """Return the next batch: wait for the first message, then linger for company."""
        taken = self._hand.take(wait_s)
        self._taken += len(taken)
        return taken

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Let the broker forget these; called when they are stored."""
        self._settled += len(deliveries)
        self._done.extend(deliveries)
        self._wake()

    def publish(self, asks: Sequence[Ask]) -> None:
        """Publish what decoders ask for, at QoS 0: what is lost on the way they ask for again."""
        if asks:
            self._asks.extend(asks)
            self._wake()

    def take_retained(self) -> int:
        """Return how many retained messages were ignored since the last call."""
        seen = self._retained
        told, self._retained_told = self._retained_told, seen
        return seen - told

    def _make_client(self, client_id: str) -> Client:
        client = persistent_client(client_id, self._options)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        return client

    def _run(self) -> None:
        while self._open.is_set():
            try:
                connect(self._client, self._options)
                self._turn()
            except OSError as error:
                log.warning("mqtt_unreachable error=%s retry_s=%.2f", error, self._backoff)
            except Exception:
                # A packet that paho stumbles over must not end the thread: the shard would starve unseen.
                log.exception("mqtt_broken retry_s=%.2f", self._backoff)
            if self._open.is_set():
                self._drop_hand()
                self._pause()
        self._leave()

    def _turn(self) -> None:
        """Read, write and keep alive until the connection or the subscription ends."""
        while self._open.is_set() and self._step(may_read=not self._hand.full):
            pass

    def _step(self, *, may_read: bool) -> bool:
        """Wait for the socket or a word of ours, do what there is to do; tell whether we are connected."""
        sock = self._client.socket()
        if sock is None:
            return False
        # What TLS has decrypted already does not make the socket readable.
        at_hand = may_read and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        reading = [sock, self._wake_r] if may_read else [self._wake_r]
        writing = [sock] if self._client.want_write() else []
        readable, writable, _ = select.select(reading, writing, [], 0 if at_hand else _WAIT_S)
        if self._wake_r in readable:
            self._wake_r.recv(4096)
        self._send_acknowledgements()
        self._send_asks()
        if at_hand or sock in readable:
            self._read()
        if sock in writable:
            self._client.loop_write()
        return self._client.loop_misc() is MQTTErrorCode.MQTT_ERR_SUCCESS

    def _read(self) -> None:
        """Read packets until nothing more is at hand, or the broker has had its share."""
        for _ in range(_READS_BETWEEN_WAITS):
            seen = self._seen
            self._client.loop_read()
            if self._seen == seen or self._hand.full:
                break
        self._hand.tell()

    def _send_acknowledgements(self) -> None:
        while self._done:
            delivery = self._done.popleft()
            # A packet id of an earlier connection may stand for another message by now.
            if delivery.connection == self._connection and delivery.qos:
                self._client.ack(delivery.mid, delivery.qos)

    def _send_asks(self) -> None:
        while self._asks and self._client.is_connected():
            ask = self._asks.popleft()
            log.info("mqtt_ask topic=%s", ask.topic)
            self._client.publish(ask.topic, ask.payload)

    def _drop_hand(self) -> None:
        """Forget what the lost connection brought: the broker delivers it again."""
        self._connection += 1
        self._hand.drop()

    def _leave(self) -> None:
        """Acknowledge what is stored, wait until the broker has heard it, disconnect; it keeps the session.

        A socket that is closed over unread messages is reset, and what the broker has not read of
        ours is lost with it. So we ask for something behind the acknowledgements and await the answer.
        """
        self._send_acknowledgements()
        if self._client.is_connected():
            deadline = time.monotonic() + _LEAVE_S
            self._fence = self._client.unsubscribe(_NOWHERE)[1]
            while self._fence is not None and self._step(may_read=True):
                if time.monotonic() > deadline:
                    log.warning("mqtt_left_unheard")
                    break
        self._client.disconnect()

    def _pause(self) -> None:
        """Wait before the next attempt, longer each time until one succeeds."""
        deadline = time.monotonic() + self._backoff
        self._backoff = min(2 * self._backoff, _LONGEST_BACKOFF_S)
        while self._open.is_set() and (left := deadline - time.monotonic()) > 0:
            if select.select([self._wake_r], [], [], left)[0]:
                self._wake_r.recv(4096)

    def _wake(self) -> None:
        try:
            self._wake_w.send(b"\0")
        except BlockingIOError:
            return  # the loop is being woken already

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._seen += 1
        if not self._open.is_set():
            return  # we are leaving: the broker delivers it again
        raw = RawMessage(_topic(message), bytes(message.payload), time.time_ns() // 1000, message.dup)
        delivery = Delivery(raw, message.mid, message.qos, self._connection)
        if message.retain or not self._topics.mine(raw.topic):
            self._retained += message.retain
            self._done.append(delivery)
            return
        self._hand.put(delivery)

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
        self._backoff = _SHORTEST_BACKOFF_S
        if self._stale:
            client.unsubscribe(self._stale)
        subscribe(client, self._topics.filters, self._options)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        for one, reason in zip(self._topics.filters, reasons, strict=False):
            if reason.is_failure:
                log.error("mqtt_subscription_refused filter=%s reason=%s", one, reason)
        self._granted = not any(reason.is_failure for reason in reasons)

    def _on_unsubscribe(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if mid == self._fence:
            self._fence = None
            return
        log.info("mqtt_unsubscribed filters=%s", self._stale)
        self._stale = []

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


def _topic(message: MQTTMessage) -> str:
    """Return a message's topic; one that is no UTF-8, which no broker should send, is none of ours."""
    try:
        return str(message.topic)
    except UnicodeDecodeError:
        return "?"
