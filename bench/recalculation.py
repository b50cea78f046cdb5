"""A month of one zone's gas corrected late: only its rows get revisions, and the feed tells each once."""

import resource
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from psycopg import Connection

from bench import report
from citygas.embedded.postgres import EmbeddedPostgres
from telemetry.batch import READING, Batch, Columns, content_hash
from telemetry.model import DAY, HOUR, SECOND, Instant, RawMessage, moment
from telemetry.store.batches import BatchWriter
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.store.registry_writing import mark_dirty, record_import
from telemetry.store.volume_changes import VolumeChange, changes_after, last_sequence
from telemetry.work.derive import derive_pending
from telemetry.work.deriver import Derived

START: Final = 1_767_225_600 * SECOND  # 2026-01-01 UTC
_PAGE: Final = 10_000
_ZONES: Final = 4
_REGISTRY: Final = """
INSERT INTO zone (zone, name) SELECT 'Z' || n, 'bench' FROM generate_series(0, {zones} - 1) n;
INSERT INTO site (site, zone, time_zone, atmospheric_pressure_kpa)
  SELECT 'S' || n, 'Z' || n % {zones}, 'Asia/Shanghai', 101.3 FROM generate_series(1, {meters}) n;
INSERT INTO device (device) SELECT 'D' || n FROM generate_series(1, {meters}) n;
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
  SELECT 'M' || n, 'turbine', 'smart', 400, 9, 'ptz' FROM generate_series(1, {meters}) n;
INSERT INTO installation (meter, site, device, valid_from, index_m3)
  SELECT 'M' || n, 'S' || n, 'D' || n, '2020-01-01Z', 0 FROM generate_series(1, {meters}) n;
INSERT INTO gas_quality (zone, valid_from, method, methane, nitrogen, carbon_dioxide, ethane, propane)
  SELECT 'Z' || n, from_at, 'aga8_detail', 0.965, 0.005, 0.006, 0.018, 0.006
  FROM generate_series(0, {zones} - 1) n,
       unnest(ARRAY['2020-01-01Z', '{begin}', '{end}']::timestamptz[]) AS from_at;
"""
_CHANGE: Final = """
UPDATE gas_quality SET methane = 0.94, nitrogen = 0.01, carbon_dioxide = 0.01, ethane = 0.03, propane = 0.01
WHERE zone = 'Z1' AND valid_from = %s
"""
_UNEXPECTED: Final = """
SELECT count(*) FILTER (WHERE revision > 1) AS revised,
       count(*) FILTER (WHERE (revision > 1) <>
           (zone = 'Z1' AND interval_start >= %(begin)s AND interval_start < %(end)s)) AS unexpected
FROM volume_hour JOIN meter USING (meter_id) JOIN installation USING (meter) JOIN site USING (site)
"""


class City(NamedTuple):
    """How much there is, and which span of it changes."""

    meters: int
    days: int
    begin: Instant
    end: Instant


class Recalculated(NamedTuple):
    """What came of a change: the rows it made, what it should not have, and how long it took."""

    rows: int
    done: Derived
    revised: int
    unexpected: int
    told: list[VolumeChange]
    derive_s: float
    feed_s: float


def large() -> None:
    """Measure a year of 1,000 meters, one of four zones changed for one month."""
    city = City(1000, 365, START + 90 * DAY, START + 120 * DAY)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with (
            EmbeddedPostgres(home) as postgres,
            connect(postgres.dsn, "bench", autocommit=True) as connection,
        ):
            migrate(connection)
            found = recalculate(connection, city)
    if found.unexpected or not in_order_once(found):
        raise RuntimeError(f"{found.unexpected} rows changed that should not, {len(found.told)} were told")
    report.write(
        "recalculation", found.revised / found.derive_s, "revised hours/s", None, None, found.revised
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"recalculation: of {found.rows:,} hours {found.revised:,} revised in {found.derive_s:.1f} s"
        f" ({found.done.hours:,} worked out), told once, in order in {found.feed_s:.1f} s; peak {peak:.0f} MB"
    )


def recalculate(connection: Connection, city: City) -> Recalculated:
    """Fill a city, derive it, change one zone's gas for a while, and derive again."""
    span = {"begin": moment(city.begin), "end": moment(city.end)}
    with connection.transaction():
        connection.execute(_REGISTRY.format(meters=city.meters, zones=_ZONES, **span).encode())
        record_import(connection, {})
    _fill(connection, city)
    rows = derive_pending(connection).added
    last = last_sequence(connection)
    change(connection, city)
    began = time.perf_counter()
    done = derive_pending(connection)
    derived = time.perf_counter()
    told = _told(connection, last)
    feed_s = time.perf_counter() - derived
    revised, unexpected = connection.execute(_UNEXPECTED.encode(), span).fetchone() or (0, 0)
    return Recalculated(rows, done, revised, unexpected, told, derived - began, feed_s)


def change(connection: Connection, city: City) -> None:
    """Let the gas of zone Z1 have been another in the span, as an import of it does."""
    with connection.transaction():
        connection.execute(_CHANGE.encode(), [moment(city.begin)])
        record_import(connection, {"gas_quality.csv": {"updated": 1}})
        registry = load_registry(connection)
        spans = [
            (registry.meter_ids[meter], city.begin, city.end)
            for meter in registry.meters
            if registry.sites[registry.installations_of_meter(meter)[0].site].zone == "Z1"
        ]
        mark_dirty(connection, spans)


def in_order_once(found: Recalculated) -> bool:
    """Say whether the feed told every revision, each once, in order and without a gap."""
    numbers = [one.sequence for one in found.told]
    hours = {(one.meter, one.interval_start) for one in found.told}
    dense = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return dense and len(hours) == len(found.told) == found.done.revised == found.revised


def _told(connection: Connection, since: int) -> list[VolumeChange]:
    found: list[VolumeChange] = []
    while some := changes_after(connection, found[-1].sequence if found else since, _PAGE):
        found += some
    return found


def _fill(connection: Connection, city: City) -> None:
    """Store what every device read, hourly."""
    generator = np.random.default_rng(3)
    writer = BatchWriter(connection, "bench")
    message = RawMessage("citygas/v1/bench/D/reading", b"", START)
    for device_id in range(1, city.meters + 1):
        columns = _readings(device_id, city.days * 24 + 1, generator)
        writer.write(Batch([message], ["native"], len(columns["seq"]), readings=columns))


def _readings(device_id: int, rows: int, generator: np.random.Generator) -> Columns:
    columns: Columns = {
        name: np.full(rows, np.nan if name.endswith(("_pa", "m3h", "_v", "pct")) else np.iinfo(np.int64).min)
        for name in READING
    }
    columns |= {
        "measured_at": START + np.arange(rows) * HOUR,
        "index_um3": 10**9 + np.cumsum(generator.integers(1_000_000, 40_000_000, rows)),
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
    large()
