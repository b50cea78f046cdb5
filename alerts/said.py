"""What stations and devices said over a span, one row a statement, however it was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from telemetry.batch import NULL, Columns, pressure_columns, reading_columns
from telemetry.model import Booleans, PressureSample, Reading

SWITCHES: Final = ("slam_shut", "bypass_valve", "relief", "cabinet_open", "valve", "meter_bypass_valve")
_NOT_SAID: Final = -1
_ARRIVAL: Final = ("received_at", "arrived_at")
_NO_ONE: Final = np.empty(0, dtype=np.int64)


def samples_said(samples: Sequence[PressureSample]) -> Columns:
    """Return what stations said under the names that a window has for it."""
    said = pressure_columns(samples, np.arange(len(samples)))
    return {_in_a_window(name): column for name, column in _with_switches(said).items()}


def _in_a_window(name: str) -> str:
    """Return the name that a window has for a stored column."""
    return name.replace("_gauge_pressure", "").replace("_differential", "")


def readings_said(readings: Sequence[Reading]) -> Columns:
    """Return what devices said; ``told`` is the one flag that an event tells of, 0 for a reading."""
    said = _with_switches(reading_columns(readings))
    return said | {"told": np.zeros(len(readings), dtype=np.int64)}


def _with_switches(said: Mapping[str, np.ndarray]) -> Columns:
    """Return columns with -1 for a switch that was not sent."""
    known = {name: np.where(said[name] == NULL, _NOT_SAID, said[name]) for name in SWITCHES if name in said}
    return dict(said) | known


@dataclass(frozen=True)
class Said:
    """Statements in any order, and when the watch came to know of each: ``arrived_at``.

    Attributes
    ----------
    samples : Columns
        What stations said, their switches' events too.
    readings : Columns
        What devices said of their meters, their events too.
    """

    samples: Columns = field(
        default_factory=lambda: samples_said(()) | dict.fromkeys(("station_id", *_ARRIVAL), _NO_ONE)
    )
    readings: Columns = field(
        default_factory=lambda: readings_said(()) | dict.fromkeys(("device_id", *_ARRIVAL), _NO_ONE)
    )

    def in_measured_order(self) -> "Said":
        """Return the same as if each had arrived at the instant it speaks of."""
        return replace(self, samples=_on_time(self.samples), readings=_on_time(self.readings))


def chosen(rows: Columns, which: Booleans) -> Columns:
    """Return some rows."""
    return {name: column[which] for name, column in rows.items()}


def _on_time(rows: Columns) -> Columns:
    return rows | dict.fromkeys(_ARRIVAL, rows["measured_at"])
