"""What some dirty spans are worked out of: readings, and what people add to them."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

import msgspec
from msgspec.structs import replace
from psycopg import Connection

from telemetry.model import Instant
from telemetry.registry import FOREVER
from telemetry.store.derive_queue import DirtySpan
from telemetry.store.edits import edits_in_force
from telemetry.store.hand_reads import hand_reads_between
from telemetry.store.recalled_readings import load_with_recalled, reach_with_recalled
from telemetry.store.register_readings import gaps_after
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.terms import TermsTable, terms_table
from telemetry.work.check_material import with_check_meters
from telemetry.work.derive_plan import Edits, Plan, Questions, plan
from telemetry.work.gap_material import with_weeks_before
from telemetry.work.meter_terms import MeterTerms
from telemetry.work.twin_material import with_twins


class Material(msgspec.Struct, frozen=True, eq=False):
    """All that the hours of a plan are worked out of; ``stretches`` carry what people say."""

    todo: Plan
    stretches: tuple[Stretch, ...]
    table: TermsTable
    readings: Readings


def material(connection: Connection, spans: Sequence[DirtySpan], terms: MeterTerms) -> Material:
    """Return what some dirty spans are worked out of, by what is in force now."""
    edits = _edits_by_meter(connection, sorted({span.meter_id for span in spans}))
    ask = Questions(partial(reach_with_recalled, connection), partial(gaps_after, connection))
    todo = plan(spans, terms, ask, edits)
    readings = with_weeks_before(partial(load_with_recalled, connection), todo.windows, todo.stretches)
    stretches = _with_hand_reads(connection, todo.stretches, readings)
    stretches = with_twins(connection, terms, stretches, readings)
    stretches = with_check_meters(connection, terms, stretches, readings)
    return Material(todo, stretches, terms_table(stretches), readings)


def _edits_by_meter(connection: Connection, meters: Sequence[int]) -> Edits:
    """Return the edits in force of meters that have any."""
    found = edits_in_force(connection, meters, 0, FOREVER)
    return {meter_id: tuple(those) for meter_id, those in groupby(found, attrgetter("meter_id"))}


def _with_hand_reads(
    connection: Connection, stretches: Sequence[Stretch], readings: Readings
) -> tuple[Stretch, ...]:
    """Return the stretches with what people read within the steps of their readings."""
    spans = [_span(stretch, place, readings) for place, stretch in enumerate(stretches)]
    if not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    meters = sorted({stretch.meter_id for stretch in stretches})
    found = hand_reads_between(connection, meters, first, last + 1)
    of_meter = {meter_id: tuple(those) for meter_id, those in groupby(found, attrgetter("meter_id"))}
    return tuple(
        replace(
            stretch,
            hand_reads=tuple(one for one in of_meter[stretch.meter_id] if start < one.measured_at <= end),
        )
        if stretch.meter_id in of_meter
        else stretch
        for stretch, (start, end) in zip(stretches, spans, strict=True)
    )


def _span(stretch: Stretch, place: int, readings: Readings) -> tuple[Instant, Instant]:
    """Return from where to where the steps of a stretch can reach."""
    at = readings.measured_at[readings.span_of(place)]
    ends = [int(at[0]), int(at[-1])] if len(at) else []
    ends.extend(one.at for one in (stretch.opening, stretch.closing) if one)
    return (min(ends), max(ends)) if ends else (stretch.first_hour, stretch.first_hour)
