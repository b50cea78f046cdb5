"""The registers of check meters, read only where the register of the meter that they check does not tell."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from psycopg import Connection

from telemetry.batch import NULL
from telemetry.model import Instant
from telemetry.store.register_readings import load
from telemetry.volumes.readings import Checked, Readings, Stretch, settled
from telemetry.work.meter_terms import MeterTerms
from telemetry.work.neighbours import Twin
from telemetry.work.twin_material import exclusions, installed_of, window_of


def with_check_meters(
    connection: Connection, terms: MeterTerms, stretches: Sequence[Stretch], readings: Readings
) -> tuple[Stretch, ...]:
    """Return the stretches with the registers of their check meters about what their own does not tell."""
    asked: list[tuple[int, Twin, Instant, Instant]] = []
    for place, stretch in enumerate(stretches):
        checking = [twin for twin in installed_of(terms, stretch).twins if twin.checks]
        if checking and (span := _untold(stretch, place, readings)):
            asked.extend((place, twin, *span) for twin in checking)
    if not asked:
        return tuple(stretches)
    excluded = exclusions(connection, sorted({twin.meter_id for _, twin, _, _ in asked}))
    windows = [
        replace(
            window_of(twin, start, end, excluded.get(twin.meter_id, [])),
            installed_at=twin.installed_at,
            until=twin.removed_at,
        )
        for _, twin, start, end in asked
    ]
    found = settled(load(connection, windows))
    registers: dict[int, list[Checked]] = {}
    for number, (place, twin, _, _) in enumerate(asked):
        registers.setdefault(place, []).append(_checked(terms, twin, found, number))
    return tuple(
        replace(stretch, checked=tuple(registers[place])) if place in registers else stretch
        for place, stretch in enumerate(stretches)
    )


def _untold(stretch: Stretch, place: int, readings: Readings) -> tuple[Instant, Instant] | None:
    """Return from when to when the register of a stretch went back or has no end; None where neither is."""
    here = readings.span_of(place)
    at, index = readings.measured_at[here], readings.index_um3[here]
    known = (index[1:] != NULL) & (index[:-1] != NULL)
    fell = np.flatnonzero(known & (index[1:] < index[:-1]))
    instants = [*at[fell].tolist(), *at[fell + 1].tolist()]
    closing = stretch.closing
    if closing and (stretch.meanwhile or not closing.told):
        instants += [int(at[-1])] if len(at) else [stretch.valid_from]
        instants += [stretch.meanwhile.until if stretch.meanwhile else closing.at]
    return (min(instants), max(instants)) if instants else None


def _checked(terms: MeterTerms, twin: Twin, found: Readings, number: int) -> Checked:
    here = found.span_of(number)
    known = found.index_um3[here] != NULL
    installed = next(one for one in terms.installed(twin.meter_id) if one.device_id == twin.device_id)
    return Checked(
        at=found.measured_at[here][known],
        index_um3=found.index_um3[here][known],
        range_um3=installed.range_um3,
        qmax_m3h=installed.qmax_m3h,
    )
