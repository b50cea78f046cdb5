"""Broker to durable corrected row, acknowledged: against what the broker and the database give alone."""

import json
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from psycopg import Connection

from bench import report
from bench.city import START, messages, register
from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.postgres import EmbeddedPostgres
from ingest.assembly import Assembly
from ingest.collect import run
from ingest.decoding import decoder_named
from ingest.options import Broker, Collecting
from ingest.roster import roster
from telemetry.model import RawMessage
from telemetry.store.batch_rows import encode_batch
from telemetry.store.copy import HEADER, TRAILER
from telemetry.store.migrate import migrate
from telemetry.store.partitions import Partitions
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.store.statements import statements

ROUNDS: Final = 3
SINGLES: Final = 40_000
ARRAYS: Final = 12_000
PER_ARRAY: Final = 50
_TOPIC: Final = "citygas/v1/#"
_WINDOW: Final = Collecting().receive_maximum


def main() -> None:
    """Run both ingest benches and write their results."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with EmbeddedPostgres(home) as postgres, EmbeddedBroker(home, port=0) as broker:
            with connect(postgres.dsn, "bench") as connection:
                migrate(connection)
                register(connection)
            single(postgres.dsn, broker.port)
            batch(postgres.dsn, broker.port)


def single(dsn: str, port: int) -> None:
    """One reading a message; the baseline is a bare paho subscriber that only counts."""
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(ROUNDS):
        for client_id, rates, drain in (
            ("bench-bare", bare, _drain_bare),
            ("citygas-collect-all", ours, _drain_citygas),
        ):
            _empty(dsn)
            _preload(port, client_id, SINGLES, 1)
            rates.append(SINGLES / _in_process(drain, dsn, port, SINGLES))
    report.write("ingest_single", _median(ours), "messages/s", "bare paho subscriber", _median(bare), ROUNDS)


def batch(dsn: str, port: int) -> None:
    """Arrays of 50; the baseline is the database alone: COPY and idempotent INSERT of the same rows."""
    rows = ARRAYS * PER_ARRAY
    copied: list[float] = []
    ours: list[float] = []
    for _ in range(ROUNDS):
        _empty(dsn)
        copied.append(rows / _in_process(_copy_only, dsn, port, rows))
        _empty(dsn)
        _preload(port, "citygas-collect-all", ARRAYS, PER_ARRAY)
        ours.append(rows / _in_process(_drain_citygas, dsn, port, rows))
    report.write(
        "ingest_batch", _median(ours), "readings/s", "COPY + INSERT ON CONFLICT", _median(copied), ROUNDS
    )


def _drain_citygas(dsn: str, port: int, wanted: int) -> float:
    """Collect until ``wanted`` readings are committed; return the seconds from connecting."""
    stop = threading.Event()
    options = Collecting(broker=Broker(port=port))
    collector = threading.Thread(target=run, args=(dsn, stop, options))
    with connect(dsn, "bench", autocommit=True) as connection:
        started = time.perf_counter()
        collector.start()
        while _committed(connection) < wanted:
            time.sleep(0.01)
        elapsed = time.perf_counter() - started
    stop.set()
    collector.join()
    return elapsed


def _drain_bare(_dsn: str, port: int, wanted: int) -> float:
    """Count ``wanted`` messages; return the seconds from connecting."""
    client, seen, done = _session("bench-bare"), 0, threading.Event()

    def count(_client: Client, _userdata: object, _message: MQTTMessage) -> None:
        nonlocal seen
        seen += 1
        if seen == wanted:
            done.set()

    client.on_message = count
    started = time.perf_counter()
    _connect(client, port)
    client.loop_start()
    done.wait()
    elapsed = time.perf_counter() - started
    client.disconnect()
    client.loop_stop()
    return elapsed


def _copy_only(dsn: str, _port: int, rows: int) -> float:
    """Write the same rows, encoded beforehand, in the collector's transactions; return the seconds."""
    sql = statements("batches")
    with connect(dsn, "bench") as connection:
        prepared = _encoded(connection, rows)
        Partitions(connection).cover("reading", np.array([START]))
        connection.execute(sql["prepare"])
        connection.commit()
        started = time.perf_counter()
        for one in prepared:
            with connection.transaction(), connection.cursor() as cursor:
                with cursor.copy(sql["copy_reading"]) as copy:
                    copy.write(HEADER + one + TRAILER)
                cursor.execute(sql["insert_reading"], {"first": 0})
        return time.perf_counter() - started


def _encoded(connection: Connection, rows: int) -> list[bytes]:
    decoder, now = decoder_named("native"), time.time_ns() // 1000
    view = roster(load_registry(connection), now)
    sent = list(messages(rows // PER_ARRAY, PER_ARRAY))
    share = Collecting().batch_bytes // len(sent[0][1])
    prepared = []
    for start in range(0, len(sent), share):
        assembly = Assembly(view)
        for topic, payload in sent[start : start + share]:
            assembly.add(RawMessage(topic, payload, now), decoder)
        prepared.append(encode_batch(assembly.batch()).readings)
    return prepared


def _preload(port: int, client_id: str, count: int, elements: int) -> None:
    """Make a session, leave it, and let the broker fill its queue."""
    client = _session(client_id)
    _connect(client, port)
    client.loop_start()
    client.subscribe(_TOPIC, 1)
    time.sleep(0.3)
    client.disconnect()
    client.loop_stop()
    publisher = Client(CallbackAPIVersion.VERSION2)
    publisher.max_inflight_messages_set(1000)
    publisher.connect("127.0.0.1", port)
    publisher.loop_start()
    last = [publisher.publish(topic, payload, 1) for topic, payload in messages(count, elements)]
    for info in last:
        info.wait_for_publish(60)
    publisher.disconnect()
    publisher.loop_stop()


def _session(client_id: str) -> Client:
    return Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)


def _connect(client: Client, port: int) -> None:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
    properties.SessionExpiryInterval = 3600
    properties.ReceiveMaximum = _WINDOW
    client.connect("127.0.0.1", port, clean_start=False, properties=properties)


def _committed(connection: Connection) -> int:
    row = connection.execute("SELECT coalesce(sum(committed), 0) FROM ingest_counter").fetchone()
    return int(row[0]) if row else 0


def _empty(dsn: str) -> None:
    with connect(dsn, "bench", autocommit=True) as connection:
        connection.execute("TRUNCATE reading, message, arrival, dead_letter, ingest_counter")
        connection.execute("CHECKPOINT")


def _in_process(work: Callable[[str, int, int], float], dsn: str, port: int, count: int) -> float:
    """Run in a process of its own, as it would in service; return its seconds."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (dsn, port, count))


def _median(values: list[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    json.dump({"rounds": ROUNDS}, sys.stdout)
    main()
