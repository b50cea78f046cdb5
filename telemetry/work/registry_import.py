"""Bring the registry's CSV files into the database: all of it or nothing."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
from psycopg import Connection

from telemetry.errors import ConfigurationError
from telemetry.model import MINUTE, Instant
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.store.registry_writing import (
    insert_rows,
    lock_registry,
    mark_dirty,
    record_import,
    stored_rows,
    update_rows,
)
from telemetry.work import ledger_import
from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.checks import check, references
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.encoding import surely_gb18030
from telemetry.work.registry_csv.ledgers import CALIBRATIONS, CARD_SALES, LEDGERS, READS
from telemetry.work.registry_csv.reading import ReadFile, read_csv
from telemetry.work.registry_csv.table import Table, Tables, Values, register_devices
from telemetry.work.registry_touched import touched_spans

_CLOCKS_AHEAD: Final = 5 * MINUTE
"""Readings this far ahead of our clock are accepted, so some may be stored already."""


class FileImport(msgspec.Struct, frozen=True):
    """What one file did; ``encoding`` is empty where another file brought the rows."""

    inserted: int
    updated: int
    unchanged: int
    encoding: str = ""


class RegistryImport(msgspec.Struct, frozen=True):
    """What an import did.

    ``names_touched`` are the devices, stations and gateways whose refused
    messages may now be acceptable; ``skipped`` are CSV files in the directory
    that no table is known for.
    """

    version: int
    files: dict[str, FileImport]
    skipped: tuple[str, ...]
    names_touched: frozenset[str]
    dirty_spans: int

    @property
    def changed(self) -> bool:
        """Whether anything did."""
        return any(file.inserted or file.updated for file in self.files.values())


def import_registry(connection: Connection, directory: Path, *, now: Instant) -> RegistryImport:
    """Import the registry files of a directory, those that are there.

    Rows are inserted or updated, never deleted; a column that a file does not
    have stays as it is. A ledger's rows are only added. Volumes that may change
    are marked for derive.

    Raises
    ------
    RegistryImportError
        With everything that is wrong; the database is then as it was.
    ConfigurationError
        If the directory has none of the files.
    """
    reads = _read(directory)
    with connection.transaction():
        lock_registry(connection)
        tables = _tables(connection, reads)
        complaints = [complaint for read in reads.values() for complaint in read.complaints]
        complaints += check(tables)
        for ledger in LEDGERS:
            for entry in reads[ledger.name].entries if ledger.name in reads else ():
                complaints += references(tables, entry)
        if complaints:
            raise RegistryImportError(complaints)
        result = _write(connection, tables, reads, _skipped(directory), now)
        return _add_ledgers(connection, reads, result, now)


def _read(directory: Path) -> dict[str, ReadFile]:
    """Read the files that are there, each as far as it can be read."""
    contents = {
        file: (directory / file.name).read_bytes() for file in _KNOWN if (directory / file.name).is_file()
    }
    if not contents:
        known = ", ".join(file.name for file in _KNOWN)
        raise ConfigurationError(f"{directory}: expected at least one of {known}, found none")
    among_gb18030 = any(map(surely_gb18030, contents.values()))
    return {
        file.name: read_csv(file, content, among_gb18030=among_gb18030) for file, content in contents.items()
    }


def _skipped(directory: Path) -> tuple[str, ...]:
    """Return the CSV files that no table is known for."""
    known = {file.name for file in _KNOWN}
    return tuple(sorted(path.name for path in directory.glob("*.csv") if path.name not in known))


def _tables(connection: Connection, reads: Mapping[str, ReadFile]) -> Tables:
    """Return every table with what the files give laid over it."""
    tables = {}
    for file in files.FILES:
        rows = stored_rows(connection, file.table, [column.name for column in file.columns])
        table = Table(file, cast("list[Values]", rows))
        if read := reads.get(file.name):
            table.whole, table.doubtful = read.whole, read.doubtful
            for entry in read.entries:
                table.lay(entry)
        tables[file.name] = table
    register_devices(tables)
    return tables


def _write(
    connection: Connection,
    tables: Tables,
    reads: Mapping[str, ReadFile],
    skipped: tuple[str, ...],
    now: Instant,
) -> RegistryImport:
    """Write what changes, give it a version, and mark what derive must work out again."""
    counts = {name: _write_table(connection, table) for name, table in tables.items()}
    changed = {
        name: {"inserted": one.inserted, "updated": one.updated}
        for name, one in counts.items()
        if one.inserted or one.updated
    }
    version = record_import(connection, changed) if changed else registry_version(connection)
    return RegistryImport(
        version=version,
        files={
            name: msgspec.structs.replace(one, encoding=reads[name].encoding if name in reads else "")
            for name, one in counts.items()
            if name in reads or name in changed
        },
        skipped=skipped,
        names_touched=frozenset(_names_touched(tables)),
        dirty_spans=_mark(connection, tables, now) if changed else 0,
    )


def _add_ledgers(
    connection: Connection, reads: Mapping[str, ReadFile], result: RegistryImport, now: Instant
) -> RegistryImport:
    """Add what the ledgers say to an import; they are held against the registry as it now stands."""
    for file, add in (
        (READS, ledger_import.add_hand_reads),
        (CARD_SALES, ledger_import.add_card_sales),
    ):
        if read := reads.get(file.name):
            added = add(connection, load_registry(connection), read.entries, now)
            count = FileImport(added, 0, len(read.entries) - added, read.encoding)
            result = msgspec.structs.replace(result, files=result.files | {file.name: count})
    if calibrations := reads.get(CALIBRATIONS.name):
        added, version = ledger_import.add_calibrations(connection, calibrations.entries)
        unchanged = len(calibrations.entries) - added
        done = result.files | {CALIBRATIONS.name: FileImport(added, 0, unchanged, calibrations.encoding)}
        result = msgspec.structs.replace(result, files=done, version=version)
    return result


def _write_table(connection: Connection, table: Table) -> FileImport:
    """Write one table's new and changed rows."""
    columns = [column.name for column in table.file.columns]
    inserted = [entry.values for entry in table.inserted()]
    updated = [after.values for _, after in table.updated()]
    insert_rows(connection, table.file.table, columns, inserted)
    update_rows(connection, table.file.table, columns, table.file.key, updated)
    return FileImport(len(inserted), len(updated), len(table.given) - len(inserted) - len(updated))


def _mark(connection: Connection, tables: Tables, now: Instant) -> int:
    """Mark the spans that the change touches, and return how many."""
    registry = load_registry(connection)
    touched = touched_spans(registry, tables, now + _CLOCKS_AHEAD)
    spans = [(registry.meter_ids[meter], start, end) for meter, start, end in touched]
    mark_dirty(connection, spans)
    return len(spans)


def _names_touched(tables: Tables) -> Iterable[str]:
    """Yield the names on topics that changed rows mention."""
    for file, columns in _TOPIC_NAMES.items():
        table = tables[file]
        for entry in [*table.inserted(), *(after for _, after in table.updated())]:
            for column in columns:
                yield entry.text(column)


_KNOWN: Final = (*files.FILES, *LEDGERS)
_TOPIC_NAMES: Final = {
    files.DEVICES.name: ("device",),
    files.STATIONS.name: ("station",),
    files.INSTALLATIONS.name: ("device",),
    files.GATEWAYS.name: ("gateway", "device"),
}
