"""Volumes as Parquet, row group by row group, in bounded memory."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.batch import UM3_PER_M3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from api.volume_pages import Wanted
    from telemetry.store.volumes import Volume

_ROWS_A_GROUP: Final = 10_000
_WORDS: Final = ("meter", "account", "quality", "method", "z_method")
_TIMES: Final = ("interval_start", "interval_end", "computed_at")
_VOLUMES: Final = ("volume_m3", "base_volume_m3", "device_base_volume_m3")
_FIGURES: Final = (
    "uncertainty_m3",
    "pressure_kpa",
    "temperature_degc",
    "correction_factor",
    "z_ratio",
    "coverage",
    "estimated_share",
)
_WHOLE: Final = ("revision",)


def written(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    """Yield a Parquet file in pieces, in order of meter and time; volumes are exact decimals."""
    import pyarrow as pa  # noqa: PLC0415 -- tens of megabytes that only who asks for it needs
    from pyarrow import parquet  # noqa: PLC0415

    schema = _schema(pa)
    volumes = (one for portion in wanted.everything() for one in wanted.read(connection, portion))
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        while rows := list(islice(volumes, _ROWS_A_GROUP)):
            writer.write_table(pa.table([_column(pa, field, rows) for field in schema], schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that hands over what was written since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written, once."""
        whole, self._pieces = b"".join(self._pieces), []
        return whole

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""


def _schema(pa: Any) -> Any:  # noqa: ANN401 -- the library ships no types
    """Return the columns in the order of the CSV's."""
    kinds = (
        (_WORDS, pa.string()),
        (_TIMES, pa.timestamp("us", tz="UTC")),
        (_VOLUMES, pa.decimal128(18, 6)),
        (_FIGURES, pa.float64()),
        (_WHOLE, pa.int32()),
    )
    kind_of = {name: kind for names, kind in kinds for name in names}
    return pa.schema([(name, kind_of[name]) for name in _ORDER])


_ORDER: Final = (
    "meter",
    "account",
    "interval_start",
    "interval_end",
    *_VOLUMES,
    "uncertainty_m3",
    "pressure_kpa",
    "temperature_degc",
    "correction_factor",
    "z_ratio",
    "coverage",
    "quality",
    "method",
    "z_method",
    "revision",
    "computed_at",
    "estimated_share",
)


def _column(pa: Any, field: Any, rows: Sequence[Volume]) -> Any:  # noqa: ANN401
    values = [getattr(row, field.name) for row in rows]
    if field.name in _VOLUMES:
        return _decimals(pa, field.type, values)
    return pa.array(values, field.type)


def _decimals(pa: Any, kind: Any, values: Sequence[float | None]) -> Any:  # noqa: ANN401
    """Return volumes as whole numbers of 10⁻⁶ m³ that are read as decimals of m³."""
    known = np.array([value is not None for value in values])
    low = np.array([round((value or 0.0) * UM3_PER_M3) for value in values], np.int64)
    words = np.stack([low, low >> 63], axis=1)  # little-endian halves of 128 bits
    validity = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(words.tobytes())])
