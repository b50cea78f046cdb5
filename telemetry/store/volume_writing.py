"""Hourly volumes written: what is the same stays, what changed becomes a new revision."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.batch import Columns
from telemetry.model import Instant, Integers
from telemetry.ptz.method import method_names
from telemetry.quality import Quality
from telemetry.store.copy import HEADER, TRAILER, Field, encode, fields
from telemetry.store.statements import statements
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import CALCULATION, BaseMethod

CAUSES: Final = ("neighbour", "reading", "request", "registry", "hand_read", "edit")
"""Why volumes are worked out; of several the last is told."""

_HOURS: Final = fields("meter_id int4, first_hour timestamptz, end_hour timestamptz, cause int2")
_VOLUME: Final = fields(
    "meter_id int4, interval_start timestamptz, volume_um3 int8, base_volume_um3 int8, "
    "device_base_volume_um3 int8?, pressure_pa float8?, temperature_k float8?, correction_factor float8?, "
    "z_ratio float8?, coverage float4, quality int2, method int2, z_method int2, flags int8, "
    "gas_quality_from timestamptz?, cause int2, uncertainty_m3 float8?"
)


class Hours(msgspec.Struct, frozen=True):
    """Hours of a meter that were worked out, and why."""

    meter_id: int
    first_hour: Instant
    end_hour: Instant
    cause: int


class Provenance(msgspec.Struct, frozen=True, eq=False):
    """What each hour's row tells beside its figures; ``z_method`` counts from 1, 0 is none."""

    z_method: Integers
    gas_quality_from: Integers
    cause: Integers


class Written(NamedTuple):
    """How many hours were new, and how many became another revision."""

    added: int
    revised: int


class Delta(NamedTuple):
    """What working out again would change of one hour; None where nothing stands yet."""

    meter: str
    interval_start: datetime
    revision: int | None
    stored_base_volume_um3: int | None
    base_volume_um3: int
    stored_volume_um3: int | None
    volume_um3: int


def hand_over(
    connection: Connection, hours: Sequence[Hours], volumes: HourlyVolumes, provenance: Provenance
) -> None:
    """Lay what was worked out beside what is stored; an hour that is no more is withdrawn."""
    sql = statements("derive")
    connection.execute(sql["clear_volumes"])
    asked = {one.name: np.array([getattr(row, one.name) for row in hours], np.int64) for one in _HOURS}
    columns = {name: getattr(volumes, name) for name in volumes.__struct_fields__}
    told = {name: getattr(provenance, name) for name in provenance.__struct_fields__}
    _copy(connection, "copy_hours", _HOURS, asked)
    _copy(connection, "copy_volume", _VOLUME, columns | told)
    connection.execute(
        sql["withdraw"], {"missing": int(Quality.MISSING), "withdrawn": int(BaseMethod.WITHDRAWN)}
    )


def write(connection: Connection, registry_version: int) -> Written:
    """Write what was handed over and differs from what is stored.

    Writers take turns from here to the commit: so what each wrote becomes known in the order of its
    time and numbers, and who sees a change sees all before it.
    """
    sql = statements("derive")
    connection.execute(sql["take_turn"])
    known_at, sequence = connection.execute(sql["tell_time"]).fetchone() or (None, None)
    told = {
        "known_at": known_at,
        "sequence": sequence,
        "methods": [method.word for method in BaseMethod],
        "z_methods": list(method_names()),
        "causes": list(CAUSES),
        "calculation": CALCULATION,
        "registry_version": registry_version,
    }
    with connection.cursor(row_factory=class_row(Written)) as cursor:
        return cursor.execute(sql["write"], told).fetchone() or Written(0, 0)


def deltas(connection: Connection) -> Iterator[Delta]:
    """Yield what writing would change."""
    with connection.cursor(row_factory=class_row(Delta)) as cursor:
        yield from cursor.execute(statements("derive")["deltas"])


def _copy(connection: Connection, name: str, layout: Sequence[Field], columns: Columns) -> None:
    with connection.cursor() as cursor, cursor.copy(statements("derive")[name]) as copy:
        copy.write(HEADER + encode(layout, columns) + TRAILER)
