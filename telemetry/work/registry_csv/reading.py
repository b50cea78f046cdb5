"""From the bytes of a CSV file to rows, with every complaint on the way."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from telemetry.work.registry_csv.columns import Column, RegistryFile
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.encoding import UnknownEncodingError, decode
from telemetry.work.registry_csv.table import NOT_SPOKEN, Cell, Entry, Key


@dataclass
class ReadFile:
    """What a file gives; ``whole`` is false where rows may have been lost altogether."""

    file: RegistryFile
    encoding: str = ""
    entries: list[Entry] = field(default_factory=list)
    doubtful: set[Key] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)
    whole: bool = True

    def complain(self, line: int, column: str, expected: str, found: str) -> None:
        """Note what is wrong."""
        self.complaints.append(Complaint(self.file.name, line, column, expected, found))


def read_csv(file: RegistryFile, content: bytes, *, among_gb18030: bool = False) -> ReadFile:
    """Read a file's bytes, perhaps of a set in GB18030; nothing is raised, everything is complained of."""
    read = ReadFile(file)
    text = _decode(read, content, among_gb18030=among_gb18030)
    lines = _lines(read, text) if text is not None else iter(())
    header = next(lines, None)
    if header is None:
        read.whole = False
        if not read.complaints:
            read.complain(1, "", "a header row", "")
        return read
    columns = _columns(read, *header)
    if columns:
        _read_rows(read, columns, lines)
    return read


def _decode(read: ReadFile, content: bytes, *, among_gb18030: bool) -> str | None:
    """Return the text, or None with a complaint."""
    try:
        text, read.encoding = decode(content, among_gb18030=among_gb18030)
    except UnknownEncodingError as wrong:
        read.complain(wrong.line, "", f"text in {wrong.expected}", f"byte 0x{wrong.byte:02x}")
        return None
    return text


def _lines(read: ReadFile, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the line it begins on."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as wrong:
        read.whole = False
        read.complain(begins, "", "comma-separated values, quoted as in RFC 4180", str(wrong))


def _columns(read: ReadFile, line: int, header: list[str]) -> list[Column]:
    """Return the columns in the file's own order, or none where the header cannot be trusted."""
    while not header[-1]:  # spreadsheets pad
        header.pop()
    known = {column.name: column for column in read.file.columns}
    for name in header:
        if name not in known:
            read.complain(line, name, f"one of the columns {', '.join(known)}", name)
        elif header.count(name) > 1:
            read.complain(line, name, "each column once", name)
    for column in read.file.columns:
        if column.required and column.name not in header:
            read.complain(line, column.name, "this column, which is required", "")
    if read.complaints:
        read.whole = False
        return []
    return [known[name] for name in header]


def _read_rows(read: ReadFile, columns: list[Column], lines: Iterator[tuple[int, list[str]]]) -> None:
    """Read the rows below the header."""
    places = [read.file.position[column.name] for column in columns]
    nothing: list[Cell] = [NOT_SPOKEN] * len(read.file.columns)
    first: dict[Key, int] = {}
    for line, cells in lines:
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            read.complain(line, "", f"{len(columns)} values, as the header has", str(len(cells)))
            read.whole = False
            continue
        complaints = len(read.complaints)
        values = nothing.copy()
        for column, place, cell in zip(columns, places, cells, strict=False):
            values[place] = _parse(read, line, column, cell)
        entry = Entry(read.file, line, tuple(values))
        _keep(read, entry, first, good=len(read.complaints) == complaints)


def _parse(read: ReadFile, line: int, column: Column, cell: str) -> Cell:
    """Return what a cell says; what it should not say is complained of."""
    if not cell:
        if column.required:
            read.complain(line, column.name, column.kind.expected, "")
        return None
    try:
        return column.kind.parse(cell)
    except (ValueError, KeyError):
        read.complain(line, column.name, column.kind.expected, cell)
        return None


def _keep(read: ReadFile, entry: Entry, first: dict[Key, int], *, good: bool) -> None:
    """Keep a good row; a bad one's key, and a repeated one's complaint."""
    key = entry.key
    if not good:
        read.doubtful.add(key)
    elif key in first and not read.file.ledger:
        named = ", ".join(read.file.key)
        read.complaints.append(
            entry.complain(read.file.key[0], f"each {named} once: line {first[key]} has it already")
        )
    elif key not in first:
        first[key] = entry.line
        read.entries.append(entry)
