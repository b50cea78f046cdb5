"""Readings for derive: how far a change reaches, and the readings that some hours depend on."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import SECOND, Instant
from telemetry.store.copy import HEADER, TRAILER, Field, encode, fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements
from telemetry.volumes.method import LAST_GOOD_AT_MOST
from telemetry.volumes.registers import JITTER_UM3

_WINDOW: Final = fields(
    "place int4, device_id int4, installed_at timestamptz, until timestamptz, span_start timestamptz, "
    "span_end timestamptz, asks_pressure bool, asks_temperature bool"
)
_REACH: Final = fields("place int4, reach_from timestamptz, reach_to timestamptz")
_READING: Final = fields(
    "place int4, measured_at timestamptz, content_hash int8, index_um3 int8, base_index_um3 int8, "
    "pressure_pa float8, gauge_pressure_pa float8, temperature_k float8, seq int8, flags int4"
)
_LIMITS: Final = {"jitter": JITTER_UM3, "last_good": LAST_GOOD_AT_MOST // SECOND}


class Window(msgspec.Struct, frozen=True):
    """A half-open span of one installation; whether its correction asks for p and T at all."""

    device_id: int
    installed_at: Instant
    until: Instant
    span_start: Instant
    span_end: Instant
    asks_pressure: bool
    asks_temperature: bool


def reach(connection: Connection, windows: Sequence[Window]) -> list[tuple[Instant, Instant]]:
    """Return from where to where a change of each span's readings can be felt.

    That is from the reading before the span to the first after it from which on nothing older
    matters, or the last of all.
    """
    found = _ask(connection, "reach", _REACH, windows)
    spans = sorted(zip(*(found[one.name].tolist() for one in _REACH), strict=True))
    return [(reach_from, reach_to) for _, reach_from, reach_to in spans]


def load(connection: Connection, windows: Sequence[Window]) -> Columns:
    """Return the readings that the hours of each span depend on; ``stretch`` is the window's position."""
    columns = _ask(connection, "load", _READING, windows)
    return columns | {"stretch": columns.pop("place")}


def _ask(connection: Connection, name: str, layout: Sequence[Field], windows: Sequence[Window]) -> Columns:
    sql = statements("derive")
    connection.execute(sql["clear_windows"])
    columns = {
        one.name: np.array([getattr(window, one.name) for window in windows], np.int64) for one in _WINDOW[1:]
    }
    columns["place"] = np.arange(len(windows))
    with connection.cursor() as cursor:
        with cursor.copy(sql["copy_window"]) as copy:
            copy.write(HEADER + encode(_WINDOW, columns) + TRAILER)
        return columns_out(cursor, sql[name], layout, _LIMITS)
