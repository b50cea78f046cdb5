"""What is connected, behind, refused and silent, as the database knows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from telemetry.quality import Flag
from telemetry.store.batches import Counts
from telemetry.store.statements import statements


@dataclass(frozen=True)
class Diagnosis:
    """One look at the platform's own health; the rows are as their queries in ``diagnosis.sql`` say."""

    server: str
    timescale: str | None
    shards: list[tuple[str, str, datetime, bool]]
    sources: list[tuple[str, Counts, int, int, datetime]]
    """(source, counts, retained ignored, in flight, when)"""
    refused: list[tuple[str, int, int, datetime, str]]
    unknown_keys: list[tuple[str, str, int, str, datetime]]
    suspect_clocks: list[tuple[str, int, float]]
    """(device, readings of the last day, seconds that they came late)"""
    backlog: list[tuple[str, int, datetime]]
    silent: list[tuple[str, str, datetime]]
    notices: list[tuple[str, int, int, str | None]]
    """(channel, waiting, given up in the last week, the last error)"""


def diagnose(connection: Connection) -> Diagnosis:
    """Look once."""
    server, timescale = _rows(connection, "server")[0]
    return Diagnosis(
        server=server,
        timescale=timescale,
        shards=_rows(connection, "shards"),
        sources=[
            (source, Counts(*counts), retained, in_flight, at)
            for source, *counts, retained, in_flight, at in _rows(connection, "sources")
        ],
        refused=_rows(connection, "refused"),
        unknown_keys=_rows(connection, "unknown_keys"),
        suspect_clocks=_rows(connection, "suspect_clocks", {"suspect": int(Flag.CLOCK_SUSPECT)}),
        backlog=_rows(connection, "backlog"),
        silent=_rows(connection, "silent"),
        notices=_rows(connection, "notices"),
    )


def _rows(
    connection: Connection[TupleRow], name: str, values: Mapping[str, object] | None = None
) -> list[Any]:
    return connection.execute(statements("diagnosis")[name], values).fetchall()
