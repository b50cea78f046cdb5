"""Alarms: lists, one, its history, and the live stream."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Identifier, NoParameters, Page, Period, Word
from api.platform import Here
from api.schemas.alarms import Alarm, AlarmHappening, Priority, State, alarm
from api.schemas.lists import Listing, next_cursor
from api.stream import HEADERS, MEDIA_TYPE, alarm_stream
from telemetry.errors import NotFoundError
from telemetry.store.alarm_lists import (
    AlarmFilter,
    AlarmRow,
    AlarmSnapshot,
    alarm_snapshot,
    find_alarm,
    last_event_id,
    list_alarms,
    list_events,
)

router = APIRouter(prefix="/alarms", tags=["alarms"], dependencies=[scope("alarms:read", "alarms:operate")])

_EXAMPLE_EVENT = 'id: 90\nevent: alarm\ndata: {"id":17,"rule":"outlet_pressure_high","state":"active"}\n\n'


class AlarmPage(Period):
    """Which alarms; `state` and `priority` may be given several times."""

    state: Annotated[list[State], Field(default_factory=list)]
    priority: Annotated[list[Priority], Field(default_factory=list)]
    rule: Word | None = None
    muted: Annotated[bool | None, Query(description="Only those that are muted, or are not.")] = None
    target: Annotated[Word | None, Query(description="An identifier, or `kind:identifier`.")] = None


@router.get("", summary="Alarms, newest first", responses=problems(400, 401, 403))
def get_alarms(platform: Here, page: Annotated[AlarmPage, Query()]) -> Listing[Alarm]:
    """List alarms by the time they were raised, newest first; `from` and `to` bound that time."""
    bound = page.bound()
    wanted = AlarmFilter(page.state, page.priority, page.rule, page.target, page.start, page.end, page.muted)
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            event_id, as_of = position.snapshot
            snapshot = AlarmSnapshot(event_id, datetime.fromisoformat(as_of))
            after = (datetime.fromisoformat(position.after[0]), int(position.after[1]))
        else:
            snapshot, after = alarm_snapshot(connection), None
        rows = list_alarms(connection, wanted, snapshot, page.limit + 1, after)
    fixed = [snapshot.event_id, snapshot.as_of.isoformat()]
    return Listing(
        items=[alarm(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position(_place(row), fixed)
        ),
    )


def _place(row: AlarmRow) -> list[str | int]:
    """Return where an alarm stands in the list."""
    return [row.raised_at.isoformat() if row.raised_at else "", row.alarm_id]


@router.get(
    "/stream",
    summary="Alarms as they happen",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events, each `event: alarm` with `id` and the alarm as `data`.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE_EVENT}},
        },
        **problems(400, 401, 403),
    },
)
async def get_alarm_stream(
    platform: Here,
    _: Annotated[NoParameters, Query()],
    last_event_id: Annotated[int | None, Header(ge=0, le=2**63 - 1, examples=[90])] = None,
) -> StreamingResponse:
    """Tell what happens to alarms from now on, or after `Last-Event-ID`."""
    return StreamingResponse(alarm_stream(platform, last_event_id), media_type=MEDIA_TYPE, headers=HEADERS)


@router.get("/{id}", summary="One alarm", responses=problems(400, 401, 403, 404))
def get_alarm(platform: Here, id: Identifier, _: Annotated[NoParameters, Query()]) -> Alarm:  # noqa: A002 -- its name in the path
    """Give one alarm as it stands."""
    with platform.reading() as connection:
        row = find_alarm(connection, id)
    if row is None:
        raise NotFoundError(f"there is no alarm {id}")
    return alarm(row)


@router.get("/{id}/events", summary="What happened to an alarm", responses=problems(400, 401, 403, 404))
def get_alarm_events(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    page: Annotated[Page, Query()],
) -> Listing[AlarmHappening]:
    """List what happened to one alarm, in order."""
    bound = page.bound() | {"alarm": id}
    with platform.reading() as connection:
        if find_alarm(connection, id) is None:
            raise NotFoundError(f"there is no alarm {id}")
        after = 0
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            after, last = int(position.after[0]), int(position.snapshot[0])
        else:
            last = last_event_id(connection)
        rows = list_events(connection, id, last=last, limit=page.limit + 1, after=after)
    return Listing(
        items=[AlarmHappening.model_validate(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.event_id], [last])
        ),
    )
