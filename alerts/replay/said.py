"""What stations and devices said over a span, one row a statement, however it was kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telemetry.batch import NULL, Columns, pressure_columns, reading_columns
from telemetry.model import Booleans, Instant, Integers, PressureSample, Reading
from telemetry.quality import DEVICE_FLAGS, EVENT_BITS
from telemetry.store.card_sales import Sold

SWITCHES: Final = ("slam_shut", "bypass_valve", "relief", "cabinet_open", "valve", "meter_bypass_valve")
_NOT_SAID: Final = -1
_ARRIVAL: Final = ("received_at", "arrived_at")
_HOUR: Final = {
    "meter_id": np.int64,
    "interval_start": np.int64,
    "volume_um3": np.int64,
    "base_volume_um3": np.int64,
    "device_base_volume_um3": np.int64,
    "pressure_pa": np.float64,
    "temperature_k": np.float64,
    "correction_factor": np.float64,
    "coverage": np.float64,
    "quality": np.int64,
    "flags": np.int64,
    "corrected": np.int64,
    "arrived_at": np.int64,
    "age": np.int64,
}
_CARD: Final = {
    "device_id": np.int64,
    "measured_at": np.int64,
    "received_at": np.int64,
    "arrived_at": np.int64,
    "remaining_m3": np.float64,
    "remaining_money": np.float64,
    "cumulative_purchased_m3": np.float64,
    "sequence": np.float64,
    "alarm_m3": np.float64,
    "overdraft_limit_m3": np.float64,
    "basis": np.int64,
    "price_version": np.str_,
}
_SALE: Final = {
    "meter": np.str_,
    "sequence": np.int64,
    "sold_at": np.int64,
    "kind": np.str_,
    "volume_m3": np.float64,
    "arrived_at": np.int64,
}
_NO_ONE: Final = np.empty(0, dtype=np.int64)


def samples_said(samples: Sequence[PressureSample]) -> Columns:
    """Return what stations said under the names that a window has for it."""
    return samples_as_said(pressure_columns(samples, np.arange(len(samples))))


def samples_as_said(batch: Columns) -> Columns:
    """Return a batch's pressure samples under the names that a window has for them."""
    return {_in_a_window(name): column for name, column in _with_switches(batch).items()}


def _in_a_window(name: str) -> str:
    """Return the name that a window has for a stored column."""
    return name.replace("_gauge_pressure", "").replace("_differential", "")


def readings_said(readings: Sequence[Reading]) -> Columns:
    """Return what devices said; ``told`` is what an event tells of (`EVENT_BITS`), 0 for a reading."""
    return readings_as_said(reading_columns(readings))


def readings_as_said(batch: Columns) -> Columns:
    """Return a batch's readings with what an event would tell of."""
    return _with_switches(batch) | {"told": np.zeros(batch["measured_at"].size, dtype=np.int64)}


def told_by_event(code: str, *, holds: bool) -> Columns:
    """Return what an event of a meter's device says beside who and when: one flag, or where a valve is."""
    bit = EVENT_BITS[code]
    flags = {"flags": np.array([bit * holds])} if bit in DEVICE_FLAGS.values() else {}
    valve = {} if flags else {"meter_bypass_valve": np.array([int(holds)])}
    return {"told": np.array([bit])} | flags | valve


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
    hours : Columns
        Hourly volumes, as `alerts.habits.history` takes them; ``arrived_at`` is when one came to be whole,
        ``age`` how old the reading was on arrival that made it so.
    cards : Columns
        What IC-card meters said of their credit; a price version that is not sent is empty.
    sales : Columns
        What the office sold onto cards; ``volume_m3`` is NaN where it is not stated, negative where it was
        taken back.
    """

    samples: Columns = field(
        default_factory=lambda: samples_said(()) | dict.fromkeys(("station_id", *_ARRIVAL), _NO_ONE)
    )
    readings: Columns = field(
        default_factory=lambda: readings_said(()) | dict.fromkeys(("device_id", *_ARRIVAL), _NO_ONE)
    )

    hours: Columns = field(default_factory=lambda: {name: np.empty(0, kind) for name, kind in _HOUR.items()})
    cards: Columns = field(default_factory=lambda: {name: np.empty(0, kind) for name, kind in _CARD.items()})
    sales: Columns = field(default_factory=lambda: {name: np.empty(0, kind) for name, kind in _SALE.items()})

    def in_measured_order(self) -> "Said":
        """Return the same as if each had arrived at the instant it speaks of; hours are as they are."""
        hours = self.hours | {"age": np.zeros_like(self.hours["age"])}
        sales = self.sales | {"arrived_at": self.sales["sold_at"]}
        return Said(_on_time(self.samples), _on_time(self.readings), hours, _on_time(self.cards), sales)


def sales_said(sold: Iterable[tuple[Sold, Instant]]) -> Columns:
    """Return what was sold, each with when the watch came to know of it."""
    columns = list(zip(*((*one, known_at) for one, known_at in sold), strict=True))
    return {
        name: np.array(column, kind)
        for (name, kind), column in zip(_SALE.items(), columns or [()] * len(_SALE), strict=True)
    }


def chosen(rows: Columns, which: Booleans | Integers) -> Columns:
    """Return some rows, or rows in some order."""
    return {name: column[which] for name, column in rows.items()}


def by_arrival(rows: Columns) -> Columns:
    """Return rows in the order in which they arrived."""
    return chosen(rows, np.argsort(rows["arrived_at"], kind="stable"))


def arrived_between(rows: Columns, begin: Instant, end: Instant) -> Columns:
    """Return what arrived after one instant and until another, of rows in the order of arrival."""
    first, last = np.searchsorted(rows["arrived_at"], (begin, end), side="right")
    return {name: column[first:last] for name, column in rows.items()}


def _on_time(rows: Columns) -> Columns:
    return rows | dict.fromkeys(_ARRIVAL, rows["measured_at"])
