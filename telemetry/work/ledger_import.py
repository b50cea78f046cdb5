"""A ledger's rows held against the registry and added: all of them or none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from psycopg import Connection

from telemetry.model import Instant
from telemetry.registry import Registry
from telemetry.store.card_sales import insert_sales
from telemetry.store.registry_tables import registry_version
from telemetry.store.registry_writing import insert_rows, record_import, stored_rows
from telemetry.work import card_sales, hand_reads
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
    reads = [hand_reads.said_read(entry.named) for entry in entries]
    _refuse(
        complaint
        for entry, read in zip(entries, reads, strict=True)
        for complaint in _complaints(entry, hand_reads.wrong(registry, read, now))
    )
    return sum(kept.added for kept in hand_reads.keep(connection, registry, reads, IMPORTER))


def add_card_sales(connection: Connection, registry: Registry, entries: Sequence[Entry], now: Instant) -> int:
    """Add sales of cards from a file and return how many were new.

    Raises
    ------
    RegistryImportError
        With everything that cannot be so.
    """
    sales = [card_sales.said_sale(entry.named) for entry in entries]
    _refuse(
        complaint
        for entry, sale in zip(entries, sales, strict=True)
        for complaint in _complaints(entry, card_sales.wrong(registry, sale, now))
    )
    return sum(kept.added for kept in insert_sales(connection, sales, IMPORTER))


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


def _refuse(complaints: Iterable[Complaint]) -> None:
    if found := list(complaints):
        raise RegistryImportError(found)


def _complaints(entry: Entry, wrong: Iterable[tuple[str, str]]) -> Iterator[Complaint]:
    for column, expected in wrong:
        yield entry.complain(column, expected)
