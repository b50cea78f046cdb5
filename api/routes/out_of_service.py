"""What does not serve: none of its alarms rings until it is returned."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Identifier, NoParameters, Page
from api.platform import Here
from api.schemas.alarm_entries import OutOfService, Removal
from api.schemas.lists import Listing, next_cursor
from api.service_entries import let_serve, take_out
from telemetry.store import muting
from telemetry.store.keys import ApiKey

router = APIRouter(prefix="/out-of-service", tags=["alarms"])


@router.get(
    "",
    summary="What is or was out of service, newest first",
    responses=problems(400, 401, 403),
    dependencies=[scope("alarms:read", "alarms:operate")],
)
def get_out_of_service(platform: Here, page: Annotated[Page, Query()]) -> Listing[OutOfService]:
    """List what was taken out of service, by whom and why, and when it was returned."""
    bound = page.bound() | {"list": "out-of-service"}
    with platform.reading() as connection:
        before = None
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            before, last = int(position.after[0]), int(position.snapshot[0])
        else:
            last = muting.last_out_of_service(connection)
        rows = muting.list_out_of_service(connection, last=last, limit=page.limit + 1, before=before)
    return Listing(
        items=[_shown(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.out_of_service_id], [last])
        ),
    )


@router.post("", summary="Take something out of service", responses=problems(400, 401, 403, 409, 422))
def post_out_of_service(
    platform: Here,
    wanted: Removal,
    key: Annotated[ApiKey, scope("work:write")],
    _: Annotated[NoParameters, Query()],
) -> OutOfService:
    """Mute every alarm of a station, meter, device or zone and of what belongs to it; out already: 409.

    At `until` it serves again by itself; without it, when it is returned.
    """
    with platform.writing() as connection:
        return _shown(take_out(connection, platform.registry.registry(connection), wanted, key))


@router.post("/{id}/return", summary="Let it serve again", responses=problems(400, 401, 403, 409))
def post_return(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    key: Annotated[ApiKey, scope("work:write")],
    _: Annotated[NoParameters, Query()],
) -> OutOfService:
    """Let alarms ring again; those whose condition holds do so at once. Not out of service: 409."""
    with platform.writing() as connection:
        return _shown(let_serve(connection, id, key))


def _shown(row: muting.StoredOutOfService) -> OutOfService:
    return OutOfService.model_validate(
        {name: getattr(row, name) for name in row.__slots__}
        | {"target": {"kind": row.target_kind, "id": row.target_id}}
    )
