"""One gas quality from a file of its own: the first row of a CSV file, or a JSON object of the same keys."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import GasQuality
from telemetry.work.registry_csv.columns import Column, RegistryFile
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.gas import gas_complaints, gas_quality
from telemetry.work.registry_csv.gas_quality import GAS_QUALITY
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_csv.table import Entry


def read_gas_quality(path: Path, method: str | None = None) -> GasQuality:
    """Return the gas quality that a file gives, for ``method`` if one is named, else for the file's own.

    Raises
    ------
    RegistryImportError
        With every column that is wrong or that the method lacks.
    ConfigurationError
        If the file is no JSON object or has no row.
    """
    content = path.read_bytes()
    if path.suffix.lower() == ".json":
        content = _as_csv(path.name, content)
    return _read(path.name, content, method)


def gas_quality_of(values: Mapping[str, str | float | None]) -> GasQuality:
    """Return the gas quality that some columns' names and values give.

    Raises
    ------
    RegistryImportError
        With every column that is wrong or that the method lacks.
    """
    return _read("gas_quality", _row(values), None)


def _read(name: str, content: bytes, method: str | None) -> GasQuality:
    """Return the gas quality of the first row."""
    read = read_csv(_named(name), content)
    if read.complaints:
        raise RegistryImportError(read.complaints)
    if not read.entries:
        raise ConfigurationError(f"{name}: expected a row of gas quality, found none")
    entry = _for_method(read.entries[0], method)
    if complaints := list(gas_complaints(entry)):
        raise RegistryImportError(complaints)
    return gas_quality(entry)


def _named(name: str) -> RegistryFile:
    """Return the columns of gas quality under a file's own name, none of them required."""
    columns = tuple(Column(column.name, column.kind) for column in GAS_QUALITY.columns)
    return RegistryFile(name, GAS_QUALITY.table, ("zone", "valid_from"), columns)


def _for_method(entry: Entry, method: str | None) -> Entry:
    """Return the row with the method that is asked for, its own, or the fixed ratio."""
    values = list(entry.values)
    values[entry.file.position["method"]] = method or entry.text("method") or "fixed"
    return Entry(entry.file, entry.line, tuple(values))


def _as_csv(name: str, content: bytes) -> bytes:
    """Return a JSON object as a header and one row."""
    try:
        row = msgspec.json.decode(content, type=dict[str, str | float | None])
    except msgspec.MsgspecError as wrong:
        raise ConfigurationError(f"{name}: expected a JSON object of texts and numbers ({wrong})") from wrong
    return _row(row)


def _row(row: Mapping[str, str | float | None]) -> bytes:
    """Return names and values as a header and one row."""
    text = StringIO()
    csv.writer(text).writerows([row.keys(), ["" if value is None else value for value in row.values()]])
    return text.getvalue().encode()
