"""Raw readings of a meter."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Name, Span
from api.platform import Here
from api.schemas.lists import Listing, next_cursor
from api.schemas.readings import Reading, readings
from telemetry.errors import NotFoundError
from telemetry.store.meters import meter_exists
from telemetry.store.readings import database_now, list_readings

router = APIRouter(prefix="/meters", tags=["meters"], dependencies=[scope("telemetry:read")])


@router.get("/{meter}/readings", summary="Raw readings of a meter", responses=problems(400, 401, 403, 404))
def get_readings(platform: Here, meter: Name, span: Annotated[Span, Query()]) -> Listing[Reading]:
    """List what the devices said while they carried the meter, in order of measured time.

    Both of two statements of one instant are there, flagged `conflict`. Without `from`, the day
    before `to`; without `to`, until now.
    """
    bound = span.bound() | {"meter": meter}
    with platform.reading() as connection:
        if not meter_exists(connection, meter):
            raise NotFoundError(f"there is no meter {meter}")
        if span.cursor:
            position = platform.cursors.read(span.cursor, bound)
            as_of, start, end = (datetime.fromisoformat(text) for text in position.snapshot)
            at, device_id, content_hash = position.after
            after = (datetime.fromisoformat(at), int(device_id), int(content_hash))
        else:
            as_of, after = database_now(connection), None
            start, end = span.settled(as_of)
        rows = list_readings(connection, meter, (start, end), as_of=as_of, limit=span.limit + 1, after=after)
    fixed = [one.isoformat() for one in (as_of, start, end)]
    return Listing(
        items=readings(rows, after and after[:2])[: span.limit],
        next_cursor=next_cursor(
            platform.cursors,
            rows,
            span.limit,
            bound,
            lambda row: Position([row.key[0].isoformat(), *row.key[1:]], fixed),
        ),
    )
