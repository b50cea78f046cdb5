"""The whole platform in one process tree: what is not configured elsewhere runs embedded."""

import logging
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from citygas.child import Child
from citygas.embedded import ports
from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.postgres import EmbeddedPostgres
from citygas.roles import DEFAULT_HTTP_PORT, ROLES, Orders
from citygas.settings import MqttSection, Settings
from telemetry.errors import CitygasError
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.sessions import offer_login

log: Final = logging.getLogger(__name__)

_READY_WITHIN_S: Final = 60
_LOOK_EVERY_S: Final = 0.05


class Platform:
    """Database, broker and the four roles; the last to start is the first to stop."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is started yet."""
        self.settings = settings
        self.broker: EmbeddedBroker | None = None
        self.dsn = ""
        self.http_port = 0
        self._children: list[Child] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Bring database and broker up and migrate; the roles load meanwhile and wait for `start_roles`."""
        try:
            self._load_roles()
            self.dsn = self._stack.enter_context(Database(self.settings))
            with connect(self.dsn, "migrate") as connection:
                migrate(connection)
            if self.settings.mqtt.host is None:
                self.broker = self._stack.enter_context(self._embedded_broker())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the roles, then the broker, then the database."""
        for child in reversed(self._children):
            child.stop()
        self._stack.close()

    @property
    def http_url(self) -> str:
        """Where the page is."""
        host = self.settings.http.host
        return f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{self.http_port}"  # noqa: S104  # compared, not bound

    @property
    def mqtt_url(self) -> str:
        """Where devices publish."""
        if self.broker is not None:
            return self.broker.url
        mqtt = self.settings.mqtt
        return f"{'mqtts' if mqtt.tls else 'mqtt'}://{mqtt.host}:{mqtt.port or ''}".rstrip(":")

    def login_url(self) -> str:
        """Return an address that opens the operator page once, without a key."""
        with connect(self.dsn, "login") as connection:
            return f"{self.http_url}/login?token={offer_login(connection)}"

    def start_roles(self) -> None:
        """Let collect, derive, watch and api begin, and wait until the API answers."""
        self.http_port = self._choose_http_port()
        orders = Orders(dsn=self.dsn, settings=self._for_roles()).model_dump_json().encode()
        for child in self._children:
            child.give(orders)
        self._wait_until_ready()

    def _load_roles(self) -> None:
        folder = self.settings.data_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        for role in ROLES:
            child = Child(role, ["citygas.roles", role], folder / f"{role}.log")
            self._children.append(child)
            child.start()

    def revive(self) -> None:
        """Start again what has fallen."""
        if self.broker is not None and not self.broker.running:
            log.error("fallen process=broker")
            self.broker.start()
        for child in self._children:
            child.revive(time.monotonic())

    def _choose_http_port(self) -> int:
        """Return the port asked for, else the default or the next free one."""
        host, wanted = self.settings.http.host, self.settings.http.port
        if wanted is None:
            return ports.first_free(host, DEFAULT_HTTP_PORT)
        if wanted == 0:
            return ports.any_free(host)
        if not ports.is_free(host, wanted):
            raise CitygasError(f"http.port: {wanted} is taken on {host}")
        return wanted

    def _embedded_broker(self) -> EmbeddedBroker:
        mqtt = self.settings.mqtt
        return EmbeddedBroker(self.settings.data_dir, mqtt.port, kind=mqtt.embedded)

    def _for_roles(self) -> Settings:
        """Return the settings with what was chosen here filled in."""
        changed: dict[str, object] = {
            "http": self.settings.http.model_copy(update={"port": self.http_port}),
        }
        if self.broker is not None:
            # amqtt speaks 3.1.1 only and drops what is not acknowledged within 5 s.
            protocol: Literal["5", "3.1.1"] = "5" if self.broker.kind == "mosquitto" else "3.1.1"
            changed["mqtt"] = MqttSection(
                host=self.broker.host, port=self.broker.port, protocol=protocol, embedded=self.broker.kind
            )
        return self.settings.model_copy(update=changed)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.http_url}/readyz", timeout=2):  # noqa: S310  # our own page
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(_LOOK_EVERY_S)
                self.revive()
        tails = "; ".join(f"{child.name}: {child.tail()}" for child in self._children)
        raise CitygasError(f"the platform is not ready after {_READY_WITHIN_S} s. {tails}")


class Database:
    """The configured database, or the embedded one under the data directory, running or not."""

    def __init__(self, settings: Settings) -> None:
        """Prepare."""
        self._configured = settings.database.dsn
        self._embedded = None if self._configured else EmbeddedPostgres(Path(settings.data_dir))

    def __enter__(self) -> str:
        """Return the connection string of a database that answers."""
        if self._configured is not None:
            return self._configured
        return self._embedded.start() if self._embedded else ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the embedded server; the last one out stops it."""
        if self._embedded is not None:
            self._embedded.stop()
