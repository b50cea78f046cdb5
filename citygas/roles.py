"""The roles, each for a process or a machine of its own: collect, derive, watch, api."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Final

from citygas.settings import Settings
from ingest.options import Broker, Collecting, Route, Shard
from telemetry.errors import ConfigurationError

log: Final = logging.getLogger(__name__)

DEFAULT_MQTT_PORT: Final = 1883
DEFAULT_TLS_PORT: Final = 8883
DEFAULT_HTTP_PORT: Final = 8080


def broker_options(settings: Settings) -> Broker:
    """Return how the configured broker is reached."""
    mqtt = settings.mqtt
    return Broker(
        host=mqtt.host or "127.0.0.1",
        port=mqtt.port or (DEFAULT_TLS_PORT if mqtt.tls else DEFAULT_MQTT_PORT),
        protocol=mqtt.protocol,
        username=mqtt.username,
        password=mqtt.password,
        tls=mqtt.tls,
        ca_file=mqtt.ca_file,
        certificate_file=mqtt.certificate_file,
        key_file=mqtt.key_file,
        keepalive_s=mqtt.keepalive_s,
    )


def collecting(settings: Settings) -> Collecting:
    """Return how the collector works."""
    ingest = settings.ingest
    return Collecting(
        broker=broker_options(settings),
        shards=tuple(Shard(one.name, one.areas) for one in ingest.shards),
        routes=tuple(Route(one.topic, one.decoder) for one in ingest.route),
        batch_messages=ingest.batch_messages,
        batch_bytes=ingest.batch_bytes,
        linger_s=ingest.linger_ms / 1000,
    )


def collect(settings: Settings, dsn: str, stop: threading.Event) -> None:
    """Take messages from the broker into the database."""
    from ingest.collect import run  # noqa: PLC0415  # each role loads only what it needs

    run(dsn, stop, collecting(settings))


def derive(_settings: Settings, dsn: str, stop: threading.Event) -> None:
    """Turn readings into hourly volumes."""
    from telemetry.work.derive import run  # noqa: PLC0415

    run(dsn, stop)


def watch(_settings: Settings, dsn: str, stop: threading.Event) -> None:
    """Turn what arrives into alarms."""
    from alerts.watch import run  # noqa: PLC0415

    run(dsn, stop)


def api(settings: Settings, dsn: str, stop: threading.Event) -> None:
    """Serve HTTP and the operator page."""
    from api.serve import run  # noqa: PLC0415

    port = DEFAULT_HTTP_PORT if settings.http.port is None else settings.http.port
    run(dsn, stop, settings.http.host, port)


ROLES: Final[Mapping[str, Callable[[Settings, str, threading.Event], None]]] = {
    "collect": collect,
    "derive": derive,
    "watch": watch,
    "api": api,
}


def serve(role: str, settings: Settings, dsn: str) -> None:
    """Run one role until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log_to_stderr()
    ROLES[role](settings, dsn, stop)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log key=value lines to standard error."""
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
    )


def main() -> None:
    """Run the role named by the first argument; the settings come as JSON on standard input."""
    role, dsn = sys.argv[1:3]
    if role not in ROLES:
        raise ConfigurationError(f"there is no role {role}; expected one of {', '.join(ROLES)}")
    serve(role, Settings.model_validate_json(sys.stdin.read()), dsn)


if __name__ == "__main__":
    main()
