"""One meter's hours worked out as derive does it, with the readings and steps they come from kept."""

import msgspec
from psycopg import Connection

from telemetry.errors import NotFoundError
from telemetry.model import HOUR, Instant
from telemetry.registry import Registry
from telemetry.store.derive_queue import DirtySpan
from telemetry.store.registry_tables import load_registry
from telemetry.store.statements import statements
from telemetry.volumes.base_volume import BaseVolumes
from telemetry.volumes.hourly import worked
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.steps import Steps
from telemetry.volumes.terms import TermsTable
from telemetry.work.derive_material import material
from telemetry.work.derive_plan import Plan
from telemetry.work.meter_terms import MeterTerms


class Workings(msgspec.Struct, frozen=True, eq=False):
    """The hours of a span, and what they were worked out of."""

    registry: Registry
    todo: Plan
    stretches: tuple[Stretch, ...]
    table: TermsTable
    readings: Readings
    steps: Steps
    base: BaseVolumes
    volumes: HourlyVolumes


def workings_of(connection: Connection, meter: str, start: Instant, end: Instant) -> tuple[int, Workings]:
    """Return a meter's number and `workings` of it; the meter must be there."""
    row = connection.execute(statements("proof")["meter_id"], {"meter": meter}).fetchone()
    if row is None:
        raise NotFoundError(f"there is no meter {meter}")
    return row[0], workings(connection, row[0], start, end)


def workings(connection: Connection, meter_id: int, start: Instant, end: Instant) -> Workings:
    """Return the hours that a span of one meter is felt in, by registry and readings as they stand."""
    connection.execute(statements("derive")["prepare"])
    terms = MeterTerms(load_registry(connection))
    asked = DirtySpan(0, meter_id, start // HOUR * HOUR, -(-end // HOUR) * HOUR, "request")
    given = material(connection, [asked], terms)
    done = worked(given.readings, given.stretches, given.table)
    return Workings(
        registry=terms.registry,
        todo=given.todo,
        stretches=given.stretches,
        table=given.table,
        readings=done.readings,
        steps=done.steps,
        base=done.base,
        volumes=done.volumes,
    )
