"""What a registry file is declared by: its table, its key and its columns."""

from dataclasses import dataclass
from functools import cached_property

from telemetry.work.registry_csv.kinds import Kind


@dataclass(frozen=True)
class Column:
    """One column: what it holds, whether a row must have it, and what it refers to.

    ``derives`` says that a volume may change with it, so that a change is
    recomputed from; a description never is.
    """

    name: str
    kind: Kind
    required: bool = False
    refers_to: tuple[str, ...] = ()
    derives: bool = False


@dataclass(frozen=True)
class RegistryFile:
    """One file: its table, its columns and its key.

    ``ascending`` names limits that must not cross. The rows of a ``ledger`` are only added, and
    repeating one changes nothing.
    """

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ascending: tuple[tuple[str, ...], ...] = ()
    ledger: bool = False

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each column stands."""
        return {column.name: position for position, column in enumerate(self.columns)}

    @cached_property
    def key_positions(self) -> tuple[int, ...]:
        """Where the key's columns stand."""
        return tuple(self.position[name] for name in self.key)


def must(name: str, kind: Kind, *refers_to: str, derives: bool = True) -> Column:
    """Return a column that every row has; most of them decide a volume."""
    return Column(name, kind, required=True, refers_to=refers_to, derives=derives)


def may(name: str, kind: Kind, *refers_to: str, derives: bool = False) -> Column:
    """Return a column that a row may leave empty; most of them describe."""
    return Column(name, kind, refers_to=refers_to, derives=derives)
