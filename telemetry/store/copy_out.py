"""Rows of queries to numpy columns, without a loop over values.

The query puts a sentinel in place of every null (`NULL`, NaN), so that all rows are equally wide.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from psycopg import Cursor

from telemetry.batch import Column, Columns
from telemetry.store.copy import HEADER, POSTGRES_EPOCH, TRAILER, WIRE, Field

_BLOCK_BYTES: Final = 1 << 20
_ARRAY_HEADER: Final = 20  # dimensions, whether there are nulls, element type, length, lower bound


def columns_out(
    cursor: Cursor, query: bytes, layout: Sequence[Field], parameters: Mapping[str, Any] | None = None
) -> Columns:
    """Return all rows of a ``SELECT`` as columns, in their order.

    They come as one row of arrays: ``COPY`` sends a message a row, which costs three times as much.
    """
    names = b", ".join(one.name.encode() for one in layout)
    arrays = b", ".join(b"array_agg(%s)" % one.name.encode() for one in layout)
    rows = query.rstrip().removesuffix(b";")
    cursor.execute(b"SELECT %s FROM (%s) AS asked (%s)" % (arrays, rows, names), parameters, binary=True)
    row = cursor.pgresult
    if row is None:
        raise LookupError("a query without a result")
    return {one.name: _of_array(one, row.get_value(0, place)) for place, one in enumerate(layout)}


def blocks_out(
    cursor: Cursor, query: bytes, layout: Sequence[Field], parameters: Mapping[str, Any] | None = None
) -> Iterator[Columns]:
    """Yield the rows of a ``COPY … TO STDOUT (FORMAT BINARY)`` as columns, about a megabyte at a time."""
    width = _row(layout).itemsize
    with cursor.copy(query, parameters) as copy:
        pending = bytearray(next(iter(copy)))[len(HEADER) :]
        for chunk in copy:
            pending += chunk
            if len(pending) >= _BLOCK_BYTES:
                whole = len(pending) // width * width
                yield _parsed(bytes(pending[:whole]), layout)
                del pending[:whole]
        yield _parsed(bytes(pending[: -len(TRAILER)]), layout)


def _of_array(one: Field, array: bytes | None) -> Column:
    """Return the elements of an array as the server sends it; of no rows there is none."""
    elements = np.dtype([("length", ">i4"), ("value", WIRE[one.type])])
    return _native(one, np.frombuffer(array[_ARRAY_HEADER:] if array else b"", elements)["value"])


def _row(layout: Sequence[Field]) -> np.dtype[np.void]:
    parts: list[tuple[str, str]] = [("", ">i2")]
    for one in layout:
        parts += [(f"length of {one.name}", ">i4"), (one.name, WIRE[one.type])]
    return np.dtype(parts)


def _parsed(rows: bytes, layout: Sequence[Field]) -> Columns:
    table = np.frombuffer(rows, _row(layout))
    return {one.name: _native(one, table[one.name]) for one in layout}


def _native(one: Field, column: Column) -> Column:
    if one.type.startswith("float"):
        return column.astype(np.float64)
    whole = column.astype(np.int64)
    return whole + POSTGRES_EPOCH if one.type == "timestamptz" else whole
