"""A webhook after the Standard Webhooks specification: signed JSON, not redirected, not into the house."""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from alerts.delivery.channel import ChannelOptions, UndeliveredError
from alerts.delivery.reach import Reach
from telemetry.errors import ConfigurationError
from telemetry.store.outbox import Notice

TIMEOUT_S: Final = 10.0
_PREFIX: Final = "whsec_"
_GONE: Final = 410
_SHORTEST_SECRET: Final = 24  # bytes, as the specification has it


def channel(options: ChannelOptions) -> "Webhook":
    """Open a webhook.

    Raises
    ------
    ConfigurationError
        If its URL or secrets are none; the message holds neither.
    """
    url = urlsplit(options.url)
    if url.scheme not in {"https", "http"} or not url.hostname or url.username or url.password:
        raise ConfigurationError(f"notify.channel {options.name}: expected url = 'https://host/path'")
    if url.scheme == "http" and not options.allow:
        raise ConfigurationError(f"notify.channel {options.name}: http only to what allow names; use https")
    if not options.secrets:
        raise ConfigurationError(f"notify.channel {options.name}: expected secrets = ['whsec_…']")
    return Webhook(url, [_key(options.name, one) for one in options.secrets], Reach(options.allow))


def signature(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header: one for each key, so that a receiver may know the old or the new one.

    Examples
    --------
    >>> signature([b"0" * 24], "ntc_1", 1614265330, b"{}")
    'v1,jSq1MN7Gmsv3NaGf8zt5BPPyVkzcpQMXWyq8K9CSYrg='
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join("v1," + base64.b64encode(one).decode() for one in digests)


class Webhook:
    """One receiver of signed JSON."""

    def __init__(self, url: SplitResult, keys: Sequence[bytes], reach: Reach) -> None:
        """Take what `channel` has checked."""
        self._url = url
        self._keys = keys
        self._reach = reach
        self._context = ssl.create_default_context()

    def send(self, notice: Notice, at: datetime) -> None:
        """Post a notice once; anything but 2xx is a failure, and a redirect is one too."""
        body = _body(notice)
        message_id, timestamp = f"ntc_{notice.key}", int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "citygas",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._keys, message_id, timestamp, body),
        }
        try:
            status = self._post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise UndeliveredError(f"{type(error).__name__}: {error}") from error
        if status // 100 != 2:  # noqa: PLR2004 -- the class of success
            raise UndeliveredError(f"HTTP {status}", gone=status == _GONE)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        host = self._url.hostname or ""
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        address = self._reach.address(host, port)
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(host, port, timeout=TIMEOUT_S)
        # What was looked at is what is spoken to: a moment later, the name may lead elsewhere.
        connection.auto_open = 0
        connection.sock = self._socket(address, port, host)
        try:
            path = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def _socket(self, address: str, port: int, host: str) -> socket.socket:
        plain = socket.create_connection((address, port), TIMEOUT_S)
        if self._url.scheme == "http":
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _body(notice: Notice) -> bytes:
    """Return what is posted: the same at each attempt."""
    content = {name: one for name, one in notice.content.items() if name != "type"}
    said = {"type": notice.content["type"], "timestamp": notice.created_at.isoformat(), "data": content}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _key(name: str, secret: str) -> bytes:
    """Return the bytes of a secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < _SHORTEST_SECRET:
        raise ConfigurationError(
            f"notify.channel {name}: expected secrets: whsec_ and base64 of {_SHORTEST_SECRET} bytes or more"
        )
    return key
