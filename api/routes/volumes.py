"""Corrected volumes: of one meter page by page, in bulk as one stream."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from psycopg import Connection
from pydantic import Field

from api import volume_parquet
from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.export import Export
from api.negotiation import chosen
from api.parameters import Bounded, Name, Span, Time, Word
from api.platform import Here, Platform
from api.problems import Problem
from api.schemas.lists import Listing, next_cursor
from api.schemas.volumes import Volume
from api.volume_csv import COLUMNS, written
from api.volume_pages import Wanted, page
from telemetry.billing.gas_day import Granularity
from telemetry.errors import NotFoundError
from telemetry.registry import Registry
from telemetry.store.readings import database_now
from telemetry.store.volume_changes import settled_now
from telemetry.store.volumes import Volume as StoredVolume

router = APIRouter(dependencies=[scope("telemetry:read", "billing:read")])

_JSON: Final = "application/json"
_CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"
_ENCODER: Final = msgspec.json.Encoder()
_DEFAULT_SPAN: Final = {
    Granularity.HOUR: timedelta(days=1),
    Granularity.DAY: timedelta(days=31),
    Granularity.TEN_DAY: timedelta(days=92),
    Granularity.MONTH: timedelta(days=366),
}
_EXAMPLE: Final = (
    ",".join(COLUMNS) + "\r\nM-0001,A-0001,2026-07-01T00:00:00Z,2026-07-01T01:00:00Z,41.02,123.391,"
    "123.4,,301.3,16.2,3.0081,1.0044,1,measured,ptz,aga8_detail,1,2026-07-01T01:00:04.000000Z\r\n"
)


class MeterVolumes(Span):
    """Which volumes of a meter; without ``from`` a day, or the last few of the longer intervals."""

    granularity: Granularity = Granularity.HOUR
    as_of: Annotated[Time | None, Field(description="As they stood then; without it, as they stand.")] = None

    def settled(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the span with what was left out filled in."""
        end = self.end or max(now, self.start or now)
        return self.start or end - _DEFAULT_SPAN[self.granularity], end


class BulkVolumes(Bounded):
    """Which volumes of all meters; a bill must name its span."""

    start: Annotated[Time, Field(alias="from", examples=["2026-07-01T00:00:00Z"])]
    end: Annotated[Time, Field(alias="to", examples=["2026-08-01T00:00:00Z"])]
    limit: Annotated[
        int | None, Field(ge=1, le=10_000, description="Items a page; without it, all in one stream.")
    ] = None
    granularity: Granularity = Granularity.HOUR
    account: Word | None = None
    zone: Annotated[Word | None, Field(description="With the zones inside it.")] = None
    meter: Word | None = None
    as_of: Annotated[Time | None, Field(description="As they stood then; without it, as they stand.")] = None
    bom: Annotated[bool, Field(description="CSV for spreadsheets: begins with a byte order mark.")] = False


@router.get(
    "/meters/{meter}/volumes",
    summary="Volumes of a meter",
    tags=["meters"],
    response_model=Listing[Volume],
    responses=problems(400, 401, 403, 404),
)
def get_meter_volumes(platform: Here, meter: Name, asked: Annotated[MeterVolumes, Query()]) -> Response:
    """List a meter's volumes of the intervals that start in the span, in order of time."""
    bound = asked.bound() | {"meter": meter}
    now = _settled_now(platform, asked)
    with platform.reading() as connection:
        registry = platform.registry.registry(connection)
        if meter not in registry.meter_ids:
            raise NotFoundError(f"there is no meter {meter}")
        position = platform.cursors.read(asked.cursor, bound) if asked.cursor else None
        as_of, start, end = (
            (datetime.fromisoformat(text) for text in position.snapshot)
            if position
            else (min(asked.as_of or now, now), *asked.settled(now))
        )
        wanted = Wanted(registry, [meter], start, end, asked.granularity, as_of=as_of)
        return _page(platform, connection, wanted, asked.limit, position, bound)


@router.get(
    "/volumes",
    summary="Volumes of all meters",
    tags=["volumes"],
    response_model=Listing[Volume],
    responses={
        200: {
            "content": {
                _CSV: {"schema": {"type": "string"}, "example": _EXAMPLE},
                PARQUET: {"schema": {"type": "string", "format": "binary"}},
            }
        },
        **problems(400, 401, 403, 406, 503),
    },
)
def get_volumes(
    platform: Here, asked: Annotated[BulkVolumes, Query()], accept: Annotated[str, Header()] = _JSON
) -> Response:
    """Give the volumes of the intervals that start in the span, in order of meter and time.

    As CSV (`Accept: text/csv`), Parquet (`application/vnd.apache.parquet`), or as JSON without `limit`,
    all of them come as one stream of one snapshot; JSON with `limit`, page by page. A name that nothing
    has is an error, not an empty bill. `/volumes/manifest` tells what a file must sum and hash to.
    """
    media = chosen(accept, (_JSON, _CSV, PARQUET))
    if media != _JSON and (asked.limit or asked.cursor):
        raise Problem(400, "a file is not cut into pages", field="limit" if asked.limit else "cursor")
    if media != _CSV and asked.bom:
        raise Problem(400, "only a CSV file begins with a byte order mark", field="bom")
    if asked.limit or asked.cursor:
        return _bulk_page(platform, asked)
    as_of = min(asked.as_of, _settled_now(platform, asked)) if asked.as_of else None

    def pieces(connection: Connection) -> Iterator[bytes]:
        wanted = wanted_of(platform.registry.registry(connection), asked, as_of)
        return (
            _json(connection, wanted) if media == _JSON else content(connection, wanted, media, bom=asked.bom)
        )

    return _stream(platform, pieces, media)


def content(connection: Connection, wanted: Wanted, media: str, *, bom: bool = False) -> Iterator[bytes]:
    """Yield a file of volumes in pieces."""
    if media == PARQUET:
        return volume_parquet.written(connection, wanted)
    return written(connection, wanted, bom=bom)


def _stream(
    platform: Platform, pieces: Callable[[Connection], Iterator[bytes]], media: str
) -> StreamingResponse:
    name = {_CSV: "volumes.csv", PARQUET: "volumes.parquet"}.get(media)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else None
    described = f"{_CSV}; charset=utf-8; header=present" if media == _CSV else media
    return StreamingResponse(iter(Export(platform, pieces)), media_type=described, headers=headers)


def _bulk_page(platform: Platform, asked: BulkVolumes) -> Response:
    bound = asked.bound()
    now = _settled_now(platform, asked)
    with platform.reading() as connection:
        position = platform.cursors.read(asked.cursor, bound) if asked.cursor else None
        as_of = datetime.fromisoformat(position.snapshot[0]) if position else min(asked.as_of or now, now)
        wanted = wanted_of(platform.registry.registry(connection), asked, as_of)
        return _page(platform, connection, wanted, asked.limit or 1000, position, bound)


def _settled_now(platform: Platform, asked: Bounded) -> datetime:
    """Return as of when a list that begins now can be given again; one that goes on has its moment."""
    with platform.writing() as connection:
        return database_now(connection) if asked.cursor else settled_now(connection)


def _page(
    platform: Platform,
    connection: Connection,
    wanted: Wanted,
    limit: int,
    position: Position | None,
    bound: dict[str, Any],
) -> Response:
    after = (position.after[0], datetime.fromisoformat(position.after[1])) if position else None
    rows = page(connection, wanted, limit + 1, after)
    fixed = [one.isoformat() for one in (wanted.as_of or wanted.start, wanted.start, wanted.end)]
    cursor = next_cursor(platform.cursors, rows, limit, bound, lambda row: Position(_place(row), fixed))
    return Response(_ENCODER.encode({"items": rows[:limit], "next_cursor": cursor}), media_type=_JSON)


def _place(row: StoredVolume) -> list[str]:
    return [row.meter, row.interval_start.isoformat()]


def _json(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    """Yield one list that is never whole in memory."""
    yield b'{"items":['
    before = b""
    for portion in wanted.everything():
        lines = [_ENCODER.encode(one) for one in wanted.read(connection, portion)]
        if lines:
            yield before + b",".join(lines)
            before = b","
    yield b'],"next_cursor":null}'


def wanted_of(registry: Registry, asked: BulkVolumes, as_of: datetime | None) -> Wanted:
    """Return which meters a request is about, in the order of their registration."""
    for field, known in (
        ("account", registry.accounts),
        ("zone", registry.zones),
        ("meter", registry.meter_ids),
    ):
        name = getattr(asked, field)
        if name is not None and name not in known:
            raise Problem(400, f"there is no {field} {name}", field=field)
    meters = sorted(registry.meter_ids, key=lambda meter: registry.meter_ids[meter])
    chosen_meters = [
        meter
        for meter in meters
        if asked.meter in (None, meter) and (asked.zone is None or _is_in(registry, meter, asked.zone))
    ]
    return Wanted(registry, chosen_meters, asked.start, asked.end, asked.granularity, asked.account, as_of)


def _is_in(registry: Registry, meter: str, zone: str) -> bool:
    """Tell whether a meter is, or was last, at a site of a zone or of one inside it."""
    placed = registry.installations_of_meter(meter)
    return bool(placed) and zone in registry.zone_chain(registry.sites[placed[-1].site].zone)
