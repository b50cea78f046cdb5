"""Meters: the registry with the latest state."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Name, NoParameters, Page, Word
from api.platform import Here
from api.schemas.lists import Listing, next_cursor
from api.schemas.meters import Meter, meter
from telemetry.errors import NotFoundError
from telemetry.store.meters import MeterFilter, MeterSnapshot, find_meter, list_meters, meter_snapshot

router = APIRouter(prefix="/meters", tags=["meters"], dependencies=[scope("telemetry:read", "registry:read")])


class MeterPage(Page):
    """Which meters."""

    account: Word | None = None
    zone: Word | None = None
    search: Word | None = None


@router.get("", summary="Meters with their latest state", responses=problems(400, 401, 403))
def get_meters(platform: Here, page: Annotated[MeterPage, Query()]) -> Listing[Meter]:
    """List meters by name. `search` looks in meter, device, site and account names and identifiers."""
    bound = page.bound()
    wanted = MeterFilter(page.account, page.zone, page.search)
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            meter_id, as_of = position.snapshot
            snapshot = MeterSnapshot(meter_id, datetime.fromisoformat(as_of))
            after = str(position.after[0])
        else:
            snapshot, after = meter_snapshot(connection), None
        rows = list_meters(connection, wanted, snapshot, page.limit + 1, after)
    fixed = [snapshot.meter_id, snapshot.as_of.isoformat()]
    return Listing(
        items=[meter(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.meter], fixed)
        ),
    )


@router.get("/{meter}", summary="One meter", responses=problems(400, 401, 403, 404))
def get_meter(platform: Here, meter: Name, _: Annotated[NoParameters, Query()]) -> Meter:
    """Give what the registry knows of a meter, and what it last said."""
    with platform.reading() as connection:
        row = find_meter(connection, meter)
    if row is None:
        raise NotFoundError(f"there is no meter {meter}")
    return described(row)


described = meter  # a path parameter has the name that the contract gives it
