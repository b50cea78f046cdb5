"""Write the registry as the CSV files that import reads, always in the same order."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any, cast

from psycopg import Connection

from telemetry.store.registry_writing import lock_registry, stored_rows
from telemetry.work.registry_csv.columns import RegistryFile
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.ledgers import LEDGERS
from telemetry.work.registry_csv.table import NOT_SPOKEN, Key, Table, Values


def export_registry(connection: Connection, directory: Path) -> dict[str, int]:
    """Write every registry file and ledger into a directory and return how many rows each has."""
    directory.mkdir(parents=True, exist_ok=True)
    with connection.transaction():
        lock_registry(connection)
        tables = [_stored(connection, file) for file in (*FILES, *LEDGERS)]
    counts = {}
    for table in tables:
        # CRLF, as RFC 4180 has it, on every system.
        (directory / table.file.name).write_text(
            write_csv(table.file, [table.stored[key].values for key in sorted(table.stored, key=_in_order)]),
            encoding="utf-8",
            newline="",
        )
        counts[table.file.name] = len(table.stored)
    return counts


def _in_order(key: Key) -> list[tuple[bool, Any]]:
    """Return what keys are sorted by; nothing comes before anything."""
    return [(cell is not None, cell) for cell in key]


def write_csv(file: RegistryFile, rows: list[Values]) -> str:
    """Return rows as the text of a file."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in file.columns)
    writes = [column.kind.write for column in file.columns]
    for row in rows:
        writer.writerow(
            "" if value is None or value is NOT_SPOKEN else write(value)
            for value, write in zip(row, writes, strict=True)
        )
    return text.getvalue()


def _stored(connection: Connection, file: RegistryFile) -> Table:
    """Return a table as it stands."""
    rows = stored_rows(connection, file.table, [column.name for column in file.columns])
    return Table(file, cast("list[Values]", rows))
