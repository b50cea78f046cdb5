"""Rows of queries to numpy columns, without a loop over values.

The query puts a sentinel in place of every null (`NULL`, NaN), so that all rows are equally wide. Only
`columns_out` takes nulls as they are, where a field is nullable.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from psycopg import Cursor

from telemetry.batch import NULL, Column, Columns
from telemetry.model import Booleans
from telemetry.store.copy import HEADER, POSTGRES_EPOCH, TRAILER, WIRE, Field

_BLOCK_BYTES: Final = 1 << 20
_PRESENCE: Final = Field("presence", "int4")
_ARRAY_HEADER: Final = 20  # dimensions, whether there are nulls, element type, length, lower bound


def columns_out(
    cursor: Cursor, query: bytes, layout: Sequence[Field], parameters: Mapping[str, Any] | None = None
) -> Columns:
    """Return all rows of a ``SELECT`` as columns, in their order.

    They come as one row of arrays: ``COPY`` sends a message a row, which costs three times as much.
    Of a nullable field only what is there comes, and of each row which of them are: what hardly
    anybody says costs hardly anything.
    """
    names = b", ".join(one.name.encode() for one in layout)
    sparse = [one for one in layout if one.nullable]
    arrays = b", ".join([*map(_array, layout), *([_presence(sparse)] if sparse else [])])
    rows = query.rstrip().removesuffix(b";")
    cursor.execute(b"SELECT %s FROM (%s) AS asked (%s)" % (arrays, rows, names), parameters, binary=True)
    row = cursor.pgresult
    if row is None:
        raise LookupError("a query without a result")
    columns = {one.name: _of_array(one, row.get_value(0, place)) for place, one in enumerate(layout)}
    if sparse:
        present = _of_array(_PRESENCE, row.get_value(0, len(layout)))
        columns |= {
            one.name: _spread(columns[one.name], (present >> bit & 1) != 0) for bit, one in enumerate(sparse)
        }
    return columns


def _array(one: Field) -> bytes:
    """Return the aggregate that gathers a column: all of it, or what is there."""
    name = one.name.encode()
    return b"array_agg(%s)" % name + (b" FILTER (WHERE %s IS NOT NULL)" % name if one.nullable else b"")


def _presence(sparse: Sequence[Field]) -> bytes:
    """Return the aggregate that tells of each row which nullable columns are there, a bit each."""
    bits = b" | ".join(
        b"((%s IS NOT NULL)::int << %d)" % (one.name.encode(), bit) for bit, one in enumerate(sparse)
    )
    nothing = b" AND ".join(b"%s IS NULL" % one.name.encode() for one in sparse)
    return b"array_agg(CASE WHEN %s THEN 0 ELSE %s END)" % (nothing, bits)


def _spread(values: Column, present: Booleans) -> Column:
    """Return a column of all rows of what is there of it, with `NULL` or NaN between."""
    column = np.full(len(present), np.nan if values.dtype.kind == "f" else NULL)
    column[present] = values
    return column


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
