"""What alarm rules look back on: which hours have come to be whole, and the weeks before them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from psycopg import Connection

from telemetry.batch import NULL, Columns
from telemetry.model import Instant, instant, moment
from telemetry.store.copy import fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements

_HOUR: Final = fields(
    "meter_id int4, interval_start timestamptz, volume_um3 int8, base_volume_um3 int8, "
    "device_base_volume_um3 int8, pressure_pa float8, temperature_k float8, correction_factor float8, "
    "coverage float4, quality int2, flags int8, corrected int2"
)


def judged_up_to(connection: Connection) -> int:
    """Return the number of the last change of volumes that was judged."""
    row = connection.execute(statements("windows_hours")["reached"]).fetchone()
    return int(row[0]) if row else 0


def mark_judged(connection: Connection, sequence: int) -> None:
    """Note that changes up to this number were judged."""
    connection.execute(statements("windows_hours")["reach"], {"sequence": sequence})


def newly_whole(
    connection: Connection, since: int, rows: int, begin: Instant
) -> tuple[int, dict[int, tuple[Instant, Instant]]]:
    """Return where the next changes end, and each meter's oldest and newest whole hour among them, by starts.

    At most so many rows of changes are taken; hours before ``begin`` are left out.
    """
    values = {"since": since, "rows": rows, "from": moment(begin)}
    found = connection.execute(statements("windows_hours")["changed"], values).fetchall()
    reached = max((last for last, *_ in found), default=since)
    return reached, {
        meter: (instant(oldest), instant(newest)) for _, meter, oldest, newest in found if oldest is not None
    }


def hours_before(connection: Connection, until: Mapping[int, Instant], back: timedelta) -> Columns:
    """Return the hourly volumes of meters for a time before an instant each."""
    values = {
        "meters": list(until),
        "until": [moment(at) for at in until.values()],
        "back": back,
        "null": NULL,
    }
    with connection.cursor() as cursor:
        return columns_out(cursor, statements("windows_hours")["hours"], _HOUR, values)


def ages_on_arrival(
    connection: Connection, devices: Mapping[int, int], until: Mapping[int, Instant]
) -> dict[int, Instant]:
    """Return how old each meter's first reading at or after an instant was when it arrived.

    ``devices`` tells the device that speaks for each meter.
    """
    values = {
        "meters": list(devices),
        "devices": list(devices.values()),
        "until": [moment(until[meter]) for meter in devices],
    }
    return dict(connection.execute(statements("windows_hours")["made_whole"], values).fetchall())
