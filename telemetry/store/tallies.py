"""Where the platform stands: elements counted, alarms raised, hours derived."""

from dataclasses import dataclass

from psycopg import Connection

from telemetry.store.batches import Counts
from telemetry.store.statements import statements


@dataclass(frozen=True)
class Tally:
    """Totals at one moment."""

    counts: Counts
    in_flight: int
    alarms: frozenset[tuple[str, str]]
    """(rule, target) of every alarm that was ever raised."""
    hours: int

    def counts_since(self, before: "Tally") -> Counts:
        """Return what was counted since an earlier tally."""
        now, then = self.counts, before.counts
        return Counts(
            now.received - then.received,
            now.committed - then.committed,
            now.duplicate - then.duplicate,
            now.refused - then.refused,
        )


def tally(connection: Connection) -> Tally:
    """Count where the platform stands now."""
    sql = statements("tallies")
    received, committed, duplicate, refused, in_flight = connection.execute(sql["counters"]).fetchall()[0]
    alarms = frozenset(connection.execute(sql["alarms"]).fetchall())
    hours = connection.execute(sql["hours"]).fetchall()[0][0]
    return Tally(Counts(received, committed, duplicate, refused), in_flight, alarms, hours)
