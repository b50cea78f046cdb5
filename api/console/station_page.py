"""A station against its limits."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.console.charts import STATION_SPANS, Chart, station_chart
from api.console.overview import around
from api.console.refusals import Refusal
from api.console.rendering import render
from api.console.service_rows import service_around
from api.console.sessions import Logged, Operator
from api.console.station_rows import live_stations
from api.parameters import Name, NoParameters
from api.platform import Here, Platform
from telemetry.errors import NotFoundError
from telemetry.store.stations import find_station

router = APIRouter(include_in_schema=False)


@router.get("/stations/{station}")
def show_station(
    request: Request, platform: Here, operator: Logged, station: Name, _: Annotated[NoParameters, Query()]
) -> Response:
    """Show one station."""
    return station_page(request, platform, operator, station)


def station_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    station: str,
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    """Return a station's page; after a refusal with what was entered and what is wrong with it."""
    with platform.reading() as connection:
        found = live_stations(connection, platform.limits, only=station)
        if not found:
            raise NotFoundError(f"there is no station {station}")
        values = around(connection, request)
        registry = platform.registry.registry(connection)
        values["service"] = service_around(connection, registry, "station", station, values["now"])
    own = [one for one in values["alarms"] if one.target_id == station]
    values |= {"station": found[0], "own_alarms": own, "spans": STATION_SPANS}
    values |= {"errors": refusal.errors if refusal else {}, "given": form or {}}
    return render(
        request, "station.html", values, operator=operator, status=refusal.status if refusal else 200
    )


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
        return JSONResponse(station_chart(connection, row, live, asked.span, asked.end(datetime.now(UTC))))
