"""The platform's own counters: what came, what became of it, what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What became of every element that came; ``stored`` are those no longer in flight."""

    stored: int
    committed: int
    duplicate: int
    refused: int
    in_flight: int
    retained_ignored: int
    updated_at: datetime | None

    @property
    def received(self) -> int:
        """Everything that came: committed, duplicate, refused and in flight."""
        return self.stored + self.in_flight


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be worked on."""

    dirty_spans: int
    arrivals: Mapping[str, int]


def ingest_counts(connection: Connection) -> IngestCounts:
    """Return the counters, summed over all sources."""
    with connection.cursor(row_factory=class_row(IngestCounts)) as cursor:
        row = cursor.execute(statements("counters")["ingest"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def backlog(connection: Connection) -> Backlog:
    """Return what derive and the others have before them."""
    row = connection.execute(statements("counters")["dirty_spans"]).fetchone()
    arrivals: dict[str, int] = dict(connection.execute(statements("counters")["arrivals"]).fetchall())
    return Backlog(dirty_spans=int(row[0]) if row else 0, arrivals=arrivals)
