"""Where the volume of an hour comes from, as the command ``explain`` says it."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter, ValidationError

from api.authentication import permit
from api.console.entries import Filter, zoned
from api.console.languages import language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.explanation.page import page
from api.parameters import Name, Time
from api.platform import Here
from api.problems import Problem
from telemetry.work.explain import explain

router = APIRouter(include_in_schema=False)
_HOUR: Final = timedelta(hours=1)
_TIME: Final[TypeAdapter[datetime]] = TypeAdapter(Time)


class Hour(Filter):
    """Which hour, by the city's clock."""

    at: Annotated[str, Query(min_length=1, max_length=40)]


@router.get("/meters/{meter}/explain")
def show_explanation(
    request: Request, platform: Here, operator: Logged, meter: Name, asked: Annotated[Hour, Query()]
) -> Response:
    """Show an hour of a meter laid open, to who may read volumes."""
    permit(operator.key, "billing:read")
    with platform.reading() as connection:
        values = around(connection, request)
    at = _instant(asked.at, values["zone"])
    with platform.writing() as connection:
        found = explain(connection, meter, at)
    values |= {
        "found": found,
        "text": page(found, language_of(request)),
        "meter": meter,
        "before": found.interval_start - _HOUR,
    }
    return render(request, "explanation.html", values, operator=operator)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        return _TIME.validate_python(zoned(text, zone))
    except ValidationError as error:
        raise Problem(400, "not a time", field="at") from error
