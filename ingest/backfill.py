"""A file of readings down the same path as live data: rows become native payloads of many elements."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TextIO
from zoneinfo import ZoneInfo

from ingest.decoders.native import DECODER
from ingest.options import NATIVE_ROOT
from ingest.pipeline import Pipeline, now
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage, Reading
from telemetry.store.batches import Counts

COLUMNS: Final = tuple(name for name in Reading.__struct_fields__ if name not in {"device", "flags"})
_ROWS_A_MESSAGE: Final = 500
_MESSAGES_A_BATCH: Final = 8
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_ZONED: Final = re.compile(r".*(?:[Zz]|[+-]\d\d:?\d\d)$")


def parse_columns(text: str | None) -> dict[str, str]:
    """Read ``measured_at=CreateDate,index_m3=GTotal`` into our name → the file's name."""
    mapping: dict[str, str] = {}
    for pair in (text or "").split(","):
        ours, equals, theirs = pair.strip().partition("=")
        if not ours:
            continue
        if not equals or ours not in COLUMNS:
            expected = ", ".join(COLUMNS)
            raise ConfigurationError(f"--columns: {pair!r}; expected ours=theirs with ours one of {expected}")
        mapping[ours] = theirs
    return mapping


def backfill(
    pipeline: Pipeline,
    lines: TextIO,
    device: str,
    *,
    columns: Mapping[str, str] | None = None,
    zone: ZoneInfo | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Counts:
    """Store every row of a CSV; ``progress`` is told how many rows each batch held.

    A time without offset is taken in ``zone``; where there is none it is refused like any other
    reading without an offset.

    Raises
    ------
    ConfigurationError
        If the header lacks a column that was named, or the time.
    """
    rows = csv.DictReader(lines)
    chosen = _choose(rows.fieldnames or (), columns or {})
    topic = f"{NATIVE_ROOT}/backfill/{device}/reading"
    total = Counts()
    elements = (_element(row, chosen, zone) for row in rows)
    while batch := list(islice(_messages(elements, topic), _MESSAGES_A_BATCH)):
        counts = pipeline.process(batch, decoder=DECODER)
        progress(counts.received)
        total += counts
    return total


def _choose(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return our name → the file's, for every column that we take."""
    wanted = {ours: ours for ours in COLUMNS if ours in header} | dict(columns)
    for ours, theirs in wanted.items():
        if theirs not in header:
            raise ConfigurationError(f"--columns: {ours}={theirs}: the file has {', '.join(header)}")
    if "measured_at" not in wanted:
        raise ConfigurationError(f"no column measured_at; the file has {', '.join(header) or 'no header'}")
    return wanted


def _messages(elements: Iterator[dict[str, object]], topic: str) -> Iterator[RawMessage]:
    while some := list(islice(elements, _ROWS_A_MESSAGE)):
        yield RawMessage(topic, json.dumps(some).encode(), now())


def _element(
    row: Mapping[str, str | None], chosen: Mapping[str, str], zone: ZoneInfo | None
) -> dict[str, object]:
    """Return a row as a native element; what is no number stays text, for the decoder to judge."""
    element: dict[str, object] = {}
    for ours, theirs in chosen.items():
        text = (row.get(theirs) or "").strip()
        if text:
            element[ours] = _time(text, zone) if ours == "measured_at" else _value(text)
    return element


def _value(text: str) -> object:
    return json.loads(text) if _NUMBER.fullmatch(text) else text


def _time(text: str, zone: ZoneInfo | None) -> object:
    if _NUMBER.fullmatch(text):
        return json.loads(text)
    if zone is None or _ZONED.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return text
