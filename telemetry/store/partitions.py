"""Monthly partitions of the plain profile, made when a row first needs one; nothing to do in the other."""

from typing import Final, LiteralString

import numpy as np
from psycopg import Connection, sql

from telemetry.batch import Column
from telemetry.store.statements import statements

_COLUMN: Final[dict[str, LiteralString]] = {
    "message": "received_at",
    "reading": "measured_at",
    "pressure_sample": "measured_at",
}


class Partitions:
    """Knows which months are covered, and covers what is missing before a batch needs it."""

    def __init__(self, connection: Connection) -> None:
        """Ask what is there."""
        self._connection = connection
        self._sql = statements("partitions")
        kinds = connection.execute(self._sql["partitioned"]).fetchall()
        self._partitioned = {name for (name,) in kinds}
        self._covered = self._there()

    def look_again(self, table: str | None) -> None:
        """Believe nothing that is known of partitions, after a row of a table found none.

        A month that was there may have been dropped since; or it is there, and this session does not see it:
        see `_tell`.
        """
        if table is not None and table in self._partitioned:
            self._tell(table)
        self._covered = self._there()

    def cover(self, table: str, instants: Column | None) -> None:
        """Make the partitions that rows of these instants fall into."""
        if instants is None or not instants.size or table not in self._partitioned:
            return
        for month in np.unique(instants.astype("datetime64[us]").astype("datetime64[M]")):
            name = f"{table}_{str(month).replace('-', '_')}"
            if name not in self._covered:
                self._make(table, name, month)
                self._covered.add(name)

    def _make(self, table: str, name: str, month: "np.datetime64") -> None:
        """Make one partition aside and attach it, which disturbs neither readers nor writers."""
        names = {
            "partition": sql.Identifier(name),
            "check": sql.Identifier(f"{name}_span"),
            "first": sql.Literal(f"{month}-01 00:00:00+00"),
            "next": sql.Literal(f"{month + 1}-01 00:00:00+00"),
        }
        with self._connection.transaction():
            self._connection.execute(self._sql["one_at_a_time"])
            if self._connection.execute(self._sql["exists"], (name,)).fetchone() is not None:
                return
            for step in ("make", "attach"):
                self._alter(step, table, **names)
        self._tell(table)

    def _tell(self, table: str) -> None:
        """Have all sessions read anew which partitions a table has.

        One that is reading them while a partition is attached may keep what it read before, and nothing tells
        it once more: it refuses rows of that month and does not find them until the next is attached (seen in
        PostgreSQL 15.18, of one attachment in a thousand under the eyes of a busy session).
        """
        self._alter("tell", table)

    def _alter(self, step: str, table: str, **names: sql.Composable) -> None:
        column = sql.Identifier(_COLUMN[table])
        text = sql.SQL(self._sql[step].decode())
        self._connection.execute(text.format(table=sql.Identifier(table), column=column, **names))

    def _there(self) -> set[str]:
        return {name for (name,) in self._connection.execute(self._sql["covered"]).fetchall()}
