"""Edits stored: a log of what people decided about volumes, and which of it holds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from telemetry.model import GasQuality, Instant, moment
from telemetry.store.statements import statements
from telemetry.volumes.evidence import Edit, EditKind

_ALWAYS: Final = datetime(9999, 12, 31, tzinfo=UTC)


class EditRow(msgspec.Struct, frozen=True, kw_only=True):
    """An edit with its history; ``state`` is proposed, in_force or undone."""

    edit_id: int
    meter_id: int
    meter: str
    kind: str
    span_start: datetime
    span_end: datetime
    volume_um3: int | None
    base_volume_um3: int | None
    pressure_pa: float | None
    temperature_k: float | None
    gas: dict[str, Any] | None
    reason: str
    author: str
    created_at: datetime
    approval_needed: bool
    adjust_closed: bool
    approved_by: str | None
    approved_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    state: str

    @property
    def gas_quality(self) -> GasQuality | None:
        """Return the gas quality that it gives."""
        return _gas(self.gas)


class EditFilter(msgspec.Struct, frozen=True):
    """Which edits, by meter, state and where their span begins; nothing given means all."""

    meter: str | None = None
    state: str | None = None
    start: datetime | None = None
    end: datetime | None = None


class EditSnapshot(msgspec.Struct, frozen=True):
    """What a list of edits was first read from."""

    edit_id: int
    as_of: datetime


def insert_edit(
    connection: Connection,
    edit: Edit,
    *,
    reason: str,
    author: str,
    approval_needed: bool,
    adjust_closed: bool = False,
) -> int:
    """Add an edit and return its number; the one it came with does not count."""
    values = msgspec.structs.asdict(edit) | {
        "start": moment(edit.start),
        "end": moment(edit.end),
        "gas": Jsonb(msgspec.to_builtins(edit.gas)) if edit.gas else None,
        "reason": reason,
        "author": author,
        "approval_needed": approval_needed,
        "adjust_closed": adjust_closed,
    }
    row = connection.execute(statements("edits")["insert"], values).fetchone()
    if row is None:
        raise LookupError("edit: no number came back")
    return int(row[0])


def edits_in_force(
    connection: Connection, meter_ids: Sequence[int], start: Instant, end: Instant
) -> list[Edit]:
    """Return the edits that hold over something of [start, end), in order of meter and number."""
    wanted = {"meters": list(meter_ids), "start": moment(start), "end": moment(end)}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("edits")["in_force"], wanted).fetchall()
    return [Edit(**row | {"kind": EditKind(row["kind"]), "gas": _gas(row["gas"])}) for row in found]


def hold_edit(connection: Connection, edit_id: int) -> EditRow | None:
    """Return an edit that nobody else changes until the transaction ends."""
    connection.execute(statements("edits")["hold"], (edit_id,))
    return find_edit(connection, edit_id)


def find_edit(connection: Connection, edit_id: int) -> EditRow | None:
    """Return one edit as it stands."""
    rows = _rows(connection, EditFilter(), EditSnapshot(edit_id, _ALWAYS), 1, None, edit_id)
    return rows[0] if rows else None


def approve_edit(connection: Connection, edit_id: int, by: str) -> None:
    """Note who approved an edit."""
    connection.execute(statements("edits")["approve"], {"edit_id": edit_id, "by": by})


def undo_edit(connection: Connection, edit_id: int, by: str) -> None:
    """Note who undid an edit."""
    connection.execute(statements("edits")["undo"], {"edit_id": edit_id, "by": by})


def edit_snapshot(connection: Connection) -> EditSnapshot:
    """Return the present moment."""
    with connection.cursor(row_factory=class_row(EditSnapshot)) as cursor:
        row = cursor.execute(statements("edits")["snapshot"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def list_edits(
    connection: Connection,
    wanted: EditFilter,
    snapshot: EditSnapshot,
    limit: int,
    before: int | None = None,
) -> list[EditRow]:
    """Return edits as they stood at the snapshot, newest first."""
    return _rows(connection, wanted, snapshot, limit, before, None)


def _rows(
    connection: Connection,
    wanted: EditFilter,
    snapshot: EditSnapshot,
    limit: int,
    before: int | None,
    only: int | None,
) -> list[EditRow]:
    values = msgspec.structs.asdict(wanted) | {
        "last": snapshot.edit_id,
        "as_of": snapshot.as_of,
        "limit": limit,
        "before": before,
        "only": only,
    }
    with connection.cursor(row_factory=class_row(EditRow)) as cursor:
        return cursor.execute(statements("edits")["list"], values).fetchall()


def _gas(stored: dict[str, Any] | None) -> GasQuality | None:
    return None if stored is None else msgspec.convert(stored, GasQuality)
