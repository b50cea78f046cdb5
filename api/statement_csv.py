"""Statements as CSV after RFC 4180: a row for each line, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from api.schemas.statements import line_told
from api.volume_csv import BOM, guarded
from telemetry.billing.statement import Line
from telemetry.model import moment
from telemetry.quality import Quality
from telemetry.store.settlements import StatementFilter, StatementRow, lines_of, list_statements

_AT_A_TIME: Final = 200
_STATED: Final = ("statement", "status", "account", "contract", "site", "cycle", "period")
_SAME: Final = (
    "meter",
    "device",
    "sign",
    "from",
    "to",
    "volume_m3",
    "base_volume_m3",
    "device_base_volume_m3",
    "uncertainty_m3",
    "hours",
    "missing_hours",
    "estimated_share",
    "mean_correction_factor",
    "days",
    "days_estimated",
    "disturbed_hours",
    "disturbed_base_volume_m3",
)
_ENDS: Final = tuple(f"{end}_{what}" for end in ("opening", "closing") for what in ("at", "index_m3", "how"))
_PEAKS: Final = tuple(
    f"{peak}_{what}" for peak in ("peak_hour", "peak_day") for what in ("from", "base_volume_m3")
)
_QUALITIES: Final = tuple(f"{one.word}_{what}" for one in Quality for what in ("hours", "base_volume_m3"))
_LISTS: Final = ("calculations", "configuration_versions", "exchanges", "edits")
COLUMNS: Final = (*_STATED, *_SAME, *_ENDS, *_PEAKS, *_QUALITIES, *_LISTS, "as_of", "sha256")


def written(connection: Connection, wanted: StatementFilter, last: int, *, bom: bool) -> Iterator[bytes]:
    """Yield a CSV file in pieces: header, then the lines of the statements up to a number, newest first."""
    yield (BOM if bom else b"") + _text([list(COLUMNS)])
    before: int | None = None
    while some := list_statements(connection, wanted, last, _AT_A_TIME, before):
        yield rows_of(connection, some)
        before = some[-1].statement_id


def rows_of(connection: Connection, some: Sequence[StatementRow]) -> bytes:
    """Return the rows of some statements."""
    lines = lines_of(connection, [row.statement_id for row in some])
    return _text([_cells(row, line) for row in some for line in lines[row.statement_id]])


def _cells(row: StatementRow, line: Line) -> list[object]:
    """Return a line in the order of the columns."""
    told: dict[str, Any] = line_told(line)
    values = {"statement": row.statement_id} | {name: getattr(row, name) for name in _STATED[1:]}
    values |= {name: told[name] for name in _SAME}
    for end in ("opening", "closing"):
        values |= {f"{end}_{name}": told[end][name] for name in ("at", "index_m3", "how")}
    for peak in ("peak_hour", "peak_day"):
        found = told[peak] or {"from": None, "base_volume_m3": None}
        values |= {f"{peak}_{name}": found[name] for name in ("from", "base_volume_m3")}
    shares = {one["quality"]: one for one in told["quality_breakdown"]}
    for one in Quality:
        share = shares.get(one.word, {"hours": 0, "base_volume_m3": "0.000000"})
        values |= {f"{one.word}_{name}": share[name] for name in ("hours", "base_volume_m3")}
    values |= {name: " ".join(str(number) for number in told[name]) for name in _LISTS}
    values |= {"as_of": moment(row.as_of), "sha256": row.sha256.hex()}
    return [_cell(values[name], name) for name in COLUMNS]


def _cell(value: object, name: str) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return guarded(value) if isinstance(value, str) and not name.endswith("_m3") else value


def _text(rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
