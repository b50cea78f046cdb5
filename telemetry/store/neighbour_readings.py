"""Readings of a meter's neighbours: which of them lack p or T, and what p and T the others say."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import Instant
from telemetry.quality import Flag
from telemetry.store.copy import fields
from telemetry.store.register_readings import Window, ask

_LACKING: Final = fields("place int4, first_at timestamptz, last_at timestamptz")
_STATE: Final = fields(
    "place int4, measured_at timestamptz, pressure_pa float8, gauge_pressure_pa float8, "
    "temperature_k float8, flags int4"
)


def lacking(connection: Connection, windows: Sequence[Window]) -> list[tuple[int, Instant, Instant]]:
    """Return of each span that has readings without p or T its position, and from when to when they are."""
    found = ask(connection, "lacking", _LACKING, windows)
    return sorted(zip(*(found[one.name].tolist() for one in _LACKING), strict=True))


def states(connection: Connection, windows: Sequence[Window]) -> Columns:
    """Return p and T that count in each span; ``place`` is the window's position."""
    columns = ask(connection, "states", _STATE, windows)
    good = np.flatnonzero((columns["flags"] & Flag.ON_DEFAULT_VALUES) == 0)
    return {name: column[good] for name, column in columns.items()}
