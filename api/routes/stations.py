"""Regulator stations: live against their limits, and their pressures over time."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Name, NoParameters, Page, Span, Word
from api.platform import Here
from api.schemas.affected import Affected, affected
from api.schemas.lists import Listing, next_cursor
from api.schemas.stations import Sample, Station, sample
from api.schemas.stations import station as described
from telemetry.errors import NotFoundError
from telemetry.model import Stream
from telemetry.store.affected import affected_sites, site_loads
from telemetry.store.readings import database_now
from telemetry.store.stations import (
    EVERY_STREAM,
    StationSnapshot,
    find_station,
    list_pressures,
    list_stations,
    station_snapshot,
    station_streams,
)

router = APIRouter(prefix="/stations", tags=["stations"], dependencies=[scope("telemetry:read")])


class StationPage(Page):
    """Which stations."""

    zone: Word | None = None


class PressureSpan(Span):
    """Which samples."""

    stream: Literal["A", "B"] | None = None


@router.get("", summary="Stations, live against their limits", responses=problems(400, 401, 403))
def get_stations(platform: Here, page: Annotated[StationPage, Query()]) -> Listing[Station]:
    """List stations by name, each stream with what it last said and the limits it is held against."""
    bound = page.bound()
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            station_id, as_of = position.snapshot
            snapshot = StationSnapshot(station_id, datetime.fromisoformat(as_of))
            after = str(position.after[0])
        else:
            snapshot, after = station_snapshot(connection), None
        rows = list_stations(connection, snapshot, page.limit + 1, zone=page.zone, after=after)
        shown = rows[: page.limit]
        streams = station_streams(connection, [row.station_id for row in shown], snapshot.as_of)
        limits = platform.limits.limits(connection)
    fixed = [snapshot.station_id, snapshot.as_of.isoformat()]
    return Listing(
        items=[
            described(row, streams[row.station_id], limits.get(row.station, {}), snapshot.as_of)
            for row in shown
        ],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.station], fixed)
        ),
    )


@router.get("/{station}", summary="One station, live", responses=problems(400, 401, 403, 404))
def get_station(platform: Here, station: Name, _: Annotated[NoParameters, Query()]) -> Station:
    """Give one station, each stream with what it last said and the limits it is held against."""
    with platform.reading() as connection:
        row = find_station(connection, station)
        if row is None:
            raise NotFoundError(f"there is no station {station}")
        now = database_now(connection)
        streams = station_streams(connection, [row.station_id], now)[row.station_id]
        limits = platform.limits.limits(connection)
    return described(row, streams, limits.get(station, {}), now)


@router.get("/{station}/pressures", summary="Pressures of a station", responses=problems(400, 401, 403, 404))
def get_pressures(platform: Here, station: Name, span: Annotated[PressureSpan, Query()]) -> Listing[Sample]:
    """List what the station said of its streams, in order of measured time.

    Without `from`, the day before `to`; without `to`, until now.
    """
    bound = span.bound() | {"station": station}
    with platform.reading() as connection:
        row = find_station(connection, station)
        if row is None:
            raise NotFoundError(f"there is no station {station}")
        if span.cursor:
            position = platform.cursors.read(span.cursor, bound)
            as_of, start, end = (datetime.fromisoformat(text) for text in position.snapshot)
            at, stream, content_hash = position.after
            after = (datetime.fromisoformat(at), int(stream), int(content_hash))
        else:
            as_of, after = database_now(connection), None
            start, end = span.settled(as_of)
        rows = list_pressures(
            connection,
            row.station_id,
            (start, end),
            as_of=as_of,
            limit=span.limit + 1,
            streams=(Stream[span.stream],) if span.stream else EVERY_STREAM,
            after=after,
        )
    fixed = [one.isoformat() for one in (as_of, start, end)]
    return Listing(
        items=[sample(one, one.measured_at, one.received_at) for one in rows[: span.limit]],
        next_cursor=next_cursor(
            platform.cursors,
            rows,
            span.limit,
            bound,
            lambda one: Position([one.key[0].isoformat(), *one.key[1:]], fixed),
        ),
    )


@router.get(
    "/{station}/affected", summary="Who loses gas when it trips", responses=problems(400, 401, 403, 404)
)
def get_affected(platform: Here, station: Name, _: Annotated[NoParameters, Query()]) -> Affected:
    """List the sites whose gas comes through the station, with who pays and what they took in a day."""
    with platform.reading() as connection:
        if find_station(connection, station) is None:
            raise NotFoundError(f"there is no station {station}")
        now = database_now(connection)
        rows = affected_sites(connection, station, now)
        loads = site_loads(connection, [row.site for row in rows], now)
    return affected(station, rows, loads, now)
