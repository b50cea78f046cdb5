"""What changed of volumes, each revision once, in the order in which it became known."""

from datetime import datetime

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


class VolumeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one hour; what stood before is None for the first."""

    sequence: int
    meter: str
    interval_start: datetime
    interval_end: datetime
    old_revision: int | None
    new_revision: int
    old_base_volume_um3: int | None
    base_volume_um3: int
    cause: str

    @property
    def delta_um3(self) -> int:
        """By how much the base volume changed."""
        return self.base_volume_um3 - (self.old_base_volume_um3 or 0)


def changes_after(connection: Connection, since: int, most: int) -> list[VolumeChange]:
    """Return the changes numbered above ``since``, at most so many.

    Numbers follow each other without a gap, and one that is seen stands after all that will ever
    have a lower one.
    """
    with connection.cursor(row_factory=class_row(VolumeChange)) as cursor:
        wanted = {"since": since, "most": most}
        return cursor.execute(statements("volume_changes")["after"], wanted).fetchall()


def last_sequence(connection: Connection) -> int:
    """Return the number of the last change; 0 before the first."""
    row = connection.execute(statements("volume_changes")["last"]).fetchone()
    return int(row[0]) if row else 0


def settled_now(connection: Connection) -> datetime:
    """Return the present moment by the database's clock, once nobody is just writing volumes.

    Whoever looks afterwards, with a later snapshot, sees every revision that became known up to it, and
    will always find the same as of this moment.
    """
    with connection.transaction():
        row = connection.execute(statements("volume_changes")["settled_now"]).fetchone()
    if row is None:
        raise LookupError("the database does not know the time")
    now: datetime = row[0]
    return now
