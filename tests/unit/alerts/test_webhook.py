"""The webhook: signed as the specification has it, and led nowhere it must not go."""

import base64
import socket
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook as Receiver

from alerts.channels.webhook import signature
from alerts.delivery.channel import Channel, ChannelOptions, UndeliveredError, channel_kinds, opened
from alerts.delivery.reach import Reach
from telemetry.errors import ConfigurationError
from telemetry.store.outbox import Notice

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
NOTICE = Notice(
    notice_id=1,
    key=UUID(int=1),
    content={"type": "alarm.notice"},
    attempts=0,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def webhook(**more: Any) -> Channel:  # noqa: ANN401 -- options
    return opened(
        ChannelOptions(
            **{"name": "w", "kind": "webhook", "secrets": (SECRET,), "url": "https://x.test", **more}
        )
    )


def test_there_is_a_kind_for_each_file() -> None:
    assert sorted(channel_kinds()) == ["apprise", "webhook"]


def test_the_signature_is_that_of_the_specification_s_libraries() -> None:
    """The example that the libraries of the specification test themselves with."""
    secret, body = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    message, timestamp = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    found = signature([base64.b64decode(secret)], message, timestamp, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    their = Receiver("whsec_" + secret).sign(message, datetime.fromtimestamp(timestamp, UTC), body.decode())
    assert found == their


def test_while_secrets_change_a_receiver_may_know_either() -> None:
    keys = [b"o" * 32, b"n" * 32]
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(keys, "m", int(now.timestamp()), b"{}"),
    }
    for key in keys:
        assert Receiver(base64.b64encode(key).decode()).verify("{}", headers) == {}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ],
)
def test_the_house_is_out_of_reach(address: str) -> None:
    assert not Reach().allows(address)


def test_what_is_allowed_is_within_reach_and_nothing_beside_it() -> None:
    reach = Reach(["10.1.0.0/16", "fd00::/8"])
    assert reach.allows("10.1.2.3")
    assert reach.allows("fd00::1")
    assert reach.allows("::ffff:10.1.2.3")
    assert not reach.allows("10.2.0.1")


def test_one_private_address_among_public_ones_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("1.1.1.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(UndeliveredError, match="not public"):
        Reach().address("twofaced.test", 443)


def test_a_loopback_receiver_is_not_spoken_to_unless_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        channel = webhook(url=f"https://127.0.0.1:{server.getsockname()[1]}/")
        with pytest.raises(UndeliveredError, match="not public"):
            channel.send(NOTICE, datetime.now(UTC))
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "ftp://x.test/"}, "expected url"),
        ({"url": "https://user:password@x.test/"}, "expected url"),
        ({"url": "http://x.test/"}, "use https"),
        ({"secrets": ()}, "expected secrets"),
        ({"secrets": ("whsec_c2hvcnQ=",)}, "24 bytes or more"),
        ({"secrets": ("whsec_!",)}, "24 bytes or more"),
        ({"kind": "pigeon"}, "expected one of apprise, webhook"),
        ({"kind": "apprise", "url": "pigeon://coop"}, "that apprise knows"),
        ({"kind": "apprise", "url": "mailto://h.test?from=a@x.cn&to=b@x.cn,c@x.cn"}, "one receiver, not 2"),
    ],
)
def test_what_is_configured_wrongly_is_named_without_its_secrets(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        webhook(**wrong)
    assert "password" not in str(refused.value)
