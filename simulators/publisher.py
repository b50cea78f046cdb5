"""To a broker over MQTT, QoS 1, with a bounded number of messages that it has not acknowledged yet."""

import logging
import ssl
from dataclasses import dataclass
from threading import Condition, Event
from time import monotonic
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from simulators.truth import Publication

log = logging.getLogger(__name__)

_OUTSTANDING: Final = 200
_CONNECT_TIMEOUT_S: Final = 20.0
_PLAIN_PORT: Final = 1883
_TLS_PORT: Final = 8883


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker listens and who we are there."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None


def parse_broker(url: str) -> Broker:
    """Read `mqtt://user:password@host:port` or `mqtts://…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise ValueError(f"broker: expected mqtt://host[:port] or mqtts://host[:port], not {url!r}")
    tls = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname,
        port=parts.port or (_TLS_PORT if tls else _PLAIN_PORT),
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class BrokerError(RuntimeError):
    """The broker did not let us in, or stopped acknowledging."""


class Publisher:
    """A connection that publishes and knows what has been acknowledged."""

    def __init__(self, broker: Broker, client_id: str) -> None:
        self._broker = broker
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311)
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.max_inflight_messages_set(_OUTSTANDING)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._connected = Event()
        self._refusal: str | None = None
        self._outstanding = 0
        self._acknowledged = Condition()
        self._closing = False

    def __enter__(self) -> Self:
        """Connect, or say why not."""
        self._client.connect(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()
        if not self._connected.wait(_CONNECT_TIMEOUT_S):
            self._client.loop_stop()
            reason = self._refusal or "no answer"
            raise BrokerError(f"broker {self._broker.host}:{self._broker.port} refused: {reason}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._closing = True
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, publication: Publication, timeout_s: float = 60.0) -> None:
        """Publish one message; wait first while too many are not acknowledged yet."""
        self._wait_below(_OUTSTANDING, timeout_s)
        with self._acknowledged:
            self._outstanding += 1
        self._client.publish(publication.topic, publication.payload, qos=1)

    def drain(self, timeout_s: float = 60.0) -> None:
        """Wait until the broker has acknowledged everything."""
        self._wait_below(1, timeout_s)

    def _wait_below(self, most: int, timeout_s: float) -> None:
        deadline = monotonic() + timeout_s
        with self._acknowledged:
            while self._outstanding >= most:
                if not self._acknowledged.wait(deadline - monotonic()):
                    raise BrokerError(f"{self._outstanding} messages not acknowledged after {timeout_s:g} s")

    def _on_connect(
        self, _client: object, _user: object, _flags: object, reason: ReasonCode, _props: object
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        self._connected.set()

    def _on_disconnect(
        self, _client: object, _user: object, _flags: object, reason: ReasonCode, _props: object
    ) -> None:
        if not self._closing:
            log.warning("broker connection lost reason=%s: what follows may arrive twice", reason)

    def _on_publish(self, _client: object, _user: object, _mid: int, _reason: object, _props: object) -> None:
        with self._acknowledged:
            self._outstanding -= 1
            self._acknowledged.notify_all()
