"""What a subscription makes of the broker's words, without a broker."""

import logging
from collections.abc import Iterator

import pytest
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ingest.options import Collecting, Shard
from ingest.router import ShardTopics
from ingest.subscription import Subscription

CHOSEN = Collecting(shards=(Shard("north", ("north",)), Shard("rest")), linger_s=0.0)


@pytest.fixture
def rest() -> Iterator[Subscription]:
    never_opened = Subscription("test", ShardTopics(CHOSEN.shards[1], CHOSEN.shards), CHOSEN)
    never_opened._open.set()
    yield never_opened
    never_opened._wake_r.close()
    never_opened._wake_w.close()


def message(topic: bytes, *, retain: bool = False, mid: int = 1) -> MQTTMessage:
    made = MQTTMessage(mid, topic)
    made.payload, made.qos, made.retain = b"{}", 1, retain
    return made


def deliver(subscription: Subscription, one: MQTTMessage) -> None:
    subscription._on_message(subscription._client, None, one)


def test_a_filter_that_the_broker_refuses_is_said(
    rest: Subscription, caplog: pytest.LogCaptureFixture
) -> None:
    """Else a collector that may not read would stand there connected, and starve."""
    codes = [ReasonCode(PacketTypes.SUBACK, "Not authorized")]
    rest._on_subscribe(rest._client, None, 1, codes, None)
    assert "mqtt_subscription_refused filter=citygas/v1/# reason=Not authorized" in caplog.text


def test_what_another_shard_takes_is_acknowledged_at_once(rest: Subscription) -> None:
    deliver(rest, message(b"citygas/v1/north/D/reading", mid=1))
    deliver(rest, message(b"citygas/v1/south/D/reading", mid=2))
    assert [one.mid for one in rest._done] == [1]
    assert [one.mid for one in rest.take(0)] == [2]


def test_retained_messages_are_counted_once(rest: Subscription) -> None:
    deliver(rest, message(b"citygas/v1/south/D/reading", retain=True))
    assert (rest.take_retained(), rest.take_retained()) == (1, 0)
    assert rest.held == 0


def test_a_topic_that_is_no_text_is_taken_as_none_of_ours(rest: Subscription) -> None:
    deliver(rest, message(b"citygas/v1/\xff/D/reading"))
    (taken,) = rest.take(0)
    assert taken.message.topic == "?"


def test_held_counts_until_it_is_settled(rest: Subscription) -> None:
    for mid in range(3):
        deliver(rest, message(b"citygas/v1/south/D/reading", mid=mid))
    assert rest.held == 3
    taken = rest.take(0)
    assert rest.held == 3
    rest.acknowledge(taken)
    assert rest.held == 0


def test_an_acknowledgement_of_an_earlier_connection_is_not_sent(
    rest: Subscription, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    deliver(rest, message(b"citygas/v1/south/D/reading"))
    taken = rest.take(0)
    rest._drop_hand()
    rest.acknowledge(taken)
    rest._send_acknowledgements()
    assert not rest._done
    assert not rest._client.want_write(), "its packet id may stand for another message by now"
