"""What the broker has delivered and nobody has taken yet: bounded, so that a slow database slows it."""

import threading
import time
from collections import deque
from typing import Final, NamedTuple

from ingest.options import Collecting
from telemetry.model import RawMessage

HAND_BYTES: Final = 64 * 1024 * 1024


class Delivery(NamedTuple):
    """One message in our hand, and what its acknowledgement needs."""

    message: RawMessage
    mid: int
    qos: int
    connection: int


class Hand:
    """One thread puts deliveries in and drops them, another one takes them out."""

    def __init__(self, options: Collecting) -> None:
        """Begin empty."""
        self._options = options
        self._deliveries: deque[Delivery] = deque()
        self._arrived = threading.Condition()
        # Each is written by one thread alone: adding to a number that two threads write loses some.
        self._bytes_in = 0
        self._bytes_out = 0

    def __len__(self) -> int:
        """Return how many messages wait to be taken."""
        return len(self._deliveries)

    @property
    def full(self) -> bool:
        """Whether no more may be read: by MQTT 5 the broker stops before, but for messages of QoS 0."""
        return len(self._deliveries) > self._options.receive_maximum or self._bytes >= HAND_BYTES

    def put(self, delivery: Delivery) -> None:
        """Add one, without a word to who waits: see `tell`."""
        self._bytes_in += len(delivery.message.payload)
        self._deliveries.append(delivery)

    def tell(self) -> None:
        """Wake who waits for deliveries."""
        with self._arrived:
            self._arrived.notify()

    def drop(self) -> None:
        """Forget what a lost connection brought and the broker delivers again; QoS 0 it does not."""
        with self._arrived:
            kept = [one for one in self._deliveries if not one.qos]
            left = sum(len(one.message.payload) for one in kept)
            self._deliveries.clear()
            self._deliveries.extend(kept)
            self._bytes_in = self._bytes_out + left

    def take(self, wait_s: float) -> list[Delivery]:
        """Return the next batch: wait for the first message, then linger for company."""
        with self._arrived:
            if not self._deliveries:
                self._arrived.wait(wait_s)
            deadline = time.monotonic() + self._options.linger_s
            while self._deliveries and not self._enough and (left := deadline - time.monotonic()) > 0:
                self._arrived.wait(left)
            return self._next_batch()

    @property
    def _bytes(self) -> int:
        return self._bytes_in - self._bytes_out

    @property
    def _enough(self) -> bool:
        options = self._options
        return len(self._deliveries) >= options.batch_messages or self._bytes >= options.batch_bytes

    def _next_batch(self) -> list[Delivery]:
        taken: list[Delivery] = []
        size = 0
        options = self._options
        while self._deliveries and len(taken) < options.batch_messages and size < options.batch_bytes:
            taken.append(self._deliveries.popleft())
            size += len(taken[-1].message.payload)
        self._bytes_out += size
        return taken
