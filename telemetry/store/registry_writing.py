"""Writing the registry's tables: whole rows in, one import at a time."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from telemetry.model import Instant, moment
from telemetry.store.statements import statements

Columns: TypeAlias = Sequence[str]
Rows: TypeAlias = Sequence[Sequence[object]]


def lock_registry(connection: Connection) -> None:
    """Wait until nobody else changes the registry; until the transaction's end nobody else will."""
    connection.execute(statements("registry")["lock"])


def stored_rows(connection: Connection, table: str, columns: Columns) -> list[tuple[object, ...]]:
    """Return a table's rows as its file would say them."""
    return connection.execute(_query("stored", table, columns)).fetchall()


def insert_rows(connection: Connection, table: str, columns: Columns, rows: Rows) -> None:
    """Add new rows."""
    if rows:
        _stage(connection, table, columns, rows)
        connection.execute(_query("insert_staged", table, columns))
        connection.execute(statements("registry")["drop_stage"])


def update_rows(connection: Connection, table: str, columns: Columns, key: Columns, rows: Rows) -> None:
    """Replace rows that are there under the same key."""
    if rows:
        _stage(connection, table, columns, rows)
        connection.execute(_query("update_staged", table, columns, key))
        connection.execute(statements("registry")["drop_stage"])


def record_import(connection: Connection, changed: Mapping[str, Mapping[str, int]]) -> int:
    """Give what changed a version, tell everyone, and return the version."""
    row = connection.execute(statements("registry")["record_import"], (Jsonb(changed),)).fetchone()
    connection.execute(statements("registry")["notify"])
    if row is None:
        raise LookupError("registry_import: no version came back")
    return int(row[0])


def mark_dirty(connection: Connection, spans: Sequence[tuple[int, Instant, Instant]]) -> None:
    """Have derive work out spans of meters again."""
    if spans:
        meters, starts, ends = zip(*spans, strict=True)
        connection.execute(
            statements("registry")["mark_dirty"],
            (list(meters), [moment(at) for at in starts], [moment(at) for at in ends]),
        )


def _stage(connection: Connection, table: str, columns: Columns, rows: Rows) -> None:
    """Copy rows into a temporary table of the same columns."""
    connection.execute(_query("stage", table, columns))
    with connection.cursor() as cursor, cursor.copy(_query("fill_stage", table, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def _query(name: str, table: str, columns: Columns, key: Columns = ()) -> sql.Composed:
    """Return a query with the names of a table and its columns put in, quoted."""
    # The text is a file of this package, and what is put in passes through Identifier.
    return sql.SQL(statements("registry")[name].decode()).format(
        table=sql.Identifier(table),
        columns=_names(columns),
        staged=_names(columns, "staged"),
        present_key=_names(key, "present"),
        staged_key=_names(key, "staged"),
    )


def _names(columns: Columns, *prefix: str) -> sql.Composed:
    """Return columns as a list of quoted names."""
    return sql.SQL(", ").join(sql.Identifier(*prefix, column) for column in columns)
