"""A ledger's rows held against the registry and added: all of them or none."""

from collections.abc import Iterator, Sequence
from typing import Final

from psycopg import Connection

from telemetry.model import Instant
from telemetry.registry import Registry
from telemetry.store.hand_reads import SaidRead
from telemetry.store.registry_tables import registry_version
from telemetry.store.registry_writing import insert_rows, record_import, stored_rows
from telemetry.work.hand_reads import keep, said_read, wrong
from telemetry.work.registry_csv.complaint import Complaint, RegistryImportError
from telemetry.work.registry_csv.ledgers import CALIBRATIONS
from telemetry.work.registry_csv.table import NOT_SPOKEN, Entry

IMPORTER: Final = "registry import"
"""Who recorded a row that came by file."""


def add_hand_reads(connection: Connection, registry: Registry, entries: Sequence[Entry], now: Instant) -> int:
    """Add hand reads from a file and return how many were new.

    Raises
    ------
    RegistryImportError
        With everything that cannot be so.
    """
    reads = [_hand_read(entry) for entry in entries]
    complaints = [
        complaint
        for entry, read in zip(entries, reads, strict=True)
        for complaint in _complaints(registry, entry, read, now)
    ]
    if complaints:
        raise RegistryImportError(complaints)
    return sum(kept.added for kept in keep(connection, registry, reads, IMPORTER))


def add_calibrations(connection: Connection, entries: Sequence[Entry]) -> tuple[int, int]:
    """Add calibrations that are not there yet; return how many, and the registry's version."""
    columns = [column.name for column in CALIBRATIONS.columns]
    there = set(stored_rows(connection, CALIBRATIONS.table, columns))
    said = (tuple(None if value is NOT_SPOKEN else value for value in entry.values) for entry in entries)
    new = [row for row in dict.fromkeys(said) if row not in there]
    insert_rows(connection, CALIBRATIONS.table, columns, new)
    if not new:
        return 0, registry_version(connection)
    return len(new), record_import(connection, {CALIBRATIONS.name: {"inserted": len(new), "updated": 0}})


def _complaints(registry: Registry, entry: Entry, read: SaidRead, now: Instant) -> Iterator[Complaint]:
    for column, expected in wrong(registry, read, now):
        yield entry.complain(column, expected)


def _hand_read(entry: Entry) -> SaidRead:
    named = zip((column.name for column in entry.file.columns), entry.values, strict=True)
    return said_read({name: None if value is NOT_SPOKEN else value for name, value in named})
