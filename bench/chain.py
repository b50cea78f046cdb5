"""The whole chain as in service: broker, database, every role in a process of its own, and a city's load."""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from psycopg import Connection

from alerts import watch
from alerts.delivery.deliver import delivering
from alerts.delivery.outbox import Telling
from api import serve
from bench.city import register
from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.ports import any_free
from citygas.embedded.postgres import EmbeddedPostgres
from ingest import collect
from ingest.options import Broker, Collecting
from telemetry.store.keys import create_key
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work import derive

EVERY_S: Final = 5
"""How often each meter and each station of the load speaks."""

_OF_TEN: Final = 9
"""So many of ten messages are a meter's reading; the others are a station's pressures."""

_TICK_S: Final = 0.02
_PATIENCE_S: Final = 60.0
_STATIONS: Final = """
INSERT INTO station (station, zone) SELECT '{name}-' || n, 'Z' FROM generate_series(1, {count}) n;
INSERT INTO setpoint (station, stream, valid_from, set_kpa, opso_kpa, upso_kpa)
  SELECT '{name}-' || n, 'A', '2020-01-01Z', 300, 375, 200 FROM generate_series(1, {count}) n;
"""


@dataclass(frozen=True)
class Chain:
    """Where a running platform is reached."""

    dsn: str
    mqtt_port: int
    http_port: int
    key: str


@contextmanager
def chain(rate: int, stations: int) -> Iterator[Chain]:
    """Run everything, with so many messages a second; ``ST-1`` … are left for who measures.

    The load is a city in which each meter and station speaks every five seconds, nine meters a station.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        home.chmod(0o755)
        postgres = running.enter_context(EmbeddedPostgres(home))
        broker = running.enter_context(EmbeddedBroker(home, port=0, kind="mosquitto"))
        with connect(postgres.dsn, "bench") as connection:
            key = _prepare(connection, rate, stations)
        made = Chain(postgres.dsn, broker.port, any_free("127.0.0.1"), key)
        for role in (_collect, _derive, _watch, _serve):
            running.enter_context(_process(role, made))
        _wait_for_http(made.http_port)
        running.enter_context(_process(_load, made, rate))
        yield made


def publisher(port: int) -> Client:
    """Return a connected publisher."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def _prepare(connection: Connection, rate: int, stations: int) -> str:
    migrate(connection)
    each = rate * EVERY_S // 10
    register(connection, devices=_OF_TEN * each)
    for name, count in (("ST", stations), ("L", each)):
        connection.execute(_STATIONS.format(name=name, count=count).encode())
    connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    return create_key(connection, "bench", ["alarms:read"])


@contextmanager
def _process(role: Callable[..., None], *arguments: Any) -> Iterator[None]:  # noqa: ANN401 -- what a role takes
    """Run a role in a process of its own, as in service."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=role, args=(stop, *arguments), name=role.__name__)
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join()


def _until(stop: Event, run: Callable[[threading.Event], object]) -> None:
    """Run until another process says so."""
    here = threading.Event()

    def pass_on() -> None:
        stop.wait()
        here.set()

    threading.Thread(target=pass_on, daemon=True).start()
    run(here)


def _collect(stop: Event, made: Chain) -> None:
    options = Collecting(broker=Broker(port=made.mqtt_port))
    _until(stop, lambda here: collect.run(made.dsn, here, options))


def _derive(stop: Event, made: Chain) -> None:
    _until(stop, lambda here: derive.run(made.dsn, here))


def _watch(stop: Event, made: Chain) -> None:
    with delivering(made.dsn, Telling(zone=ZoneInfo("UTC")), []):
        _until(stop, lambda here: watch.run(made.dsn, here))


def _serve(stop: Event, made: Chain) -> None:
    _until(stop, lambda here: serve.run(made.dsn, here, "127.0.0.1", made.http_port))


def _load(stop: Event, made: Chain, rate: int) -> None:
    """Publish so many messages a second, a tick's worth at a time."""
    client, sent, begun = publisher(made.mqtt_port), 0, time.monotonic()
    each = rate * EVERY_S // 10
    while not stop.wait(_TICK_S):
        due = round((time.monotonic() - begun) * rate)
        while sent < due:
            client.publish(*_said(sent, each), 1)
            sent += 1
    client.disconnect()
    client.loop_stop()


def _said(number: int, stations: int) -> tuple[str, str]:
    """Return the topic and payload of one message of the load."""
    at, turn = time.time(), number // (10 * stations)
    group, of_ten = divmod(number, 10)
    if of_ten == _OF_TEN:
        pressures = '"inlet_gauge_pressure_kpa":800,"outlet_gauge_pressure_kpa":300,"flow_m3h":250'
        return (
            f"citygas/v1/bench/L-{group % stations + 1}/pressure",
            f'{{"measured_at":{at:.6f},{pressures}}}',
        )
    meter = group % stations * _OF_TEN + of_ten + 1
    said = (
        f'{{"measured_at":{at:.6f},"index_m3":{1000 + turn * 0.1:.3f},"pressure_kpa":380.2,'
        f'"temperature_degc":12.5,"flow_m3h":72,"battery_pct":91,"seq":{turn}}}'
    )
    return f"citygas/v1/bench/D{meter}/reading", said


def _wait_for_http(port: int) -> None:
    """Wait until the API answers."""
    last = time.monotonic() + _PATIENCE_S
    while True:
        try:
            web = HTTPConnection("127.0.0.1", port)
            web.request("GET", "/healthz")
            web.getresponse().read()
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)
        else:
            return
