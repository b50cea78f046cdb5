"""Devices that send a base register alone, and what is read of them beside readings of both registers."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from psycopg import Connection, Cursor

from telemetry.batch import NULL, Columns
from telemetry.model import Instant
from telemetry.store.register_readings import Window, load, reach
from telemetry.store.statements import statements

Reach: TypeAlias = Callable[[Sequence[Window]], list[tuple[Instant, Instant]]]


def note_base_alone(cursor: Cursor, readings: Columns) -> None:
    """Remember the devices of a batch that say a base register and none at metering conditions."""
    if not readings:
        return
    alone = (readings["index_um3"] == NULL) & (readings["base_index_um3"] != NULL)
    if alone.any():
        devices = np.unique(readings["device_id"][alone]).tolist()
        cursor.execute(statements("base_alone")["note"], {"devices": devices})


def reach_by_both(connection: Connection, windows: Sequence[Window]) -> list[tuple[Instant, Instant]]:
    """Return from where to where a change of each span is felt, by whichever register counts."""
    spans = reach(connection, windows)
    if places := _places(connection, windows):
        by_base = reach(connection, [windows[place] for place in places], by_base=True)
        for place, (start, end) in zip(places, by_base, strict=True):
            spans[place] = min(start, spans[place][0]), max(end, spans[place][1])
    return spans


def load_by_both(connection: Connection, windows: Sequence[Window]) -> Columns:
    """Return the readings that the hours of each span depend on, also those of a base register alone."""
    columns = load(connection, windows)
    if not (places := _places(connection, windows)):
        return columns
    more = load(connection, [windows[place] for place in places], by_base=True)
    more["stretch"] = np.array(places, np.int64)[more["stretch"]]
    more["base_index_um3"], more["index_um3"] = more["index_um3"], np.full(len(more["stretch"]), NULL)
    known = set(_names(columns))
    new = np.array([name not in known for name in _names(more)], np.bool_)
    return {name: np.concatenate([column, more[name][new]]) for name, column in columns.items()}


def _places(connection: Connection, windows: Sequence[Window]) -> list[int]:
    """Return the windows whose device has ever sent a base register alone."""
    devices = sorted({window.device_id for window in windows})
    found = connection.execute(statements("base_alone")["among"], {"devices": devices}).fetchall()
    alone = {device_id for (device_id,) in found}
    return [place for place, window in enumerate(windows) if window.device_id in alone]


def _names(columns: Columns) -> list[tuple[int, int, int]]:
    """Return what tells each reading from all others."""
    names = (columns[name].tolist() for name in ("stretch", "measured_at", "content_hash"))
    return list(zip(*names, strict=True))
