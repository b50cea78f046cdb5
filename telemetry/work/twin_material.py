"""What twins of meters measured, read only where p or T is lacking; and whom a change of theirs touches."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import numpy as np
from msgspec.structs import replace
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import Booleans, Floats, Instant
from telemetry.quality import Flag
from telemetry.registry import FOREVER
from telemetry.store import derive_queue
from telemetry.store.edits import edits_in_force
from telemetry.store.neighbour_readings import lacking, states
from telemetry.store.register_readings import Window
from telemetry.store.volume_writing import CAUSES, Hours
from telemetry.volumes.elsewhere import NEAR
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.volumes.method import INTERPOLATED_AT_MOST
from telemetry.volumes.readings import Readings, Stretch, Twins
from telemetry.volumes.sensor_range import believed
from telemetry.work.meter_terms import Installed, MeterTerms
from telemetry.work.neighbours import Twin

CAUSE: Final = "neighbour"
_CHANGES_READINGS: Final = ("reading", "registry", "edit")


def with_twins(
    connection: Connection, terms: MeterTerms, stretches: Sequence[Stretch], readings: Readings
) -> tuple[Stretch, ...]:
    """Return the stretches with what twins measured about the readings that lack p or T."""
    asked = [
        (place, twin, start, end)
        for place, stretch in enumerate(stretches)
        for twin, start, end in _asked(terms, place, stretch, readings)
    ]
    if not asked:
        return tuple(stretches)
    excluded = exclusions(connection, sorted({twin.meter_id for _, twin, _, _ in asked}))
    windows = [window_of(twin, start, end, excluded.get(twin.meter_id, [])) for _, twin, start, end in asked]
    found = states(connection, windows)
    by_place: dict[int, Twins] = {}
    for place, those in groupby(range(len(asked)), lambda number: asked[number][0]):
        numbers = list(those)
        by_place[place] = _twins(found, numbers, [asked[number][1].in_series for number in numbers])
    return tuple(
        replace(stretch, twins=by_place[place]) if place in by_place else stretch
        for place, stretch in enumerate(stretches)
    )


def mark_neighbours(connection: Connection, worked_out: Sequence[Hours], terms: MeterTerms) -> None:
    """Have the hours worked out again in which another meter may take what changed instead of its own."""
    asked = []
    for hours in worked_out:
        if CAUSES[hours.cause] not in _CHANGES_READINGS:
            continue
        for twin in _twins_of(terms, hours.meter_id):
            if twin.checked:
                checked = (hours.first_hour - INTERPOLATED_AT_MOST, hours.end_hour + INTERPOLATED_AT_MOST)
                derive_queue.mark(connection, [twin.meter_id], checked, CAUSE)
            start, end = max(hours.first_hour - NEAR, twin.start), min(hours.end_hour + NEAR, twin.until)
            if start < end and not twin.checked:
                asked.append((twin, start, end))
    if asked:
        windows = [_with_range(window_of(*one, []), one[0], terms) for one in asked]
        for place, start, end in lacking(connection, windows):
            derive_queue.mark(connection, [asked[place][0].meter_id], (start, end + 1), CAUSE)


def _twins_of(terms: MeterTerms, meter_id: int) -> list[Twin]:
    return [twin for installed in terms.installed(meter_id) for twin in installed.twins]


def _asked(
    terms: MeterTerms, place: int, stretch: Stretch, readings: Readings
) -> Iterator[tuple[Twin, Instant, Instant]]:
    """Yield the twins of a stretch that has readings without p or T, and from when to when they are asked."""
    installed = installed_of(terms, stretch)
    if not installed.twins:
        return
    here = readings.span_of(place)
    lacks = _lacks(readings, here, installed)
    at = readings.measured_at[here][lacks]
    if len(at):
        start, end = int(at[0]) - NEAR, int(at[-1]) + NEAR + 1
        for twin in installed.twins:
            if twin.start < end and start < twin.until:
                yield twin, start, end


def installed_of(terms: MeterTerms, stretch: Stretch) -> Installed:
    """Return the installation that a stretch has the readings of."""
    return next(one for one in terms.installed(stretch.meter_id) if one.valid_from == stretch.valid_from)


def _lacks(readings: Readings, here: slice, installed: Installed) -> Booleans:
    """Say which readings lack what the correction asks for."""

    def usable(values: Floats) -> Booleans:
        with np.errstate(invalid="ignore"):
            known: Booleans = (values > 0) & (values < np.inf)
        return known

    gauge = believed(readings.gauge_pressure_pa[here], *installed.gauge_range_pa)
    absolute = believed(readings.pressure_pa[here], *installed.pressure_range_pa)
    pressure = usable(np.where(np.isnan(readings.pressure_pa[here]), gauge, absolute))
    temperature = usable(readings.temperature_k[here])
    lacks: Booleans = (readings.flags[here] & Flag.ON_DEFAULT_VALUES) != 0
    return lacks | (~pressure & installed.asks_pressure) | (~temperature & installed.asks_temperature)


def exclusions(connection: Connection, meters: Sequence[int]) -> dict[int, list[Edit]]:
    """Return the edits in force that take readings of some meters out."""
    found = edits_in_force(connection, meters, 0, FOREVER)
    return {
        meter_id: [edit for edit in those if edit.kind == EditKind.EXCLUDE_READINGS]
        for meter_id, those in groupby(found, attrgetter("meter_id"))
    }


def window_of(twin: Twin, start: Instant, end: Instant, excluded: Sequence[Edit]) -> Window:
    """Return the span of a twin's readings to ask for."""
    return Window(
        device_id=twin.device_id,
        installed_at=twin.start,
        until=twin.until,
        span_start=start,
        span_end=end,
        asks_pressure=True,
        asks_temperature=True,
        opens_at=start,
        closes_at=end,
        excluded=tuple((edit.start, edit.end) for edit in excluded),
    )


def _with_range(window: Window, twin: Twin, terms: MeterTerms) -> Window:
    """Return the window with what is believed of the twin's pressure sensor."""
    there = (one for one in terms.installed(twin.meter_id) if one.valid_from == twin.installed_at)
    if (installed := next(there, None)) is None:
        return window
    return replace(
        window, pressure_range_pa=installed.pressure_range_pa, gauge_range_pa=installed.gauge_range_pa
    )


def _twins(found: Columns, numbers: Sequence[int], in_series: Sequence[bool]) -> Twins:
    """Return what was found for some windows in order of time, of one instant in theirs."""
    rows = np.flatnonzero(np.isin(found["place"], numbers))
    rows = rows[np.lexsort((found["place"][rows], found["measured_at"][rows]))]
    series = np.array(in_series, np.bool_)[np.searchsorted(numbers, found["place"][rows])]
    return Twins(
        at=found["measured_at"][rows],
        pressure_pa=found["pressure_pa"][rows],
        gauge_pressure_pa=found["gauge_pressure_pa"][rows],
        temperature_k=found["temperature_k"][rows],
        in_series=series,
    )
