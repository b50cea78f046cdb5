"""Readings, samples and credits as columns named and scaled like the platform's own batches."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulators.labelled.runs import MeterRun
from simulators.labelled.span import Booleans, Floats, Integers
from simulators.labelled.station_speech import Samples
from simulators.labelled.wallets import card_columns
from telemetry.batch import NULL, PRESSURE, READING, UM3_PER_M3, content_hash
from telemetry.model import SECOND, Stream

Columns: TypeAlias = dict[str, NDArray[Any]]

_ZERO_K: Final = 273.15
_STREAMS: Final = {"": Stream.SINGLE, "A": Stream.A, "B": Stream.B}
_REPEATED_SHARE: Final = 0.003
_REPEATED_AFTER_S: Final = 20.0


def reading_table(run: MeterRun, device: int, draw: np.random.Generator | None) -> Columns:
    """Return what arrives of a device (its place in a list), some of it twice where `draw` is given."""
    said = run.spoken()
    rows = _arriving(~said.lost, draw)
    columns = {name: _column(name, said.columns, rows[0]) for name in READING}
    columns["measured_at"] = _instants(said.at[rows[0]] + said.offset_s[rows[0]])
    columns["flags"] = said.flags[rows[0]]
    columns["content_hash"] = content_hash(columns)
    columns["device"] = np.full(rows[0].size, device, np.int64)
    columns["received_at"] = _instants(said.at[rows[0]] + said.delay_s[rows[0]] + rows[1])
    return columns


def card_table(run: MeterRun, device: int) -> Columns:
    """Return what a card meter says of its credit at its readings, each once."""
    said = run.spoken()
    at = said.at[~said.lost]
    credit, card = card_columns(run, at), run.purse().card
    return {
        "device": np.full(at.size, device, np.int64),
        "measured_at": _instants(at + said.offset_s[~said.lost]),
        "received_at": _instants(at + said.delay_s[~said.lost]),
        "remaining_m3": credit.remaining_m3,
        "remaining_money": credit.remaining_money,
        "basis": np.zeros(at.size, np.int64),
        "cumulative_purchased_m3": credit.cumulative_purchased_m3,
        "sequence": credit.sequence.astype(np.int64),
        "price_version": _whole(credit.price_version),
        "alarm_m3": np.full(at.size, card.alarm_m3),
        "overdraft_limit_m3": np.full(at.size, card.overdraft_limit_m3),
    }


def pressure_table(samples: Samples) -> Columns:
    """Return a station's samples, one row a stream; rows of one element share their hash."""
    every = np.arange(samples.at.size)
    tables = [_stream_table(samples, stream, said, every) for stream, said in samples.streams.items()]
    together = np.zeros(every.size, np.uint64)
    for table in tables:
        together += table["content_hash"].view(np.uint64)
    for table in tables:
        table["content_hash"] = together.view(np.int64)
    merged = concatenated(tables)
    order = np.argsort(merged["measured_at"], kind="stable")
    return {name: column[order] for name, column in merged.items()}


def _stream_table(samples: Samples, stream: str, said: Mapping[str, Floats], every: Integers) -> Columns:
    columns = {name: _column(name, said, every) for name in PRESSURE}
    columns["measured_at"] = _instants(samples.at)
    columns["stream"] = np.full(samples.at.size, int(_STREAMS[stream]), np.int64)
    columns["flags"] = np.zeros(samples.at.size, np.int64)
    columns["content_hash"] = content_hash(columns)
    columns["received_at"] = _instants(samples.at + samples.delay_s)
    return columns


def concatenated(tables: Sequence[Columns]) -> Columns:
    """Return tables of the same columns under one another."""
    if not tables:
        return {}
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def in_order_of_arrival(columns: Columns) -> Columns:
    """Return rows in the order in which they arrive."""
    order = np.lexsort((columns["measured_at"], columns["device"], columns["received_at"]))
    return {name: column[order] for name, column in columns.items()}


def _arriving(kept: Booleans, draw: np.random.Generator | None) -> tuple[Integers, Floats]:
    """Return which readings arrive, and by how much later than the first time."""
    once = np.flatnonzero(kept)
    if draw is None:
        return once, np.zeros(once.size)
    again = once[draw.random(once.size) < _REPEATED_SHARE]
    later = draw.exponential(_REPEATED_AFTER_S, again.size) + 1
    return np.concatenate([once, again]), np.concatenate([np.zeros(once.size), later])


def _column(name: str, said: Mapping[str, Floats], rows: Integers) -> NDArray[Any]:
    """Return a column of the batch from the field that it is made of."""
    field = (READING.get(name) or PRESSURE[name])[0]
    if name in _WHOLE:
        return _whole(said[field][rows]) if field in said else np.full(rows.size, NULL)
    if field not in said:
        return np.full(rows.size, NULL) if name.endswith("_um3") else np.full(rows.size, np.nan)
    values = said[field][rows]
    if name.endswith("_um3"):
        return np.rint(values * UM3_PER_M3).astype(np.int64)
    return values * 1000.0 if name.endswith("_pa") else values + _ZERO_K if name.endswith("_k") else values


_WHOLE: Final = frozenset(
    {
        *("measured_at", "valve", "meter_bypass_valve", "seq", "flags"),
        *("stream", "slam_shut", "bypass_valve", "relief", "cabinet_open"),
    }
)


def _whole(values: Floats) -> Integers:
    missing = np.isnan(values)
    return np.where(missing, NULL, np.where(missing, 0.0, values).astype(np.int64))


def _instants(seconds: Floats) -> Integers:
    """Return epoch seconds as microseconds, whole milliseconds of them."""
    return np.rint(seconds * 1000).astype(np.int64) * (SECOND // 1000)
