"""Volumes as CSV after RFC 4180, safe to open in a spreadsheet, in bounded memory."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import numpy as np
from psycopg import Connection

from api.volume_pages import Wanted
from telemetry.billing.gas_day import Granularity
from telemetry.billing.placement import accounts_of
from telemetry.model import instant, moment
from telemetry.quality import Quality
from telemetry.store.volume_export import OwnedSpan, hours_csv
from telemetry.store.volumes import Volume

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
COLUMNS: Final = (
    "meter",
    "account",
    "interval_start",
    "interval_end",
    "volume_m3",
    "base_volume_m3",
    "device_base_volume_m3",
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
)
_QUALITIES: Final = tuple(quality.word for quality in Quality)
_LONGER: Final = (
    "estimated_share",
    *(f"{word}_{what}" for word in _QUALITIES for what in ("hours", "base_volume_m3")),
)
_METERS_AT_A_TIME: Final = 200
_ROWS_AT_A_TIME: Final = 2000
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(connection: Connection, wanted: Wanted, *, bom: bool) -> Iterator[bytes]:
    """Yield a CSV file in pieces: header, then the volumes in order of meter and time."""
    hourly = wanted.granularity == Granularity.HOUR
    header = COLUMNS if hourly else COLUMNS + _LONGER
    yield (BOM if bom else b"") + ",".join(header).encode() + b"\r\n"
    yield from _hours(connection, wanted) if hourly else _longer(connection, wanted)


def guarded(text: str | None) -> str | None:
    """Return a name that no spreadsheet takes for a formula, on one line.

    >>> guarded("=HYPERLINK(1)"), guarded("M-0001"), guarded(None)
    ("'=HYPERLINK(1)", 'M-0001', None)
    """
    if text is None:
        return None
    safe = f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
    return " ".join(safe.splitlines())


def _hours(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    """Yield hourly lines as the database writes them."""
    for first in range(0, len(wanted.meters), _METERS_AT_A_TIME):
        spans: list[OwnedSpan] = []
        for meter in wanted.meters[first : first + _METERS_AT_A_TIME]:
            spans += _owned(wanted, meter)
        for chunk in hours_csv(connection, spans, wanted.as_of):
            yield chunk.replace(b"\n", b"\r\n")


def _owned(wanted: Wanted, meter: str) -> Iterator[OwnedSpan]:
    """Yield the spans of a meter, each with who pays for it."""
    accounts = accounts_of(wanted.registry, meter)
    changes = [moment(start) for start in accounts.starts[1:].tolist()]
    starts = [wanted.start, *(change for change in changes if wanted.start < change < wanted.end)]
    ends = [*starts[1:], wanted.end]
    owners = accounts.at(np.array([instant(start) for start in starts], np.int64))
    for start, end, owner in zip(starts, ends, owners, strict=True):
        if wanted.account is None or owner == wanted.account:
            name, payer = guarded(meter), guarded(owner)
            yield OwnedSpan(wanted.registry.meter_ids[meter], name or "", payer, start, end)


def _longer(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    """Yield the lines of intervals longer than an hour."""
    rows = (_row(volume) for portion in wanted.everything() for volume in wanted.read(connection, portion))
    while some := list(islice(rows, _ROWS_AT_A_TIME)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(some)
        yield text.getvalue().encode()


def _row(volume: Volume) -> list[object]:
    """Return a volume in the order of the columns."""
    values: list[object] = [getattr(volume, name) for name in COLUMNS]
    values[0], values[1] = guarded(volume.meter), guarded(volume.account)
    shown = [_time(one) if isinstance(one, datetime) else one for one in values]
    shares = {share.quality: share for share in volume.quality_breakdown or ()}
    shown.append(volume.estimated_share)
    for word in _QUALITIES:
        share = shares.get(word)
        shown += [share.hours, share.base_volume_m3] if share else [0, 0.0]
    return shown


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
