"""Register maps of correctors: which registers are read, and what they mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from ingest.decoders._fields import Field, Placed, place, reader
from ingest.decoders._tables import table
from telemetry.errors import ConfigurationError

FOLDER: Final = "registers"
_LONGEST_RESPONSE: Final = 250
"""Bytes of registers that one Modbus response can hold."""


class Register(Field, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that begins at a register, by the number that the manual gives it."""

    address: int


class RegisterTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A register map as it is written.

    ``reads`` are first address and count of registers of each read that makes one reading, in the order of
    their responses; addresses count as the manual counts, so that 40001 and 0 are equally good first ones.
    ``register_bytes`` is 4 where a device counts registers of four bytes (Enron).
    """

    title: str
    source: str
    reads: list[tuple[int, int]]
    register: list[Register]
    unverified: str = ""
    register_bytes: int = 2


@dataclass(frozen=True)
class RegisterMap:
    """A register map ready to read by: fields in the bytes of its responses, laid end to end."""

    sizes: Sequence[int]
    fields: Sequence[Placed]
    values: Callable[[bytes], dict[str, object]]


def register_map(given: object, reads: object = None) -> RegisterMap:
    """Return the map that settings name, or give as a table.

    Parameters
    ----------
    given : str or mapping
        A map that comes with the package, a path to a file that ends in .toml, or the table itself.
    reads : list of [first address, count], optional
        What is read instead of what the map says.

    Raises
    ------
    ConfigurationError
        If there is none, or it contradicts itself.
    """
    name, told = table("map", FOLDER, given)
    if reads is not None:
        told = {**told, "reads": reads}
    try:
        return _laid(msgspec.convert(told, RegisterTable))
    except (msgspec.ValidationError, ConfigurationError) as error:
        raise ConfigurationError(f"{name}: {error}") from error


def _laid(told: RegisterTable) -> RegisterMap:
    sizes = [count * told.register_bytes for _, count in told.reads]
    if not sizes or not all(0 < size <= _LONGEST_RESPONSE for size in sizes):
        raise ConfigurationError(
            f"reads: {told.reads}; expected [first address, count] of what one response holds"
        )
    begins = [_begin(told, one) for one in told.register]
    # What is not read is laid as well: a mistake in it is one all the same.
    placed = [(at, place(one, at or 0)) for one, at in zip(told.register, begins, strict=True)]
    fields = [field for at, field in placed if at is not None]
    if not fields:
        raise ConfigurationError(f"reads: {told.reads}; no register of the map lies there")
    return RegisterMap(sizes, fields, reader(fields))


def _begin(told: RegisterTable, register: Register) -> int | None:
    """Return where a register begins in the bytes of all responses; None where it is not read."""
    begin = 0
    for first, count in told.reads:
        within = (register.address - first) * told.register_bytes
        size = count * told.register_bytes
        if within >= 0 and within + register.size <= size:
            return begin + within
        begin += size
    return None
