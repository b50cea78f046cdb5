"""The hand: what is delivered and not taken yet, bounded by count and bytes."""

import threading
from typing import Any

import pytest

from ingest import hand
from ingest.hand import Delivery, Hand
from ingest.options import Collecting
from telemetry.model import RawMessage


def delivery(number: int, *, qos: int = 1, size: int = 100) -> Delivery:
    return Delivery(RawMessage("t", bytes(size), number), number, qos, 0)


def hand_of(deliveries: list[Delivery], **chosen: Any) -> Hand:  # noqa: ANN401 -- of Collecting
    held = Hand(Collecting(**{"linger_s": 0.0, **chosen}))
    for one in deliveries:
        held.put(one)
    return held


def mids(taken: list[Delivery]) -> list[int]:
    return [one.mid for one in taken]


def test_batches_are_taken_in_order_and_bounded_by_count() -> None:
    held = hand_of([delivery(number) for number in range(5)], batch_messages=2)
    assert [mids(held.take(0)) for _ in range(4)] == [[0, 1], [2, 3], [4], []]


def test_batches_are_bounded_by_bytes_and_never_empty() -> None:
    held = hand_of([delivery(number, size=700) for number in range(4)], batch_bytes=1000)
    assert [mids(held.take(0)) for _ in range(3)] == [[0, 1], [2, 3], []]
    assert mids(hand_of([delivery(0, size=5000)], batch_bytes=1000).take(0)) == [0]


def test_it_is_full_beyond_the_receive_maximum() -> None:
    held = hand_of([delivery(number) for number in range(3)], batch_messages=1)
    assert not held.full, "by MQTT 5 no more than these can come"
    held.put(delivery(3))
    assert held.full
    held.take(0)
    assert not held.full


def test_it_is_full_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "HAND_BYTES", 250)
    held = hand_of([delivery(number) for number in range(3)], batch_messages=1)
    assert held.full
    held.take(0)
    assert not held.full


def test_a_lost_connection_takes_all_but_what_is_not_delivered_again() -> None:
    held = hand_of([delivery(0), delivery(1, qos=0), delivery(2), delivery(3, qos=0)])
    held.drop()
    assert mids(held.take(0)) == [1, 3]
    held.drop()
    assert (len(held), held._bytes) == (0, 0)


def test_who_waits_is_woken_and_lingers_for_company() -> None:
    held = hand_of([], linger_s=5.0, batch_messages=2)
    taken: list[Delivery] = []
    waiting = threading.Thread(target=lambda: taken.extend(held.take(10)))
    waiting.start()
    held.put(delivery(0))
    held.tell()
    held.put(delivery(1))
    held.tell()
    waiting.join(4)
    assert mids(taken) == [0, 1]


def test_bytes_stay_right_when_two_threads_count_them() -> None:
    held = hand_of([], batch_messages=7)
    numbers = range(20_000)

    def put_all() -> None:
        for number in numbers:
            held.put(delivery(number, size=number % 50))

    putting = threading.Thread(target=put_all)
    putting.start()
    found: list[int] = []
    while len(found) < len(numbers):
        found += mids(held.take(0))
    putting.join()
    assert found == list(numbers)
    assert held._bytes == 0
