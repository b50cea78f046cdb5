"""Columns go through COPY BINARY into a real table and come back as they were."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.batch import NULL, Columns
from telemetry.model import EPOCH, Instant, moment
from telemetry.store.copy import HEADER, TRAILER, Field, encode, fields, int8, row, timestamptz

LAYOUT: Final = fields(
    "n int8, n_or_null int8?, i int4, s int2?, b bool?, d float8?, f float4?, at timestamptz, "
    "at_or_null timestamptz?"
)
TABLE: Final = """
CREATE TEMP TABLE copied (
    n bigint NOT NULL, n_or_null bigint, i int NOT NULL, s smallint, b boolean, d float8, f float4,
    at timestamptz NOT NULL, at_or_null timestamptz
)"""
EARLIEST: Final[Instant] = -62_135_596_800_000_000  # year 1
LATEST: Final[Instant] = 253_402_300_799_999_999  # year 9999

BIG = st.integers(-(2**63) + 1, 2**63 - 1)
INSTANTS = st.integers(EARLIEST, LATEST)
ROWS = st.lists(
    st.tuples(
        BIG,
        st.none() | BIG,
        st.integers(-(2**31), 2**31 - 1),
        st.none() | st.integers(-(2**15), 2**15 - 1),
        st.none() | st.booleans(),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.floats(allow_nan=False, width=32),
        INSTANTS,
        st.none() | INSTANTS,
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def connection(postgres_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(TABLE)
        yield connection


def columns_of(rows: list[tuple[object, ...]]) -> Columns:
    """Lay rows out as columns; what is None becomes NaN or NULL as a batch has it."""
    made: Columns = {}
    for at, one in enumerate(LAYOUT):
        values = [values[at] for values in rows]
        if one.type.startswith("float"):
            made[one.name] = np.array(
                [np.nan if value is None else value for value in values], dtype=np.float64
            )
        else:
            made[one.name] = np.array([NULL if value is None else value for value in values], dtype=np.int64)
    return made


def copied(connection: psycopg.Connection, encoded: bytes) -> list[tuple[object, ...]]:
    """Send encoded rows through COPY and read them back in order."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute("TRUNCATE copied")
        with cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(HEADER + encoded + TRAILER)
        return cursor.execute("SELECT * FROM copied ORDER BY ctid").fetchall()


def expected(values: tuple[object, ...]) -> tuple[object, ...]:
    *others, at, at_or_null = values
    return (*others, moment(int(str(at))), None if at_or_null is None else moment(int(str(at_or_null))))


@given(ROWS)
def test_rows_come_back_as_they_were(connection: psycopg.Connection, rows: list[tuple[object, ...]]) -> None:
    found = copied(connection, encode(LAYOUT, columns_of(rows)))
    assert found == [expected(values) for values in rows]


def test_no_rows_are_no_bytes_and_a_valid_copy(connection: psycopg.Connection) -> None:
    encoded = encode(LAYOUT, columns_of([]))
    assert encoded == b""
    assert copied(connection, encoded) == []


def test_extremes(connection: psycopg.Connection) -> None:
    top = (2**63 - 1, 2**63 - 1, 2**31 - 1, 2**15 - 1, True, 1.7976931348623157e308, 3.4e38, LATEST, LATEST)
    bottom = (-(2**63) + 1, None, -(2**31), -(2**15), False, 5e-324, -3.4e38, EARLIEST, EARLIEST)
    nothing = (0, None, 0, None, None, None, None, 0, None)
    found = copied(connection, encode(LAYOUT, columns_of([top, bottom, nothing])))
    assert [one[:4] for one in found] == [top[:4], bottom[:4], nothing[:4]]
    assert [one[4:6] for one in found] == [top[4:6], bottom[4:6], (None, None)]
    assert [one[6] for one in found] == pytest.approx([3.4e38, -3.4e38, None])
    assert found[0][7] - found[1][7] == moment(LATEST) - moment(EARLIEST)  # type: ignore[operator]  # timestamps
    assert found[2][7:] == (EPOCH, None)


def test_a_row_of_values_encoded_one_by_one(connection: psycopg.Connection) -> None:
    at = int(timedelta(days=20_000) / timedelta(microseconds=1))
    short, real = b"\x00\x07", b"\x40\x08" + bytes(6)
    encoded = row((int8(-5), None, b"\xff\xff\xff\xff", short, b"\x01", real, None, timestamptz(at), None))
    assert copied(connection, encoded) == [(-5, None, -1, 7, True, 3.0, None, moment(at), None)]


def test_a_specification_names_types_and_what_may_be_null() -> None:
    assert fields("a int4, b float8?") == (Field("a", "int4"), Field("b", "float8", nullable=True))
