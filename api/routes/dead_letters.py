"""Dead letters: what was refused, why, and the payload as it came."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import NoParameters, Period, Time, Word
from api.platform import Here
from api.schemas.lists import Described, Listing, next_cursor
from ingest.replay import replay_refused
from telemetry.model import instant
from telemetry.store.dead_letters import (
    DeadLetterFilter,
    DeadLetterRow,
    last_dead_letter,
    list_dead_letters,
)

router = APIRouter(prefix="/dead-letters", tags=["ingest"])


class DeadLetter(Described):
    """One refused payload, or one refused element of it."""

    id: int = Field(examples=[12])
    received_at: datetime = Field(examples=["2026-07-01T02:00:03Z"])
    topic: str = Field(examples=["citygas/v1/north/D-0001/reading"])
    device: str | None = Field(examples=["D-0001"])
    decoder: str | None = Field(examples=["native"])
    reason: str = Field(examples=["missing_field"])
    detail: str = Field(examples=["index_m3 is missing"])
    element: int | None = Field(
        description="Its place in an array; null: the whole payload.", examples=[None]
    )
    payload_size: int = Field(examples=[48])
    payload_base64: str | None = Field(
        description="As it came; of one larger than 1 MiB the first 64 KiB.", examples=["eyJzZXEiOjF9"]
    )
    replayed_at: datetime | None = Field(examples=[None])


class DeadLetterPage(Period):
    """Which dead letters."""

    reason: Word | None = None
    device: Word | None = None


@router.get(
    "",
    summary="Refused payloads, newest first",
    responses=problems(400, 401, 403),
    dependencies=[scope("telemetry:read", "ingest:write")],
)
def get_dead_letters(platform: Here, page: Annotated[DeadLetterPage, Query()]) -> Listing[DeadLetter]:
    """List what was refused, newest first; `from` and `to` bound the time it was received."""
    bound = page.bound()
    wanted = DeadLetterFilter(page.reason, page.device, page.start, page.end)
    with platform.reading() as connection:
        position = platform.cursors.read(page.cursor, bound) if page.cursor else None
        last = int(position.snapshot[0]) if position else last_dead_letter(connection)
        before = int(position.after[0]) if position else None
        rows = list_dead_letters(connection, wanted, last=last, limit=page.limit + 1, before=before)
    return Listing(
        items=[_dead_letter(row) for row in rows[: page.limit]],
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
        router=platform.router,
    )
    return Replayed.model_validate(counts)


def _dead_letter(row: DeadLetterRow) -> DeadLetter:
    return DeadLetter(
        id=row.dead_letter_id,
        received_at=row.received_at,
        topic=row.topic,
        device=row.device,
        decoder=row.decoder,
        reason=row.reason,
        detail=row.detail,
        element=row.element,
        payload_size=row.payload_size,
        payload_base64=None if row.payload is None else b64encode(row.payload).decode(),
        replayed_at=row.replayed_at,
    )
