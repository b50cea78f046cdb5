"""Dead letters: what was refused, why, and the payload as it came."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Identifier, NoParameters, Period, Time, Word
from api.platform import Here
from api.schemas.dead_letters import DeadLetter, NewMend, WholeLetter, dead_letter, whole_letter
from api.schemas.lists import Described, Listing, next_cursor
from ingest.mending import mend
from ingest.replay import replay_refused
from telemetry.model import instant
from telemetry.store.dead_letters import (
    DeadLetterFilter,
    find_dead_letter,
    last_dead_letter,
    list_dead_letters,
)
from telemetry.store.keys import ApiKey

router = APIRouter(prefix="/dead-letters", tags=["ingest"])


class DeadLetterPage(Period):
    """Which dead letters."""

    reason: Word | None = None
    device: Word | None = None
    open: Annotated[bool, Field(description="Only what is not stored yet.")] = False


@router.get(
    "",
    summary="Refused payloads, newest first",
    responses=problems(400, 401, 403),
    dependencies=[scope("telemetry:read", "ingest:write")],
)
def get_dead_letters(platform: Here, page: Annotated[DeadLetterPage, Query()]) -> Listing[DeadLetter]:
    """List what was refused, newest first; `from` and `to` bound the time it was received."""
    bound = page.bound()
    wanted = DeadLetterFilter(page.reason, page.device, page.start, page.end, page.open)
    with platform.reading() as connection:
        position = platform.cursors.read(page.cursor, bound) if page.cursor else None
        last = int(position.snapshot[0]) if position else last_dead_letter(connection)
        before = int(position.after[0]) if position else None
        rows = list_dead_letters(connection, wanted, last=last, limit=page.limit + 1, before=before)
    return Listing(
        items=[dead_letter(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.dead_letter_id], [last])
        ),
    )


class Replay(BaseModel):
    """Which refused payloads are decoded again; nothing given means all that nobody mended."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"device": "D-0001"}]})

    reason: Annotated[Word | None, Field()] = None
    device: Annotated[Word | None, Field()] = None
    since: Annotated[Time | None, Field(description="Received from then on.")] = None
    id: Annotated[int | None, Field(ge=1, le=2**63 - 1, description="This one alone.")] = None


class Replayed(Described):
    """What became of the elements that were decoded again."""

    received: int = Field(examples=[3])
    committed: int = Field(examples=[2])
    duplicate: int = Field(examples=[0])
    refused: int = Field(description="Again, and newly so.", examples=[1])


@router.post(
    "/replay",
    summary="Decode refused payloads again",
    responses=problems(400, 401, 403, 422),
    dependencies=[scope("ingest:write")],
)
def post_replay(platform: Here, wanted: Replay, _: Annotated[NoParameters, Query()]) -> Replayed:
    """Decode what was refused again, after a decoder was mended or a device registered."""
    counts = replay_refused(
        platform.dsn,
        instant(wanted.since) if wanted.since else 0,
        reason=wanted.reason,
        devices=[wanted.device] if wanted.device else None,
        letters=[wanted.id] if wanted.id else None,
        router=platform.router,
    )
    return Replayed.model_validate(counts)


@router.get(
    "/{id}",
    summary="One refused payload",
    responses=problems(400, 401, 403, 404),
    dependencies=[scope("telemetry:read", "ingest:write")],
)
def get_dead_letter(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    _: Annotated[NoParameters, Query()],
) -> WholeLetter:
    """Give one refused payload, why it was refused, and how it was mended."""
    with platform.reading() as connection:
        return whole_letter(find_dead_letter(connection, id))


@router.post(
    "/{id}/mend", summary="Correct a refused payload", responses=problems(400, 401, 403, 404, 409, 422)
)
def post_mend(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: NewMend,
    key: Annotated[ApiKey, scope("ingest:write")],
    _: Annotated[NoParameters, Query()],
) -> Replayed:
    """Store a corrected payload as if it had come when the refused one came; that one is kept as it was.

    A payload that is refused too is a 422, and nothing is stored; one that is stored already is a 409.
    """
    counts = mend(
        platform.dsn,
        id,
        said.content,
        by=key.name,
        reason=said.reason,
        topic=said.topic,
        router=platform.router,
    )
    return Replayed.model_validate(counts)
