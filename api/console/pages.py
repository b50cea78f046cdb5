"""The pages behind the front page: a station, meters, the history of alarms."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from psycopg import Connection

from api.console.alarm_rows import shown_alarms
from api.console.charts import METER_SPANS, STATION_SPANS, meter_chart, station_chart
from api.console.languages import language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.console.station_rows import live_stations
from api.parameters import Name, NoParameters, Parameters, Word
from api.platform import Here
from api.schemas.meters import meter as described_meter
from telemetry.errors import NotFoundError
from telemetry.store.alarm_lists import AlarmFilter
from telemetry.store.console import latest_z_ratio
from telemetry.store.meters import MeterFilter, find_meter, list_meters, meter_snapshot
from telemetry.store.stations import find_station

router = APIRouter(include_in_schema=False)
_PAGE: Final = 60
_HISTORY: Final = timedelta(days=30)


class MeterSearch(Parameters):
    """Which meters are listed, and from where on."""

    search: Annotated[str, Query(max_length=200)] = ""
    after: Word | None = None


class Chart(Parameters):
    """Which span a chart shows."""

    span: Literal["1h", "24h", "7d", "30d"] = "24h"


@router.get("/meters")
def show_meters(
    request: Request, platform: Here, operator: Logged, asked: Annotated[MeterSearch, Query()]
) -> Response:
    """Show the list of meters."""
    with platform.reading() as connection:
        values = around(connection, request) | _listed(connection, asked) | {"meter": None}
    return render(request, "meters.html", values, operator=operator)


@router.get("/console/meters")
def search_meters(
    request: Request, platform: Here, operator: Logged, asked: Annotated[MeterSearch, Query()]
) -> Response:
    """Give the lines of the meter list."""
    with platform.reading() as connection:
        values = _listed(connection, asked) | {"meter": None}
    return render(request, "part_meters.html", values, operator=operator)


@router.get("/meters/{meter}")
def show_meter(
    request: Request, platform: Here, operator: Logged, meter: Name, asked: Annotated[MeterSearch, Query()]
) -> Response:
    """Show one meter beside the list."""
    with platform.reading() as connection:
        row = find_meter(connection, meter)
        if row is None:
            raise NotFoundError(f"there is no meter {meter}")
        z_ratio = latest_z_ratio(connection, meter)
        values = around(connection, request) | _listed(connection, asked)
    values |= {"meter": described_meter(row), "spans": METER_SPANS, "z_ratio": z_ratio}
    return render(request, "meters.html", values, operator=operator)


@router.get("/console/meters/{meter}/chart")
def chart_meter(
    platform: Here, _operator: Logged, meter: Name, asked: Annotated[Chart, Query()]
) -> JSONResponse:
    """Give the columns of a meter's chart."""
    with platform.reading() as connection:
        return JSONResponse(meter_chart(connection, meter, asked.span, datetime.now(UTC)))


@router.get("/stations/{station}")
def show_station(
    request: Request, platform: Here, operator: Logged, station: Name, _: Annotated[NoParameters, Query()]
) -> Response:
    """Show one station."""
    with platform.reading() as connection:
        found = live_stations(connection, platform.limits, only=station)
        if not found:
            raise NotFoundError(f"there is no station {station}")
        values = around(connection, request)
    own = [one for one in values["alarms"] if one.target_id == station]
    values |= {"station": found[0], "own_alarms": own, "spans": STATION_SPANS}
    return render(request, "station.html", values, operator=operator)


@router.get("/console/stations/{station}/chart")
def chart_station(
    platform: Here, _operator: Logged, station: Name, asked: Annotated[Chart, Query()]
) -> JSONResponse:
    """Give the columns of a station's chart, with its limits."""
    with platform.reading() as connection:
        row = find_station(connection, station)
        if row is None:
            raise NotFoundError(f"there is no station {station}")
        live = live_stations(connection, platform.limits, only=station)[0]
        return JSONResponse(station_chart(connection, row, live, asked.span, datetime.now(UTC)))


@router.get("/alarms")
def show_history(
    request: Request, platform: Here, operator: Logged, _: Annotated[NoParameters, Query()]
) -> Response:
    """Show the alarms of the last thirty days, newest first."""
    since = datetime.now(UTC) - _HISTORY
    with platform.reading() as connection:
        values = around(connection, request)
        values["past"] = shown_alarms(connection, language_of(request), AlarmFilter(start=since))
    return render(request, "history.html", values, operator=operator)


def _listed(connection: Connection, asked: MeterSearch) -> dict[str, Any]:
    """Return a page of the meter list."""
    wanted = MeterFilter(search=asked.search.strip() or None)
    rows = list_meters(connection, wanted, meter_snapshot(connection), _PAGE + 1, asked.after)
    return {"meters": rows[:_PAGE], "search": asked.search, "more": len(rows) > _PAGE}
