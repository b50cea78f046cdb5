"""What statements are made of: hours as of a moment, and the readings around boundaries."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.batch import Columns
from telemetry.billing.boundaries import Around
from telemetry.model import Instant, moment
from telemetry.store.copy import fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements

_HOUR: Final = fields(
    "line int4, interval_start timestamptz, revision int4, volume_um3 int8, base_volume_um3 int8, "
    "device_base_volume_um3 int8, quality int4, flags int8, calculation int4, registry_version int4, "
    "gas_quality_from int8, uncertainty_um3 int8"
)


class MeterSpan(NamedTuple):
    """Hours of a meter: those that start in a half-open span."""

    meter_id: int
    start: Instant
    end: Instant


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """An instant at which the register of an installation is asked for."""

    meter_id: int
    device_id: int
    installed_from: Instant
    installed_until: Instant
    at: Instant


class ExchangeDone(msgspec.Struct, frozen=True):
    """When one installation ended and the next began."""

    exchange_id: int
    meter: str
    new_meter: str
    exchanged_at: Instant
    installed_at: Instant


def hours_of(connection: Connection, spans: Sequence[MeterSpan], as_of: Instant) -> Columns:
    """Return the hours of some spans as they stood; ``line`` is the span's position."""
    wanted = _spans(spans) | {"as_of": moment(as_of)}
    with connection.cursor() as cursor:
        return columns_out(cursor, statements("settlements")["hours"], _HOUR, wanted)


def readings_around(
    connection: Connection, boundaries: Sequence[Boundary], drawn_at: Instant
) -> list[Around]:
    """Return the readings around some boundaries, as they were known then."""
    wanted = {
        "meters": [one.meter_id for one in boundaries],
        "devices": [one.device_id for one in boundaries],
        "froms": [moment(one.installed_from) for one in boundaries],
        "untils": [moment(one.installed_until) for one in boundaries],
        "ats": [moment(one.at) for one in boundaries],
        "drawn_at": moment(drawn_at),
    }
    with connection.cursor(row_factory=class_row(Around)) as cursor:
        return cursor.execute(statements("settlements")["around"], wanted).fetchall()


def exchanges_of(connection: Connection, meters: Sequence[str]) -> list[ExchangeDone]:
    """Return the exchanges that some meters had."""
    with connection.cursor(row_factory=class_row(ExchangeDone)) as cursor:
        return cursor.execute(statements("settlements")["exchanges"], {"names": list(meters)}).fetchall()


def first_waiting(connection: Connection, spans: Sequence[MeterSpan]) -> str | None:
    """Return the first meter with hours among some spans that are still to be worked out again."""
    row = connection.execute(statements("settlements")["waiting"], _spans(spans)).fetchone()
    return str(row[0]) if row else None


def _spans(spans: Sequence[MeterSpan]) -> dict[str, list[object]]:
    return {
        "meters": [one.meter_id for one in spans],
        "starts": [moment(one.start) for one in spans],
        "ends": [moment(one.end) for one in spans],
    }
