"""Numpy columns to the rows of ``COPY … FROM STDIN BINARY``, without a loop over rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry.batch import NULL, Column, Columns

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
POSTGRES_EPOCH: Final = 946_684_800_000_000  # 2000-01-01 in µs since 1970

WIRE: Final = {
    "int8": ">i8",
    "int4": ">i4",
    "int2": ">i2",
    "bool": ">i1",
    "float8": ">f8",
    "float4": ">f4",
    "timestamptz": ">i8",
}


@dataclass(frozen=True)
class Field:
    """One column of a table and its PostgreSQL type; a nullable one may hold NaN or `NULL`."""

    name: str
    type: str
    nullable: bool = False


def fields(specification: str) -> tuple[Field, ...]:
    """Read ``name type`` pairs, a ``?`` behind the type for a nullable one.

    >>> fields("meter_id int4, pressure_pa float8?")[1]
    Field(name='pressure_pa', type='float8', nullable=True)
    """
    pairs = (pair.split() for pair in specification.split(","))
    return tuple(Field(name, kind.rstrip("?"), kind.endswith("?")) for name, kind in pairs)


def encode(layout: Sequence[Field], columns: Columns) -> bytes:
    """Return the columns as rows, without header and trailer.

    Each row is laid out at its full width in one matrix of bytes; the bytes of a null value
    are then left out all at once.
    """
    rows = columns[layout[0].name].shape[0]
    width = 2 + sum(4 + np.dtype(WIRE[one.type]).itemsize for one in layout)
    matrix = np.empty((rows, width), dtype=np.uint8)
    matrix[:, :2] = np.array([len(layout)], dtype=">i2").view(np.uint8)
    absent: list[tuple[slice, NDArray[np.bool_]]] = []
    at = 2
    for one in layout:
        at = _place(matrix, at, one, columns[one.name], absent)
    if not absent:
        return matrix.tobytes()
    keep = np.ones(matrix.shape, dtype=np.bool_)
    for span, nulls in absent:
        keep[nulls, span] = False
    return matrix[keep].tobytes()


def _place(
    matrix: NDArray[np.uint8],
    at: int,
    one: Field,
    column: Column,
    absent: list[tuple[slice, NDArray[np.bool_]]],
) -> int:
    """Lay one column into the matrix at byte ``at``, note its nulls, return where the next begins."""
    wire = np.dtype(WIRE[one.type])
    nulls = _nulls(column) if one.nullable else None
    lengths = np.full(matrix.shape[0], wire.itemsize, dtype=">i4")
    value = slice(at + 4, at + 4 + wire.itemsize)
    if nulls is not None and nulls.any():
        lengths[nulls] = -1
        absent.append((value, nulls))
    matrix[:, at : at + 4] = lengths.view(np.uint8).reshape(-1, 4)
    encoded = np.ascontiguousarray(_shifted(one, column), dtype=wire)
    matrix[:, value] = encoded.view(np.uint8).reshape(-1, wire.itemsize)
    return value.stop


def _nulls(column: Column) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isnan(column) if column.dtype.kind == "f" else column == NULL
    return found


def _shifted(one: Field, column: Column) -> Column:
    if one.type == "timestamptz":
        return column - POSTGRES_EPOCH
    return column


def row(values: Iterable[bytes | None]) -> bytes:
    """Return one row of values that are encoded already; None is null."""
    encoded = [
        b"\xff\xff\xff\xff" if value is None else len(value).to_bytes(4, "big") + value for value in values
    ]
    return len(encoded).to_bytes(2, "big") + b"".join(encoded)


_NULL: Final = b"\xff\xff\xff\xff"


def int8(value: int) -> bytes:
    """Encode a bigint."""
    return value.to_bytes(8, "big", signed=True)


def timestamptz(at: int) -> bytes:
    """Encode an instant."""
    return (at - POSTGRES_EPOCH).to_bytes(8, "big", signed=True)
