"""Rows of LIS-200 archives as text: values in brackets, by the names of the columns before them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from ingest.decoders._one_by_one import require_few
from telemetry.errors import DecodeError
from telemetry.model import Instant, instant

Row: TypeAlias = Mapping[str, str]
"""Column, in lower case: what stands there."""

_COLUMN: Final = re.compile(r"\(([^()]*)\)")
_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d{1,9})?", re.ASCII)
_UNITS: Final = {"vn": "m3", "vng": "m3", "vb": "m3", "vbg": "m3", "p.mp": "bar", "t.mp": "{c"}
"""As the device writes them: its { is °."""
_ENGLISH: Final = {"time": "zeit", "gono": "gonr"}


def archive_rows(payload: bytes, columns: Sequence[str]) -> list[Row]:
    """Return the rows of an archive; ``columns`` names them as far as no row of names does.

    Raises
    ------
    DecodeError
        decode_error, where it is in other units than ours, or has too many lines.
    """
    found: list[Row] = []
    lines = payload.decode("latin-1").splitlines()
    require_few(len(lines))
    for line in lines:
        cells = [cell.strip() for cell in _COLUMN.findall(line)]
        lower = [cell.lower() for cell in cells]
        if "zeit" in lower or "time" in lower:
            columns = [_ENGLISH.get(name, name) for name in lower]
        elif cells and not "".join(cells[:3]):
            _require_units(dict(zip(columns, lower, strict=False)))
        elif cells:
            found.append(dict(zip(columns, cells, strict=False)))
    return found


def _require_units(units: Row) -> None:
    for column, unit in _UNITS.items():
        if units.get(column, unit) not in {unit, unit.replace("{", "°")}:
            raise DecodeError("decode_error", f"{column} in {units[column]!r}; expected {unit}")


def number(row: Row, column: str) -> Decimal | None:
    """Return a column's number; None where the archive has no such column or the device no number."""
    text = row.get(column, "")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def local_time(text: str) -> Instant:
    """Return a local time as if it were UTC.

    Raises
    ------
    DecodeError
        wrong_type, if it is none.
    """
    try:
        at = datetime.strptime(text, "%Y-%m-%d,%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise DecodeError("wrong_type", f"Zeit: {text[:40]!r}; expected YYYY-MM-DD,hh:mm:ss") from None
    return instant(at)
