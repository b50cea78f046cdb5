"""Edits: entered, tried, approved by somebody else, undone."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from psycopg import Connection
from pydantic import Field

from api.authentication import permit, scope
from api.cursors import Position
from api.description import problems
from api.idempotency import Asked
from api.parameters import Identifier, NoParameters, Parameters, Period, Word
from api.platform import Here, Platform
from api.preconditions import TAGGED, Expected, tagged
from api.schemas.edits import Edit, EditState, NewEdit, Rehearsal, edit, rehearsal
from api.schemas.lists import Listing, next_cursor
from telemetry.errors import NotFoundError
from telemetry.model import instant
from telemetry.store.edits import (
    EditFilter,
    EditRow,
    EditSnapshot,
    edit_snapshot,
    find_edit,
    hold_edit,
    list_edits,
)
from telemetry.store.keys import ApiKey
from telemetry.work import edits

router = APIRouter(prefix="/edits", tags=["edits"])

_READERS = ("telemetry:read", "billing:read", "edits:write", "edits:approve")


class EditPage(Period):
    """Which edits; `from` and `to` bound where their span begins."""

    meter: Word | None = None
    state: EditState | None = None


class Judging(Parameters):
    """How an edit is approved or undone."""

    adjust_closed: Annotated[
        bool, Field(description="What this changes of closed periods becomes adjustments; `billing:close`.")
    ] = False


class Entering(Parameters):
    """How an edit is entered."""

    dry_run: Annotated[bool, Field(description="Only tell what it would change.")] = False


@router.post("", summary="Enter an edit, or try one", responses=problems(400, 401, 403, 422))
def post_edit(
    platform: Here,
    wanted: NewEdit,
    how: Annotated[Entering, Query()],
    key: Annotated[ApiKey, scope("edits:write")],
    asked: Asked,
) -> Edit | Rehearsal:
    """Exclude readings, set a volume, or substitute p, T or gas quality over whole hours of a meter.

    Raw data stays as it is. Where the platform asks for approval the edit is `proposed` until
    somebody else approves it, else `in_force`. With `dry_run` the hours that would change are
    answered, and nothing is kept. Over a closed period only with `adjust_closed`, by a key that also has
    `billing:close`.
    """
    _permit(key, adjust_closed=wanted.adjust_closed)
    if how.dry_run:
        return _rehearse(platform, wanted, key)

    def act() -> Edit:
        return edit(
            edits.create(
                connection,
                wanted.proposal(),
                author=key.name,
                approval_needed=platform.edits_need_approval,
                now=instant(datetime.now(UTC)),
                registry_of=platform.registry.registry,
            )
        )

    with platform.writing() as connection:
        return asked.answer(connection, wanted, Edit, act)


def _rehearse(platform: Platform, wanted: NewEdit, key: ApiKey) -> Rehearsal:
    with platform.writing() as connection:
        found = edits.rehearse(
            connection,
            wanted.proposal(),
            author=key.name,
            now=instant(datetime.now(UTC)),
            registry_of=platform.registry.registry,
        )
    return rehearsal(found)


@router.get(
    "",
    summary="Edits, newest first",
    responses=problems(400, 401, 403),
    dependencies=[scope(*_READERS)],
)
def get_edits(platform: Here, page: Annotated[EditPage, Query()]) -> Listing[Edit]:
    """List edits with who entered, approved and undid them, newest first."""
    bound = page.bound()
    wanted = EditFilter(page.meter, page.state, page.start, page.end)
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            last, as_of = position.snapshot
            snapshot = EditSnapshot(int(last), datetime.fromisoformat(as_of))
            before = int(position.after[0])
        else:
            snapshot, before = edit_snapshot(connection), None
        rows = list_edits(connection, wanted, snapshot, page.limit + 1, before)
    fixed = [snapshot.edit_id, snapshot.as_of.isoformat()]
    return Listing(
        items=[edit(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.edit_id], fixed)
        ),
    )


@router.get(
    "/{id}",
    summary="One edit",
    responses=problems(400, 401, 403, 404) | TAGGED,
    dependencies=[scope(*_READERS)],
)
def get_edit(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    response: Response,
    _: Annotated[NoParameters, Query()],
) -> Edit:
    """Give one edit as it stands."""
    with platform.reading() as connection:
        row = find_edit(connection, id)
    if row is None:
        raise NotFoundError(f"there is no edit {id}")
    return _answered(response, row)


@router.post(
    "/{id}/approve",
    summary="Approve somebody else's edit",
    responses=problems(400, 401, 403, 404, 409, 412, 422) | TAGGED,
)
def post_approval(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    key: Annotated[ApiKey, scope("edits:approve")],
    how: Annotated[Judging, Query()],
    expected: Expected,
    response: Response,
) -> Edit:
    """Let an edit hold; its author may not. Approved or undone already: 409."""
    _permit(key, adjust_closed=how.adjust_closed)
    with platform.writing() as connection:
        expected.check(lambda: _standing(connection, id))
        return _answered(
            response, edits.approve(connection, id, by=key.name, adjust_closed=how.adjust_closed)
        )


@router.post(
    "/{id}/undo", summary="Undo an edit", responses=problems(400, 401, 403, 404, 409, 412, 422) | TAGGED
)
def post_undoing(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    key: Annotated[ApiKey, scope("edits:write")],
    how: Annotated[Judging, Query()],
    expected: Expected,
    response: Response,
) -> Edit:
    """Take an edit back: every volume becomes what it is without it. Undone already: 409."""
    _permit(key, adjust_closed=how.adjust_closed)
    with platform.writing() as connection:
        expected.check(lambda: _standing(connection, id))
        row = edits.undo(connection, id, by=key.name, adjust_closed=how.adjust_closed)
    return _answered(response, row)


def _permit(key: ApiKey, *, adjust_closed: bool) -> None:
    """Let only who may close periods have a closed one adjusted."""
    if adjust_closed:
        permit(key, "billing:close")


def _standing(connection: Connection, edit_id: int) -> Edit | None:
    """Return an edit that nobody else changes until the transaction ends."""
    row = hold_edit(connection, edit_id)
    return None if row is None else edit(row)


def _answered(response: Response, row: EditRow) -> Edit:
    found = edit(row)
    tagged(response, found)
    return found
