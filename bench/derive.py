"""Hourly volumes recomputed from readings and written, against the idempotent COPY of as many rows."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from psycopg import Connection

from bench import report
from bench.city import DEVICES, START, register
from citygas.embedded.postgres import EmbeddedPostgres
from telemetry.batch import READING, Batch, Columns, content_hash
from telemetry.model import DAY, HOUR, SECOND, RawMessage
from telemetry.store.batches import BatchWriter
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending, derive_span

HOURS: Final = 240
ROUNDS: Final = 5
_SPAN: Final = (START - DAY, START + HOURS * HOUR + DAY)
_LANDING: Final = """
CREATE TEMP TABLE landing (LIKE volume_hour) ON COMMIT DELETE ROWS;
CREATE TABLE copied (LIKE volume_hour INCLUDING ALL);
"""


def main() -> None:
    """Measure, write the result and say what came out."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with (
            EmbeddedPostgres(home) as postgres,
            connect(postgres.dsn, "bench", autocommit=True) as connection,
        ):
            migrate(connection)
            register(connection)
            _fill(connection)
            result = _measure(connection)
    print(f"{result['name']}: {result['value']:,.0f} {result['unit']}, {result['ratio']:.2f} of its baseline")


def _measure(connection: Connection) -> report.Result:
    """Derive everything again and again from nothing, taking turns with the copy."""
    hours = derive_pending(connection).added
    connection.execute(_LANDING)
    rows = b"".join(_copy_out(connection))
    ours, copied = [], []
    for _ in range(ROUNDS):
        connection.execute("TRUNCATE volume_hour, copied")
        ours.append(_seconds(lambda: derive_span(connection, None, *_SPAN)))
        copied.append(_seconds(lambda: _copy_in(connection, rows)))
    again = derive_span(connection, None, *_SPAN)
    if (again.added, again.revised, again.hours) != (0, 0, hours):
        raise RuntimeError(f"working out again changed something: {again}")
    baseline = "COPY BINARY into a temporary table + INSERT … ON CONFLICT DO NOTHING of the same rows"
    value, copy_value = hours / statistics.median(ours), hours / statistics.median(copied)
    return report.write("derive", value, "hourly volumes/s", baseline, copy_value, hours)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _copy_out(connection: Connection) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy("COPY volume_hour TO STDOUT (FORMAT BINARY)") as copy:
        return [bytes(chunk) for chunk in copy]


def _copy_in(connection: Connection, rows: bytes) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy("COPY landing FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(rows)
        cursor.execute("INSERT INTO copied SELECT * FROM landing ON CONFLICT DO NOTHING")


def _fill(connection: Connection) -> None:
    """Store what every device read about hourly, at one in twenty hours a minute late."""
    generator = np.random.default_rng(1)
    writer = BatchWriter(connection, "bench")
    message = RawMessage("citygas/v1/bench/D/reading", b"", START)
    for device_id in range(1, DEVICES + 1):
        writer.write(Batch([message], ["native"], HOURS + 1, readings=_readings(device_id, generator)))


def _readings(device_id: int, generator: np.random.Generator) -> Columns:
    rows = HOURS + 1
    late = np.where(generator.random(rows) < 0.05, generator.integers(1, 90, rows) * SECOND, 0)
    flows = generator.integers(0, 40_000_000, rows) * (generator.random(rows) < 0.6)
    index = 10**9 + np.cumsum(flows)
    columns: Columns = {
        name: np.full(rows, np.nan if name.endswith(("_pa", "m3h", "_v", "pct")) else np.iinfo(np.int64).min)
        for name in READING
    }
    columns |= {
        "measured_at": START + np.arange(rows) * HOUR + late,
        "index_um3": index,
        "base_index_um3": np.rint(index * 4.3).astype(np.int64),
        "pressure_pa": 400e3 + generator.normal(0, 5e3, rows),
        "temperature_k": 288 + generator.normal(0, 5, rows),
        "seq": np.arange(rows),
        "flags": np.zeros(rows, np.int64),
    }
    return columns | {
        "content_hash": content_hash(columns),
        "device_id": np.full(rows, device_id),
        "message": np.zeros(rows, np.int64),
        "arrival_correction_factor": np.full(rows, np.nan),
        "arrival_base_flow_m3h": np.full(rows, np.nan),
    }


if __name__ == "__main__":
    main()
