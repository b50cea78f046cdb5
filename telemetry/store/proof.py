"""What a figure is proved with: every revision of an hour, and all that devices said of some instants."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, dict_row

from telemetry.model import HOUR, Instant, moment
from telemetry.store.payloads import unpack
from telemetry.store.statements import statements


class StoredRevision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one hour, as it is stored."""

    revision: int
    volume_um3: int
    base_volume_um3: int
    device_base_volume_um3: int | None
    pressure_pa: float | None
    temperature_k: float | None
    correction_factor: float | None
    z_ratio: float | None
    coverage: float
    quality: int
    method: str
    z_method: str | None
    flags: int
    gas_quality_from: datetime | None
    registry_version: int
    calculation: int
    cause: str
    computed_at: datetime
    uncertainty_m3: float | None
    superseded_at: datetime | None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a device, with the payload it came in, where that is still kept."""

    device: str
    measured_at: datetime
    received_at: datetime
    stored_at: datetime
    content_hash: int
    seq: int | None
    index_um3: int | None
    base_index_um3: int | None
    pressure_pa: float | None
    gauge_pressure_pa: float | None
    temperature_k: float | None
    flags: int
    topic: str | None
    payload: bytes | None


class EditNote(msgspec.Struct, frozen=True, kw_only=True):
    """Who entered an edit, why, and who approved it."""

    edit_id: int
    author: str
    reason: str
    approved_by: str | None


class StoredHour(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one hour that stand, and the calculation they were worked out by."""

    interval_start: Instant
    volume_um3: int
    base_volume_um3: int
    device_base_volume_um3: int | None
    quality: int
    calculation: int
    method: str


def revisions(connection: Connection, meter_id: int, start: Instant) -> list[StoredRevision]:
    """Return every revision of one hour, the one that stands last."""
    wanted = {"meter": meter_id, "start": moment(start)}
    with connection.cursor(row_factory=class_row(StoredRevision)) as cursor:
        return cursor.execute(statements("proof")["revisions"], wanted).fetchall()


def said(connection: Connection, device_id: int, instants: Sequence[Instant]) -> list[Said]:
    """Return all that a device said of some instants; of one instant what counts comes first."""
    wanted = {"device": device_id, "instants": [moment(at) for at in instants]}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("proof")["said"], wanted).fetchall()
    for row in found:
        row["payload"] = unpack(row["payload"], row.pop("packed"))
    return [Said(**row) for row in found]


def edit_notes(connection: Connection, edit_ids: Sequence[int]) -> dict[int, EditNote]:
    """Return who entered some edits, by their numbers."""
    with connection.cursor(row_factory=class_row(EditNote)) as cursor:
        found = cursor.execute(statements("proof")["edits"], {"edits": list(edit_ids)})
        return {one.edit_id: one for one in found}


def is_waiting(connection: Connection, meter_id: int, start: Instant) -> bool:
    """Say whether something is known of an hour that its volume does not reflect yet."""
    wanted = {"meter": meter_id, "start": moment(start), "end": moment(start + HOUR)}
    row = connection.execute(statements("proof")["waiting"], wanted).fetchone()
    return bool(row and row[0])


def stored_hours(connection: Connection, meter_id: int, start: Instant, end: Instant) -> list[StoredHour]:
    """Return the hours of a meter that begin in a span, as they stand, in order of time."""
    wanted = {"meter": meter_id, "start": moment(start), "end": moment(end)}
    with connection.cursor(row_factory=class_row(StoredHour)) as cursor:
        return cursor.execute(statements("proof")["stored_hours"], wanted).fetchall()
