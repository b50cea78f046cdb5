"""What a collector is told: which broker, which topics, how large a batch."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from telemetry.errors import ConfigurationError

NATIVE_ROOT: Final = "citygas/v1"


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how to be let in."""

    host: str = "127.0.0.1"
    port: int = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    keepalive_s: int = 30

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that checks the broker and, where we have one, shows our certificate.

        Raises
        ------
        ConfigurationError
            If a file is missing or not what it should be.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate_file:
                context.load_cert_chain(self.certificate_file, self.key_file)
        except OSError as error:
            files = [str(one) for one in (self.ca_file, self.certificate_file, self.key_file) if one]
            raise ConfigurationError(f"mqtt: cannot use {', '.join(files)}: {error}") from error
        return context


@dataclass(frozen=True)
class Route:
    """A topic filter beyond the native ones, and the decoder that takes it."""

    topic: str
    decoder: str
    settings: Mapping[str, object] = field(default_factory=dict)
    """What the decoder is told (docs/decoders.md)."""


@dataclass(frozen=True)
class PushSource:
    """Who pushes payloads of a family over HTTP, and how these are read."""

    name: str
    decoder: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Shard:
    """Some areas that one collector at a time takes; the one without areas takes all the others."""

    name: str
    areas: Sequence[str] = ()

    @property
    def client_id(self) -> str:
        """Fixed, so that a spare takes over the session with what it holds."""
        return f"citygas-collect-{self.name}"


@dataclass(frozen=True)
class Collecting:
    """How one collector process works."""

    broker: Broker = field(default_factory=Broker)
    shards: Sequence[Shard] = (Shard("all"),)
    """All there are, whoever takes them: the one without areas must know what the others take."""
    take: Sequence[str] = ()
    """Names of those that this process takes; all where none is named."""
    routes: Sequence[Route] = ()
    batch_messages: int = 2000
    batch_bytes: int = 2 * 1024 * 1024
    linger_s: float = 0.02
    session_expiry_s: int = 30 * 86_400

    @property
    def receive_maximum(self) -> int:
        """Three batches: one being committed, one made ready, one arriving."""
        return min(3 * self.batch_messages, 65_535)

    @property
    def taken(self) -> Sequence[Shard]:
        """The shards that this process collects, or stands by for."""
        return [one for one in self.shards if one.name in self.take or not self.take]
