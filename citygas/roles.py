"""The roles, each for a process or a machine of its own: collect, derive, watch, api."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

from citygas.section import Section
from citygas.settings import Settings
from ingest.options import Broker, Collecting, PushSource, Route, Shard
from ingest.router import Router

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
        take=ingest.take,
        routes=tuple(Route(one.topic, one.decoder, one.settings) for one in ingest.route),
        batch_messages=ingest.batch_messages,
        batch_bytes=ingest.batch_bytes,
        linger_s=ingest.linger_ms / 1000,
    )


def router(settings: Settings) -> Router:
    """Return which decoder takes what, by the routes and the push sources.

    Raises
    ------
    ConfigurationError
        If a decoder does not exist or a setting of it is wrong.
    """
    ingest = settings.ingest
    pushes = [PushSource(one.name, one.decoder, one.settings) for one in ingest.push]
    return Router(collecting(settings).routes, pushes)


Run: TypeAlias = "Callable[[Orders, threading.Event], None]"


class Orders(Section):
    """What a role's process is given on standard input."""

    dsn: str
    settings: Settings


def collect() -> Run:
    """Take messages from the broker into the database."""
    from ingest.collect import run  # noqa: PLC0415  # each role loads only what it needs

    return lambda orders, stop: run(orders.dsn, stop, collecting(orders.settings))


def derive() -> Run:
    """Turn readings into hourly volumes."""
    from telemetry.work.derive import run  # noqa: PLC0415

    return lambda orders, stop: run(orders.dsn, stop)


def watch() -> Run:
    """Turn what arrives into alarms, and alarms into notices."""
    from alerts.delivery.deliver import delivering  # noqa: PLC0415
    from alerts.watch import run  # noqa: PLC0415
    from citygas.notify import channels, telling  # noqa: PLC0415

    def watch_and_deliver(orders: Orders, stop: threading.Event) -> None:
        notify = orders.settings.notify
        with delivering(orders.dsn, telling(notify), channels(notify)):
            run(orders.dsn, stop)

    return watch_and_deliver


def api() -> Run:
    """Serve HTTP and the operator page."""
    from api.serve import run  # noqa: PLC0415

    def serve_http(orders: Orders, stop: threading.Event) -> None:
        http, mqtt = orders.settings.http, orders.settings.mqtt
        port = DEFAULT_HTTP_PORT if http.port is None else http.port
        run(
            orders.dsn,
            stop,
            http.host,
            port,
            broker=mqtt.embedded,
            router=router(orders.settings),
            edits_need_approval=orders.settings.edits.approval,
            shelve_longest=timedelta(hours=orders.settings.alarms.shelve_longest_h),
            shifts=orders.settings.alarms.shifts,
        )

    return serve_http


ROLES: Final[Mapping[str, Callable[[], Run]]] = {
    "collect": collect,
    "derive": derive,
    "watch": watch,
    "api": api,
}


def serve(run: Run, orders: Orders) -> None:
    """Run one role until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log_to_stderr()
    run(orders, stop)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log key=value lines to standard error."""
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
    )


def main() -> None:
    """Load the role named by the first argument, then wait for orders; none come when it is not to run."""
    run = ROLES[sys.argv[1]]()
    given = sys.stdin.read()
    if given:
        serve(run, Orders.model_validate_json(given))


if __name__ == "__main__":
    main()
