"""Monthly partitions of the plain profile, made when a row first needs one; nothing to do in the other."""

from typing import Final, LiteralString

import numpy as np
from psycopg import Connection, sql

from telemetry.batch import Column
from telemetry.store.statements import statements

_COLUMN: Final[dict[LiteralString, LiteralString]] = {
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
        rows = connection.execute(self._sql["covered"]).fetchall()
        kinds = connection.execute(self._sql["partitioned"]).fetchall()
        self._partitioned = {name for (name,) in kinds}
        self._covered = {name for (name,) in rows}

    def cover(self, table: LiteralString, instants: Column | None) -> None:
        """Make the partitions that rows of these instants fall into."""
        if instants is None or not instants.size or table not in self._partitioned:
            return
        for month in np.unique(instants.astype("datetime64[us]").astype("datetime64[M]")):
            name = f"{table}_{str(month).replace('-', '_')}"
            if name not in self._covered:
                self._make(table, name, month)
                self._covered.add(name)

    def _make(self, table: LiteralString, name: str, month: "np.datetime64") -> None:
        """Make one partition aside and attach it, which disturbs neither readers nor writers."""
        names = {
            "partition": sql.Identifier(name),
            "table": sql.Identifier(table),
            "check": sql.Identifier(f"{name}_span"),
            "column": sql.Identifier(_COLUMN[table]),
            "first": sql.Literal(f"{month}-01 00:00:00+00"),
            "next": sql.Literal(f"{month + 1}-01 00:00:00+00"),
        }
        with self._connection.transaction():
            self._connection.execute(self._sql["one_at_a_time"])
            if self._connection.execute(self._sql["exists"], (name,)).fetchone() is None:
                for step in ("make", "attach"):
                    text = sql.SQL(self._sql[step].decode())
                    self._connection.execute(text.format(**names))
