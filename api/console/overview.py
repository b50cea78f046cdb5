"""The front page: stations against their limits, and the alarms that stand."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from psycopg import Connection

from api.console.alarm_events import shown_events
from api.console.alarm_rows import PRIORITIES, STANDING, described, shown_alarms
from api.console.evidence import figures
from api.console.findings import findings
from api.console.holding import Holding
from api.console.languages import language_of, translator
from api.console.rendering import render
from api.console.sessions import Logged
from api.console.station_rows import shown_streams
from api.parameters import Identifier, NoParameters, Parameters
from api.platform import Here, Platform
from api.stream import HEADERS, MEDIA_TYPE, alarm_stream
from telemetry.errors import NotFoundError
from telemetry.store.alarm_lists import (
    AlarmFilter,
    find_alarm,
    last_event_id,
    list_events,
)
from telemetry.store.console import alarm_counts, city_time_zone
from telemetry.store.counters import ingest_counts

router = APIRouter(include_in_schema=False)
_EVENTS_SHOWN = 50


def around(connection: Connection, request: Request) -> dict[str, Any]:
    """Return what the head of every page shows: the city's time, the data's age, the alarms that stand."""
    alarms = shown_alarms(connection, language_of(request), AlarmFilter(states=STANDING))
    found = alarm_counts(connection)
    return {
        "zone": ZoneInfo(city_time_zone(connection)),
        "now": datetime.now(UTC),
        "newest": ingest_counts(connection).updated_at,
        "alarms": sorted(alarms, key=lambda one: one.rank),
        "counts": {priority: found.get(priority, (0, 0)) for priority in PRIORITIES},
    }


def alarm_list(connection: Connection, request: Request, platform: Platform) -> dict[str, Any]:
    """Return the head and the alarms that stand, with what their forms offer."""
    values = around(connection, request)
    holding = Holding(values["now"], values["zone"], platform.shifts, platform.shelve_longest)
    return values | {"holding": holding}


@router.get("/")
def show_overview(
    request: Request, platform: Here, operator: Logged, _: Annotated[NoParameters, Query()]
) -> Response:
    """Show the front page."""
    with platform.reading() as connection:
        values = alarm_list(connection, request, platform)
        values["streams"] = shown_streams(connection, platform.limits, values["alarms"])
    return render(request, "overview.html", values, operator=operator)


class PartParameters(Parameters):
    """Which parts of the front page."""


@router.get("/console/status")
def show_status(
    request: Request, platform: Here, operator: Logged, _: Annotated[PartParameters, Query()]
) -> Response:
    """Give the head's counts and data age."""
    with platform.reading() as connection:
        values = around(connection, request)
    return render(request, "part_status.html", values, operator=operator)


@router.get("/console/stations")
def show_stations(
    request: Request, platform: Here, operator: Logged, _: Annotated[PartParameters, Query()]
) -> Response:
    """Give the lines of the station list."""
    with platform.reading() as connection:
        values = around(connection, request)
        values["streams"] = shown_streams(connection, platform.limits, values["alarms"])
    return render(request, "part_stations.html", values, operator=operator)


@router.get("/console/alarms")
def show_alarms(
    request: Request, platform: Here, operator: Logged, _: Annotated[PartParameters, Query()]
) -> Response:
    """Give the lines of the alarm list."""
    with platform.reading() as connection:
        values = alarm_list(connection, request, platform)
    return render(request, "part_alarms.html", values, operator=operator)


@router.get("/console/alarms/stream")
async def stream_alarms(request: Request, platform: Here, _operator: Logged) -> StreamingResponse:
    """Tell the page that something happened to an alarm."""
    given = request.headers.get("last-event-id", "")
    after = int(given) if given.isdecimal() else None
    return StreamingResponse(alarm_stream(platform, after), media_type=MEDIA_TYPE, headers=HEADERS)


@router.get("/console/alarms/{id}/events")
def show_events(request: Request, platform: Here, operator: Logged, id: Identifier) -> Response:  # noqa: A002 -- its name in the path
    """Give what happened to one alarm."""
    with platform.reading() as connection:
        row = find_alarm(connection, id)
        if row is None:
            raise NotFoundError(f"there is no alarm {id}")
        events = list_events(connection, id, last=last_event_id(connection), limit=_EVENTS_SHOWN)
        zone = ZoneInfo(city_time_zone(connection))
        (alarm,) = described(connection, language_of(request), [row])
    values = {
        "alarm": alarm,
        "events": shown_events(events, language_of(request)),
        "figures": list(figures(row.evidence, translator(language_of(request)))),
        "findings": findings(row.evidence, translator(language_of(request))),
        "zone": zone,
        "now": datetime.now(UTC),
    }
    return render(request, "part_events.html", values, operator=operator)
