"""From the publication of an excursion to its alarm over HTTP, beside 2,000 messages a second."""

import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from psycopg import Connection

from alerts import watch
from api import serve
from bench import report
from bench.city import DEVICES, register
from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.ports import any_free
from citygas.embedded.postgres import EmbeddedPostgres
from ingest import collect
from ingest.options import Broker, Collecting
from telemetry.model import moment
from telemetry.store.keys import create_key
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect

EXCURSIONS: Final = 200
RATE: Final = 2_000
_APART_S: Final = 0.1
_TICK_S: Final = 0.02
_POLL_S: Final = 0.002
_PATIENCE_S: Final = 30.0
_KEPT_UP: Final = 0.9
WARM_UP_S: Final = 5.0
_RULE: Final = "outlet_pressure_high_high"
_STATIONS: Final = """
INSERT INTO station (station, zone) SELECT 'ST-' || n, 'Z' FROM generate_series(1, {stations}) n;
INSERT INTO setpoint (station, stream, valid_from, set_kpa, opso_kpa)
  SELECT 'ST-' || n, 'A', '2020-01-01Z', 300, 375 FROM generate_series(1, {stations}) n;
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""


def main() -> None:
    """Measure, and write the result."""
    result = run()
    print(f"{result['name']}: {result['value']:,.0f} {result['unit']}")


def run(excursions: int = EXCURSIONS, rate: int = RATE, warm_up_s: float = WARM_UP_S) -> report.Result:
    """Return the 99th percentile over so many excursions, one station each."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with EmbeddedPostgres(home) as postgres, EmbeddedBroker(home, port=0) as broker:
            with connect(postgres.dsn, "bench") as connection:
                key = _prepare(connection, excursions)
            port = any_free("127.0.0.1")
            with (
                _process(_collect, postgres.dsn, broker.port),
                _process(_watch, postgres.dsn),
                _process(_serve, postgres.dsn, port),
                _process(_background, broker.port, rate),
            ):
                _wait_for_http(port)
                time.sleep(warm_up_s)
                waited = _measure(broker.port, port, key, excursions)
            with connect(postgres.dsn, "bench") as connection:
                stored = _stored_a_second(connection)
    p99 = float(np.percentile(waited, 99))
    print(f"beside it {stored:,.0f} readings/s stored; median {np.median(waited):,.0f} ms, p99 {p99:,.0f} ms")
    if stored < _KEPT_UP * rate:
        raise RuntimeError(f"only {stored:,.0f} of {rate:,} readings/s were stored: a figure of another load")
    return report.write("alarm_latency_ms", p99, "ms", None, None, excursions)


def _prepare(connection: Connection, stations: int) -> str:
    migrate(connection)
    register(connection)
    connection.execute(_STATIONS.format(stations=stations).encode())
    return create_key(connection, "bench", ["alarms:read"])


@contextmanager
def _process(role: Callable[..., None], *arguments: Any) -> Iterator[None]:  # noqa: ANN401 -- what a role takes
    """Run a role in a process of its own, as in service."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=role, args=(stop, *arguments))
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


def _collect(stop: Event, dsn: str, port: int) -> None:
    _until(stop, lambda here: collect.run(dsn, here, Collecting(broker=Broker(port=port))))


def _watch(stop: Event, dsn: str) -> None:
    _until(stop, lambda here: watch.run(dsn, here))


def _serve(stop: Event, dsn: str, port: int) -> None:
    _until(stop, lambda here: serve.run(dsn, here, "127.0.0.1", port))


def _background(stop: Event, port: int, rate: int) -> None:
    """Publish so many readings a second, a tick's worth at a time."""
    client, sent, begun = _publisher(port), 0, time.monotonic()
    while not stop.wait(_TICK_S):
        due = round((time.monotonic() - begun) * rate)
        while sent < due:
            device, sent = sent % DEVICES + 1, sent + 1
            reading = {"measured_at": _now(), "index_m3": 1000 + sent // DEVICES, "seq": sent}
            client.publish(f"citygas/v1/bench/D{device}/reading", json.dumps(reading), 1)
    client.disconnect()
    client.loop_stop()


def _publisher(port: int) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def _now() -> str:
    return moment(time.time_ns() // 1000).isoformat()


def _measure(mqtt_port: int, http_port: int, key: str, excursions: int) -> list[float]:
    """Return how long each excursion took to be seen [ms]."""
    client, web = _publisher(mqtt_port), HTTPConnection("127.0.0.1", http_port)
    waited = []
    for number in range(1, excursions + 1):
        said = {"measured_at": _now(), "outlet_gauge_pressure_kpa": 370.0}
        begun = time.perf_counter()
        client.publish(f"citygas/v1/bench/ST-{number}/pressure", json.dumps(said), 1)
        while not _visible(web, key, f"ST-{number}"):
            if time.perf_counter() - begun > _PATIENCE_S:
                raise RuntimeError(f"no alarm of ST-{number} within {_PATIENCE_S:g} s")
            time.sleep(_POLL_S)
        waited.append(1000 * (time.perf_counter() - begun))
        time.sleep(_APART_S)
    client.disconnect()
    client.loop_stop()
    return waited


def _visible(web: HTTPConnection, key: str, station: str) -> bool:
    path = f"/v1/alarms?rule={_RULE}&target={station}&state=active&limit=1"
    web.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    answer = web.getresponse()
    body = json.loads(answer.read())
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body}")
    return bool(body["items"])


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


def _stored_a_second(connection: Connection) -> float:
    """Return how many readings were stored a second."""
    row = connection.execute(
        "SELECT count(*), extract(epoch FROM max(stored_at) - min(stored_at))::float8 FROM reading"
    ).fetchone()
    stored, seconds = row or (0, 0.0)
    return float(stored / seconds) if seconds else 0.0


if __name__ == "__main__":
    main()
