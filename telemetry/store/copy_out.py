"""Rows of ``COPY … TO STDOUT BINARY`` to numpy columns, without a loop over values.

The query puts a sentinel in place of every null (`NULL`, NaN), so that all rows are equally wide.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from psycopg import Cursor

from telemetry.batch import Column, Columns
from telemetry.store.copy import HEADER, POSTGRES_EPOCH, TRAILER, WIRE, Field

_BLOCK_BYTES: Final = 1 << 20


def columns_out(
    cursor: Cursor, query: bytes, layout: Sequence[Field], parameters: Mapping[str, Any] | None = None
) -> Columns:
    """Return all rows of a query as columns."""
    with cursor.copy(query, parameters) as copy:
        return _parsed(b"".join(copy)[len(HEADER) : -len(TRAILER)], layout)


def blocks_out(
    cursor: Cursor, query: bytes, layout: Sequence[Field], parameters: Mapping[str, Any] | None = None
) -> Iterator[Columns]:
    """Yield the rows of a query as columns, about a megabyte at a time."""
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
