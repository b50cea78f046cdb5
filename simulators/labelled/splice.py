"""Faults of the labelled city laid over the history of a real meter: the same shapes, the truth beside."""

import csv
import gzip
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import numpy as np

from simulators.city import MIN_STATIONS, City
from simulators.days import DAY_S, HOUR_S, UTC_OFFSET_S, local_day, midnight
from simulators.gas import correction_factor
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.faults import kinds
from simulators.labelled.happening import Happening
from simulators.labelled.kind import USUAL_DAYS, USUAL_METERS, draw_all
from simulators.labelled.network import Network
from simulators.labelled.points import People, Point, build_people
from simulators.labelled.runs import MeterRun, Said, Stage
from simulators.labelled.scene import Scene, inside
from simulators.labelled.span import SLOT_H, Floats, Span, interpolated
from simulators.labelled.station_speech import periods
from simulators.labelled.tables import Columns, reading_table
from simulators.labelled.truth import fault_truth
from simulators.loads import DAYS_A_YEAR

_SOME_METERS: Final = 20
"""Enough for a workshop to be among them."""
SPLICED: Final = (
    *("register_regression", "register_jump", "register_stuck", "flow_over_range", "flow_under_range"),
    *("night_leak", "corrector_mismatch", "sensor_frozen", "sensor_drift", "sensor_out_of_range"),
    "device_silent",
)
"""Rules whose faults show in one meter's register, pressure, temperature and flow alone.

A bypass or a swing of consumption does not: workshops swing as much by themselves, and where their
station stands nobody knows.
"""
_A_YEAR: Final = 1.5
"""Faults of each kind in a year of history."""
_HEARD: Final = 0.6
_RANGE_PART: Final = 1.3
_TURN_DOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Series:
    """A real meter's history; `at` in epoch seconds, ascending; pressure absolute."""

    meter: str
    at: Floats
    index_m3: Floats
    base_index_m3: Floats
    pressure_kpa: Floats
    temperature_degc: Floats
    flow_m3h: Floats
    base_flow_m3h: Floats


@dataclass(frozen=True)
class Spliced:
    """A real history with faults in it."""

    series: Series
    span: Span
    point: Point
    """The meter as the registry should have it."""
    faults: tuple[Happening, ...]
    readings: Columns
    """As those of a labelled city."""

    def truth(self) -> list[dict[str, Any]]:
        """Return the faults as objects that JSON can carry."""
        return [fault_truth(self.span, fault, number, None) for number, fault in enumerate(self.faults, 1)]


def load_series(path: Path) -> Series:
    """Read a real meter's history from gzip CSV with its original columns, times in the city's time."""
    local = timezone(timedelta(seconds=UTC_OFFSET_S))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = [datetime.fromisoformat(row["CreateDate"]).replace(tzinfo=local).timestamp() for row in rows]
    names = ("GTotal", "BTotal", "Pa", "T", "GFlow", "BFlow")
    values = [np.array([float(row[name]) for row in rows]) for name in names]
    return Series(path.name.split(".")[0], np.array(at), *values)


def splice(series: Series, seed: int, *, density: float = 1.0) -> Spliced:
    """Lay faults over a history, at times when the meter was heard; the seed decides all of it."""
    begin = midnight(local_day(series.at[0]))
    span = Span(begin, local_day(series.at[-1]) - local_day(begin) + 1)
    people = _alone(series, begin)
    before = _run(series, people.points[0], span)
    peace = Network(people, span, before.burned[None, :])
    scene = Scene(people, span, peace, periods(people.city.stations))
    faults = _draw(scene, series, seed, _A_YEAR * span.days / DAYS_A_YEAR * density)
    run = _run(series, people.points[0], span)
    _disturb(run, before, faults)
    run.said = _say(series, run, before)
    _act(run, faults, Stage.SAID)
    return Spliced(series, span, run.point, faults, reading_table(run, 0, draw=None))


def _alone(series: Series, begin: int) -> People:
    """Return a city of one workshop that has the real meter."""
    pattern = build_people(0, begin, _SOME_METERS, MIN_STATIONS)
    point = next(p for p in pattern.billing if pattern.of(p).sector.name == WORKSHOP)
    customer = pattern.of(point)
    qmax = float(np.ceil(_RANGE_PART * np.quantile(_flow(series), 0.999)))
    meter = replace(
        point.meter,
        meter=series.meter,
        device=series.meter,
        type="turbine",
        qmax_m3h=qmax,
        qmin_m3h=qmax / _TURN_DOWN,
        resolution_m3=1e-6,
        base_resolution_m3=1e-6,
        set_kpa=float(np.median(series.pressure_kpa)) - point.meter.atmospheric_kpa,
        opening_index_m3=float(series.index_m3[0]),
        opening_base_index_m3=float(series.base_index_m3[0]),
        sends_gauge=False,
    )
    city = City(0, begin, (replace(customer, meter=meter),), pattern.city.stations)
    alone = replace(point, meter=meter, site=series.meter, customer=0, k=0.0, bypass=False, switch=False)
    return People(city, (alone,))


def _flow(series: Series) -> Floats:
    """Return the mean flow between readings, from the register."""
    flow: Floats = np.diff(series.index_m3) / np.maximum(np.diff(series.at), 1.0) * HOUR_S
    return flow


def _run(series: Series, point: Point, span: Span) -> MeterRun:
    """Return the history as a run: between two readings everything goes evenly."""
    used = np.maximum(np.diff(series.index_m3, prepend=series.index_m3[0]), 0.0)
    counted = np.diff(interpolated(span.edges, series.at, np.cumsum(used)))
    kpa = interpolated(span.centres, series.at, series.pressure_kpa)
    degc = interpolated(span.centres, series.at, series.temperature_degc)
    factor = correction_factor(point.meter.gas, kpa, degc)
    run = MeterRun(point, span, counted * factor / SLOT_H, np.zeros(span.slots))
    run.line_kpa, run.gas_degc, run.factor = kpa, degc, factor
    run.sensed_kpa, run.sensed_degc = kpa.copy(), degc.copy()
    run.flow_m3h, run.counted_m3 = counted / SLOT_H, counted
    run.mechanical_m3, run.disturbed = counted.copy(), np.zeros(span.slots, np.bool_)
    return run


def _draw(scene: Scene, series: Series, seed: int, expected: float) -> tuple[Happening, ...]:
    """Draw faults of every kind that shows, and keep those that fall where the meter was heard."""
    some = tuple(
        replace(kind, expected=expected) for kind in kinds() if kind.rule in SPLICED and kind.of == "meters"
    )
    # One meter for as long as it has been heard is what `expected` is for.
    whole = USUAL_METERS * USUAL_DAYS / scene.span.days
    found = [h for h in draw_all(scene, some, seed, whole) if _heard(series, h)]
    return tuple(sorted(found, key=lambda happening: happening.start))


def _heard(series: Series, fault: Happening) -> bool:
    """Return whether most hours around a fault have a reading."""
    first, last = fault.start - DAY_S, fault.end + DAY_S
    heard = np.count_nonzero(inside(series.at, first, last))
    return bool(heard > _HEARD * (last - first) / HOUR_S)


def _act(run: MeterRun, faults: tuple[Happening, ...], stage: Stage) -> None:
    for effect in (effect for fault in faults for effect in fault.meters):
        if effect.stage == stage and effect.meter == run.point.name:
            effect.act(run)


def _disturb(run: MeterRun, before: MeterRun, faults: tuple[Happening, ...]) -> None:
    """Let the faults act on what was burned, counted, sensed and corrected."""
    _act(run, faults, Stage.LOAD)
    run.flow_m3h = run.burned * (1 - run.around) / before.factor
    run.counted_m3 = run.flow_m3h * SLOT_H
    _act(run, faults, Stage.COUNTED)
    _act(run, faults, Stage.SENSED)
    run.factor = correction_factor(run.point.meter.gas, run.sensed_kpa, run.sensed_degc)
    _act(run, faults, Stage.CORRECTED)


def _say(series: Series, run: MeterRun, before: MeterRun) -> Said:
    """Return the real readings, moved by what the faults have changed."""
    at, slots = series.at, run.span.slots_of(series.at)

    def more(now: Floats, then: Floats) -> Floats:
        return interpolated(at, run.span.edges, np.concatenate([[0.0], np.cumsum(now - then)]))

    nothing = np.zeros(at.size)
    changed = ~np.isclose(run.flow_m3h, before.flow_m3h)[slots]
    said = Said(at, nothing.copy(), nothing + 1.0, np.zeros(at.size, np.bool_), np.zeros(at.size, np.int64))
    base = more(run.counted_m3 * run.factor, before.counted_m3 * before.factor)
    said.columns = {
        "index_m3": series.index_m3 + more(run.counted_m3, before.counted_m3),
        "base_index_m3": series.base_index_m3 + base,
        "pressure_kpa": series.pressure_kpa + (run.sensed_kpa - before.sensed_kpa)[slots],
        "temperature_degc": series.temperature_degc + (run.sensed_degc - before.sensed_degc)[slots],
        "flow_m3h": np.where(changed, run.flow_m3h[slots], series.flow_m3h),
        "base_flow_m3h": np.where(changed, (run.flow_m3h * run.factor)[slots], series.base_flow_m3h),
        "seq": np.arange(at.size, dtype=np.float64),
    }
    return said
