"""The front page: stations against their limits, and the alarms that stand."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from psycopg import Connection

from alerts.people.acknowledge import acknowledge
from api.console.alarm_rows import STANDING, counts, described, shown_alarms
from api.console.evidence import figures
from api.console.languages import language_of, translator
from api.console.rendering import render
from api.console.sessions import CheckedForm, Logged
from api.console.station_rows import shown_streams
from api.parameters import Identifier, NoParameters, Parameters
from api.platform import Here
from api.problems import Problem
from api.stream import HEADERS, MEDIA_TYPE, alarm_stream
from telemetry.errors import NotFoundError
from telemetry.model import instant
from telemetry.store.alarm_lists import (
    AlarmFilter,
    find_alarm,
    last_event_id,
    list_events,
    standing_alarms,
)
from telemetry.store.console import city_time_zone
from telemetry.store.counters import ingest_counts

router = APIRouter(include_in_schema=False)
_EVENTS_SHOWN = 50
_COMMENT_LENGTH = 2000


def around(connection: Connection, request: Request) -> dict[str, Any]:
    """Return what the head of every page shows: the city's time, the data's age, the alarms that stand."""
    alarms = shown_alarms(connection, language_of(request), AlarmFilter(states=STANDING))
    return {
        "zone": ZoneInfo(city_time_zone(connection)),
        "now": datetime.now(UTC),
        "newest": ingest_counts(connection).updated_at,
        "alarms": sorted(alarms, key=lambda one: one.rank),
        "counts": counts(standing_alarms(connection)),
    }


@router.get("/")
def show_overview(
    request: Request, platform: Here, operator: Logged, _: Annotated[NoParameters, Query()]
) -> Response:
    """Show the front page."""
    with platform.reading() as connection:
        values = around(connection, request)
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
        values = around(connection, request)
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
        "events": events,
        "figures": list(figures(row.evidence, translator(language_of(request)))),
        "zone": zone,
        "now": datetime.now(UTC),
    }
    return render(request, "part_events.html", values, operator=operator)


@router.post("/console/alarms/{id}/acknowledge")
def acknowledge_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Take note of an alarm and give the list as it is then."""
    if not operator.may_operate:
        raise Problem(403, f"the key {operator.key.name} lacks the scope alarms:operate")
    comment = form.get("comment", "").replace("\x00", "").strip()[:_COMMENT_LENGTH] or None
    at = datetime.now(UTC)
    with platform.writing() as connection:
        acknowledge(connection, id, actor=operator.key.name, comment=comment, at=instant(at))
    with platform.reading() as connection:
        values = around(connection, request)
    return render(request, "part_alarms.html", values, operator=operator)
