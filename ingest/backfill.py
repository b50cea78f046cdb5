"""A file of readings down the same path as live data: rows become native payloads of many elements."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TextIO, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from ingest.assembly import TOO_LARGE
from ingest.decoders.native import DECODER
from ingest.options import NATIVE_ROOT
from ingest.pipeline import Pipeline, now
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage, Reading
from telemetry.store.batches import Counts

COLUMNS: Final = tuple(name for name in Reading.__struct_fields__ if name not in {"device", "flags"})
_ROWS_A_MESSAGE: Final = 500
_MESSAGES_A_BATCH: Final = 8
_NUMBER: Final = re.compile(r"([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))([eE][+-]?[0-9]+)?")
_BYTE_ORDER_MARK: Final = "\ufeff"

Element: TypeAlias = Mapping[str, msgspec.Raw | str]


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
        If the header lacks a column that was named, or the time, or a line is no CSV.
    """
    rows = csv.DictReader(lines)
    rows.fieldnames = [name.removeprefix(_BYTE_ORDER_MARK) for name in rows.fieldnames or ()]
    chosen = _choose(rows.fieldnames, columns or {})
    topic = f"{NATIVE_ROOT}/backfill/{device}/reading"
    total = Counts()
    elements = (_element(row, chosen, zone) for row in _rows(rows))
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


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str | None]]:
    try:
        yield from reader
    except csv.Error as error:
        raise ConfigurationError(
            f"after line {reader.line_num}: {error}; what stands before is stored"
        ) from None


def _messages(elements: Iterator[Element], topic: str) -> Iterator[RawMessage]:
    while some := list(islice(elements, _ROWS_A_MESSAGE)):
        yield from (RawMessage(topic, payload, now()) for payload in _payloads(some))


def _payloads(elements: Sequence[Element]) -> Iterator[bytes]:
    """Yield the elements as arrays, none of them too large if it can be helped."""
    payload = msgspec.json.encode(elements)
    if len(payload) <= TOO_LARGE or len(elements) == 1:
        yield payload
        return
    middle = len(elements) // 2
    yield from _payloads(elements[:middle])
    yield from _payloads(elements[middle:])


def _element(row: Mapping[str, str | None], chosen: Mapping[str, str], zone: ZoneInfo | None) -> Element:
    """Return a row as a native element; what is no number stays text, for the decoder to judge."""
    element: dict[str, msgspec.Raw | str] = {}
    for ours, theirs in chosen.items():
        text = (row.get(theirs) or "").strip()
        if text:
            element[ours] = _number(text) or (_time(text, zone) if ours == "measured_at" else text)
    return element


def _number(text: str) -> msgspec.Raw | None:
    """Return a number with all its digits as JSON writes it; registers are often padded with zeros."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, after, alone, exponent = match.groups(default="")
    point = f".{after or alone}" if after or alone else ""
    return msgspec.Raw(f"{sign.replace('+', '')}{whole.lstrip('0') or 0}{point}{exponent}".encode())


def _time(text: str, zone: ZoneInfo | None) -> str:
    """Return a time that has no offset with that of the zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if zone is None or at.tzinfo else at.replace(tzinfo=zone).isoformat()
