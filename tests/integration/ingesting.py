"""A registry of a few devices and stations, and messages sent through a pipeline into a real database."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg

from ingest.pipeline import Pipeline
from ingest.router import Router
from telemetry.model import MINUTE, Instant, RawMessage
from telemetry.store.batches import Counts
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect

NOW: Final[Instant] = 1_772_323_200_000_000  # 2026-03-01 00:00 UTC
DEVICES: Final = tuple(f"D-{number:02}" for number in range(20))
STATIONS: Final = ("S-1", "S-2")

_REGISTRY: Final = """
INSERT INTO zone (zone, name, atmospheric_pressure_kpa) VALUES ('Z', 'Zone', 101.325);
INSERT INTO site (site, zone, time_zone) VALUES ('SITE', 'Z', 'Asia/Shanghai');
INSERT INTO station (station, zone) VALUES ('S-1', 'Z'), ('S-2', 'Z');
INSERT INTO device (device) SELECT 'D-' || lpad(n::text, 2, '0') FROM generate_series(0, 19) AS n;
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
SELECT 'M-' || lpad(n::text, 2, '0'), 'rotary', 'smart', 100, 6, 'pt' FROM generate_series(0, 18) AS n;
INSERT INTO installation (meter, site, device, valid_from, index_m3)
SELECT 'M-' || lpad(n::text, 2, '0'), 'SITE', 'D-' || lpad(n::text, 2, '0'), '2020-01-01Z', 0
FROM generate_series(0, 18) AS n;
INSERT INTO gateway (gateway, device) VALUES ('GW-BOUND', 'D-01'), ('GW-BOUND', 'D-02'), ('GW-BOUND', 'S-1');
INSERT INTO registry_import (changed) VALUES ('{}');
"""


def build_registry(dsn: str) -> None:
    """Migrate an empty database and register the devices; D-19 stands nowhere."""
    with connect(dsn, "test") as connection:
        migrate(connection)
        connection.execute(_REGISTRY.encode())


def empty(dsn: str) -> None:
    """Forget all that was said; the registry stays."""
    with connect(dsn, "test") as connection:
        connection.execute(
            "TRUNCATE message, reading, pressure_sample, device_event, card_state, dead_letter,"
            " mended_payload, unknown_key, arrival, ingest_counter, shard_lease RESTART IDENTITY"
        )


def message(topic: str, payload: object, *, at: Instant = NOW, redelivered: bool = False) -> RawMessage:
    """Return a message: bytes as they are, anything else as JSON."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return RawMessage(f"citygas/v1/{topic}", raw, at, redelivered)


def said(
    device: str,
    index_m3: float,
    ago_s: float = 60,
    *,
    at: Instant = NOW,
    **fields: Any,  # noqa: ANN401 -- fields of a reading
) -> RawMessage:
    """Return one reading of a device."""
    element = {"measured_at": (at - round(ago_s * 1e6)) / 1e6, "index_m3": index_m3, **fields}
    return message(f"north/{device}/reading", element, at=at)


@contextmanager
def pipeline(
    dsn: str, source: str = "test", now: Instant = NOW + MINUTE, router: Router | None = None
) -> Iterator[Pipeline]:
    """Open a pipeline of its own connection, its clock standing still."""
    with connect(dsn, source, autocommit=True) as connection:
        yield Pipeline(connection, source, router or Router(), clock=lambda: now)


def rows(dsn: str, query: LiteralString, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Ask the database."""
    with connect(dsn, "ask") as connection:
        return connection.execute(query, values).fetchall()


def one(dsn: str, query: LiteralString, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 -- whatever was asked for
    """Ask the database for a single value."""
    ((value,),) = rows(dsn, query, values)
    return value


def counters(dsn: str, source: str | None = None) -> Counts:
    """Return the counters of a source, or the sum of all, as the database holds them."""
    query: LiteralString = """
        SELECT coalesce(sum(received), 0)::bigint, coalesce(sum(committed), 0)::bigint,
               coalesce(sum(duplicate), 0)::bigint, coalesce(sum(refused), 0)::bigint
        FROM ingest_counter WHERE %s::text IS NULL OR source = %s"""
    (found,) = rows(dsn, query, (source, source))
    return Counts(*found)


def elements_stored(connection: psycopg.Connection) -> int:
    """Return how many elements stand: the streams of one element are one."""
    query = """
        SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM device_event)
             + (SELECT count(*) FROM (SELECT DISTINCT station_id, measured_at, content_hash
                                      FROM pressure_sample) AS element)"""
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def reasons(dsn: str) -> list[tuple[str, int | None]]:
    """Return why elements were refused, in the order in which they were."""
    return rows(dsn, "SELECT reason, element FROM dead_letter ORDER BY dead_letter_id")


def until(wanted: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what another thread or process should bring about."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def until_steady(figure: Callable[[], int], looks: int = 30) -> None:
    """Wait until a figure has not changed for that many looks."""
    seen: list[int] = []

    def unchanged() -> bool:
        seen.append(figure())
        return len(seen) > looks and len(set(seen[-looks:])) == 1

    until(unchanged)
