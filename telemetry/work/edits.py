"""Edits: proposed, approved by somebody else, undone; each change has derive work their hours out again."""

from collections.abc import Callable
from typing import Final

from psycopg import Connection, Rollback

from telemetry.errors import ConflictError, NotFoundError, OwnEntryError
from telemetry.model import Instant, instant
from telemetry.registry import Registry
from telemetry.store import derive_queue, edits
from telemetry.store.edits import EditRow
from telemetry.store.registry_tables import load_registry
from telemetry.store.settlements import hold_still
from telemetry.store.volume_writing import Delta
from telemetry.volumes.evidence import Edit
from telemetry.work.closed_periods import refuse_closed
from telemetry.work.derive import deltas
from telemetry.work.edit_checks import Proposal, checked

CAUSE: Final = "edit"
IN_FORCE: Final = "in_force"
UNDONE: Final = "undone"


def create(
    connection: Connection,
    proposal: Proposal,
    *,
    author: str,
    approval_needed: bool,
    now: Instant,
    registry_of: Callable[[Connection], Registry] = load_registry,
) -> EditRow:
    """Enter an edit; it holds at once unless somebody else must approve it.

    Raises
    ------
    EntryError
        Naming the first field that is wrong; nothing is entered then.
    """
    with connection.transaction():
        edit = _checked(connection, proposal, now, registry_of)
        edit_id = edits.insert_edit(
            connection,
            edit,
            reason=proposal.reason,
            author=author,
            approval_needed=approval_needed,
            adjust_closed=proposal.adjust_closed,
        )
        row = _standing(connection, edit_id)
        if row.state == IN_FORCE:
            _mark(connection, row)
        return row


def rehearse(
    connection: Connection,
    proposal: Proposal,
    *,
    author: str,
    now: Instant,
    registry_of: Callable[[Connection], Registry] = load_registry,
) -> list[Delta]:
    """Return what an edit would change were it in force, and change nothing.

    Raises
    ------
    EntryError
        Naming the first field that is wrong.
    """
    found: list[Delta] = []
    with connection.transaction() as rehearsal:
        edit = _checked(connection, proposal, now, registry_of)
        edits.insert_edit(connection, edit, reason=proposal.reason, author=author, approval_needed=False)
        found = list(deltas(connection, [proposal.meter], edit.start, edit.end))
        raise Rollback(rehearsal)
    return found


def approve(connection: Connection, edit_id: int, *, by: str, adjust_closed: bool = False) -> EditRow:
    """Approve an edit; from then on it holds.

    Raises
    ------
    NotFoundError
        If there is no such edit.
    ConflictError
        If it is approved or undone already.
    OwnEntryError
        If its author asks.
    """
    with connection.transaction():
        row = _held(connection, edit_id)
        if row.author == by:
            raise OwnEntryError("approved_by", f"{by} entered the edit; somebody else must approve it")
        if row.state == UNDONE or row.approved_by:
            before = "undone" if row.state == UNDONE else "approved"
            raise ConflictError(f"edit {edit_id} is {before} already")
        if row.state != IN_FORCE and not (row.adjust_closed or adjust_closed):
            _refuse_closed(connection, row)
        edits.approve_edit(connection, edit_id, by)
        if row.state != IN_FORCE:
            _mark(connection, row)
        return _standing(connection, edit_id)


def undo(connection: Connection, edit_id: int, *, by: str, adjust_closed: bool = False) -> EditRow:
    """Undo an edit: every volume becomes what it is without it, since derive knows nothing else.

    Raises
    ------
    NotFoundError
        If there is no such edit.
    ConflictError
        If it is undone already.
    """
    with connection.transaction():
        row = _held(connection, edit_id)
        if row.state == UNDONE:
            raise ConflictError(f"edit {edit_id} is undone already")
        if row.state == IN_FORCE and not adjust_closed:
            _refuse_closed(connection, row)
        edits.undo_edit(connection, edit_id, by)
        if row.state == IN_FORCE:
            _mark(connection, row)
        return _standing(connection, edit_id)


def _checked(
    connection: Connection, proposal: Proposal, now: Instant, registry_of: Callable[[Connection], Registry]
) -> Edit:
    """Return an edit that makes sense, over nothing that is closed unless it says so."""
    hold_still(connection)
    registry = registry_of(connection)
    edit = checked(registry, proposal, now)
    if not proposal.adjust_closed:
        refuse_closed(connection, registry, proposal.meter, edit.start, edit.end)
    return edit


def _refuse_closed(connection: Connection, row: EditRow) -> None:
    """Refuse to change now what an edit entered before is over."""
    start, end = instant(row.span_start), instant(row.span_end)
    refuse_closed(connection, load_registry(connection), row.meter, start, end)


def _held(connection: Connection, edit_id: int) -> EditRow:
    hold_still(connection)
    row = edits.hold_edit(connection, edit_id)
    if row is None:
        raise NotFoundError(f"there is no edit {edit_id}")
    return row


def _standing(connection: Connection, edit_id: int) -> EditRow:
    row = edits.find_edit(connection, edit_id)
    if row is None:
        raise LookupError(f"edit {edit_id} is gone")
    return row


def _mark(connection: Connection, row: EditRow) -> None:
    """Have derive work out the hours of an edit again."""
    derive_queue.mark(connection, [row.meter_id], (instant(row.span_start), instant(row.span_end)), CAUSE)
