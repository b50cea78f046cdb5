"""One file's rows as they will stand: what the file gives, laid over what the database holds."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

import msgspec

from telemetry.work.registry_csv.columns import RegistryFile
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.kinds import Value


class _NotSpoken(Enum):
    """The file has no such column: it says nothing, and what is stored stays."""

    NOT_SPOKEN = 0


NOT_SPOKEN: Final = _NotSpoken.NOT_SPOKEN

Cell: TypeAlias = Value | Literal[_NotSpoken.NOT_SPOKEN] | None
Values: TypeAlias = tuple[Cell, ...]
Key: TypeAlias = tuple[Cell, ...]
Kind = TypeVar("Kind")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One row of a file; ``line`` is 0 where it comes from the database."""

    file: RegistryFile
    line: int
    values: Values

    @property
    def key(self) -> Key:
        """What makes it this row and no other."""
        return tuple(self.values[position] for position in self.file.key_positions)

    def get(self, column: str, kind: type[Kind]) -> Kind | None:
        """Return what it says in a column that holds such values, or None."""
        value = self.values[self.file.position[column]]
        return value if isinstance(value, kind) else None

    def text(self, column: str) -> str:
        """Return what a column of words says, empty for nothing."""
        return self.get(column, str) or ""

    @property
    def named(self) -> dict[str, Value | None]:
        """Its values by their columns, None for what it does not say."""
        named = zip((column.name for column in self.file.columns), self.values, strict=True)
        return {name: None if value is NOT_SPOKEN else value for name, value in named}

    @property
    def begins(self) -> datetime:
        """Where a dated row begins."""
        when = self.get("valid_from", datetime)
        if when is None:
            raise TypeError(f"{self.file.name}: a row without valid_from")
        return when

    def complain(self, column: str, expected: str) -> Complaint:
        """Return a complaint about one of its columns."""
        value = self.values[self.file.position[column]]
        kind = self.file.columns[self.file.position[column]].kind
        found = "" if value is None or value is NOT_SPOKEN else kind.write(value)
        return Complaint(self.file.name, self.line, column, expected, found)


class Table:
    """A table before and after an import.

    ``doubtful`` are the keys of rows that could not be read; with ``whole``
    false any row may have been lost. Neither is complained of twice.
    """

    def __init__(self, file: RegistryFile, stored: Iterable[Values]) -> None:
        self.file = file
        self.stored: dict[Key, Entry] = {
            entry.key: entry for entry in (Entry(file, 0, row) for row in stored)
        }
        self.given: dict[Key, Entry] = {}
        self.doubtful: set[Key] = set()
        self.whole = True

    def lay(self, entry: Entry) -> None:
        """Lay a row over the stored one."""
        key = entry.key
        stored = self.stored.get(key)
        before = stored.values if stored else (None,) * len(entry.values)
        values = tuple(
            old if new is NOT_SPOKEN else new for new, old in zip(entry.values, before, strict=True)
        )
        self.given[key] = Entry(self.file, entry.line, values)

    def entries(self) -> Iterator[Entry]:
        """Yield every row as it will stand."""
        for key, entry in self.stored.items():
            yield self.given.get(key, entry)
        yield from self.inserted()

    def find(self, *key: Cell) -> Entry | None:
        """Return the row of a key as it will stand."""
        return self.given.get(key) or self.stored.get(key)

    def knows(self, *key: Cell) -> bool:
        """Say whether there is such a row, or may have been in what could not be read."""
        return not self.whole or key in self.given or key in self.stored or key in self.doubtful

    def inserted(self) -> list[Entry]:
        """Return the rows that are new."""
        return [entry for key, entry in self.given.items() if key not in self.stored]

    def updated(self) -> list[tuple[Entry, Entry]]:
        """Return the rows that change, before and after."""
        both = ((self.stored[key], entry) for key, entry in self.given.items() if key in self.stored)
        return [(before, after) for before, after in both if before.values != after.values]


Tables: TypeAlias = dict[str, Table]
"""Every table, by its file's name."""


def register_devices(tables: Tables) -> None:
    """Register the devices that installations name and nothing else describes."""
    devices = tables["devices.csv"]
    rest = (NOT_SPOKEN,) * (len(devices.file.columns) - 1)
    for entry in tables["installations.csv"].given.values():
        if not devices.find(entry.text("device")):
            devices.lay(Entry(devices.file, 0, (entry.text("device"), *rest)))
