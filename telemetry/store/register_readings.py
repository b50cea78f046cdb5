"""Readings for derive: how far a change reaches, and the readings that some hours depend on."""

import re
from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Final

import msgspec
import numpy as np
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import HOUR, SECOND, Instant
from telemetry.quality import Flag
from telemetry.store.copy import HEADER, TRAILER, Field, encode, fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements
from telemetry.volumes.method import INTERPOLATED_AT_MOST, LAST_GOOD_AT_MOST, RECALL
from telemetry.volumes.profile import LOOK_BACK
from telemetry.volumes.registers import JITTER_UM3
from telemetry.volumes.sensor_range import ANY, SensorRange

_WINDOW: Final = fields(
    "place int4, device_id int4, installed_at timestamptz, until timestamptz, span_start timestamptz, "
    "span_end timestamptz, asks_pressure bool, asks_temperature bool, opens_at timestamptz, "
    "closes_at timestamptz, pressure_min_pa int8, pressure_max_pa int8, gauge_min_pa int8, gauge_max_pa int8"
)
_EXCLUDED: Final = fields("device_id int4, excluded_from timestamptz, excluded_to timestamptz")
_REACH: Final = fields("place int4, reach_from timestamptz, reach_to timestamptz")
_GAP: Final = fields("place int4, gap_from timestamptz, gap_to timestamptz")
_READING: Final = fields(
    "place int4, measured_at timestamptz, content_hash int8, index_um3 int8, base_index_um3 int8, "
    "pressure_pa float8, gauge_pressure_pa float8?, temperature_k float8, disturbed_index_um3 int8?, "
    "base_disturbed_index_um3 int8?, mechanical_index_um3 int8?, flow_m3h float8?, seq int8, flags int4"
)
_LIMITS: Final = {
    "jitter": JITTER_UM3,
    "last_good": LAST_GOOD_AT_MOST // SECOND,
    "on_defaults": int(Flag.ON_DEFAULT_VALUES),
    "gap": INTERPOLATED_AT_MOST // SECOND,
    "look_back": (LOOK_BACK + HOUR) // SECOND,
    "recall": RECALL // SECOND,
}
_NO_LIMIT_PA: Final = 1e15
_RECALLED: Final = fields("place int4, reach_to timestamptz")

_EVERY_READING: Final = re.compile(rb"FROM reading\b(?: AS (\w+))?")
_BY_BASE: Final = b"""FROM (
    SELECT device_id, measured_at, content_hash, base_index_um3 AS index_um3, NULL::bigint AS base_index_um3,
           pressure_pa, gauge_pressure_pa, temperature_k, disturbed_index_um3, base_disturbed_index_um3,
           mechanical_index_um3, flow_m3h, seq, flags
    FROM reading AS every
) AS """
_THAT_COUNTS: Final = b"""FROM (
    SELECT * FROM reading AS every WHERE NOT EXISTS (
        SELECT FROM derive_excluded AS excluded
        WHERE excluded.device_id = every.device_id
          AND every.measured_at >= excluded_from AND every.measured_at < excluded_to
    )
) AS """


class Window(msgspec.Struct, frozen=True):
    """A half-open span of one installation; whether its correction asks for p and T at all.

    ``pressure_range_pa`` is what is believed of its pressure sensor, ``gauge_range_pa`` [Pa gauge] what is
    at any atmosphere of the span. ``opens_at`` and ``closes_at`` are those of the statements that stand at
    the installation's ends, else the span's own. Readings in ``excluded`` spans do not count. ``recalls``
    says whether the mean of good steps long before may stand in for a corrector at fault.
    """

    device_id: int
    installed_at: Instant
    until: Instant
    span_start: Instant
    span_end: Instant
    asks_pressure: bool
    asks_temperature: bool
    opens_at: Instant
    closes_at: Instant
    excluded: tuple[tuple[Instant, Instant], ...] = ()
    recalls: bool = False
    pressure_range_pa: SensorRange = ANY
    gauge_range_pa: SensorRange = ANY

    @property
    def pressure_min_pa(self) -> int:
        """From where on an absolute pressure is believed, rounded up [Pa]."""
        return max(ceil(self.pressure_range_pa[0]), 1)

    @property
    def pressure_max_pa(self) -> int:
        """Up to where it is, rounded down."""
        return _down(self.pressure_range_pa[1])

    @property
    def gauge_min_pa(self) -> int:
        """From where on a gauge pressure is believed, rounded up [Pa gauge]."""
        return max(ceil(self.gauge_range_pa[0]), 1)

    @property
    def gauge_max_pa(self) -> int:
        """Up to where it is, rounded down."""
        return _down(self.gauge_range_pa[1])


def _down(pressure_pa: float) -> int:
    return floor(min(pressure_pa, _NO_LIMIT_PA))


def reach(
    connection: Connection, windows: Sequence[Window], *, by_base: bool = False
) -> list[tuple[Instant, Instant]]:
    """Return from where to where a change of each span's readings can be felt.

    That is from the reading before the span to the first after it from which on nothing older
    matters, or the last of all. With ``by_base`` the device's base register stands for its register.
    """
    found = ask(connection, "reach", _REACH, windows, by_base=by_base)
    spans = sorted(zip(*(found[one.name].tolist() for one in _REACH), strict=True))
    return [(reach_from, reach_to) for _, reach_from, reach_to in spans]


def gaps_after(connection: Connection, windows: Sequence[Window]) -> list[tuple[int, Instant, Instant]]:
    """Return the gaps laid by what was read in each span: the span's position, from where to where."""
    found = ask(connection, "gaps_after", _GAP, windows)
    return sorted(zip(*(found[one.name].tolist() for one in _GAP), strict=True))


def recalled(connection: Connection, windows: Sequence[Window]) -> list[Instant]:
    """Return until when a corrector at fault can be felt to recall each span: its end, if none does."""
    found = ask(connection, "recalled", _RECALLED, windows)
    return [at for _, at in sorted(zip(*(found[one.name].tolist() for one in _RECALLED), strict=True))]


def load(connection: Connection, windows: Sequence[Window], *, by_base: bool = False) -> Columns:
    """Return the readings that the hours of each span depend on; ``stretch`` is the window's position.

    With ``by_base`` the device's base register stands for its register.
    """
    columns = ask(connection, "load", _READING, windows, by_base=by_base)
    return columns | {"stretch": columns.pop("place")}


def ask(
    connection: Connection,
    name: str,
    layout: Sequence[Field],
    windows: Sequence[Window],
    *,
    by_base: bool = False,
) -> Columns:
    """Return what a query of derive's says of windows."""
    sql = statements("derive")
    connection.execute(sql["clear_windows"])
    columns = {
        one.name: np.array([getattr(window, one.name) for window in windows], np.int64) for one in _WINDOW[1:]
    }
    columns["place"] = np.arange(len(windows))
    _hand_over(connection, "copy_window", _WINDOW, columns)
    query = _EVERY_READING.sub(_of(_BY_BASE), sql[name]) if by_base else sql[name]
    excluded = sorted({(window.device_id, *span) for window in windows for span in window.excluded})
    if excluded:
        rows = np.array(excluded, np.int64).T
        known = {one.name: column for one, column in zip(_EXCLUDED, rows, strict=True)}
        _hand_over(connection, "copy_excluded", _EXCLUDED, known)
        query = _EVERY_READING.sub(_of(_THAT_COUNTS), query)
    with connection.cursor() as cursor:
        return columns_out(cursor, query, layout, _LIMITS)


def _of(source: bytes) -> Callable[[re.Match[bytes]], bytes]:
    """Return what puts another source in place of the table of readings."""
    return lambda found: source + (found[1] or b"reading")


def _hand_over(connection: Connection, name: str, layout: Sequence[Field], columns: Columns) -> None:
    with connection.cursor() as cursor, cursor.copy(statements("derive")[name]) as copy:
        copy.write(HEADER + encode(layout, columns) + TRAILER)
