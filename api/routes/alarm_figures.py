"""Figures of the alarm system, and the handover from one shift to the next."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Response
from psycopg import Connection
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from alerts.reports.flood import FloodLimits
from alerts.reports.kpi import Span, performance
from alerts.reports.shift_report import shift_report
from alerts.reports.shift_text import shift_text
from api.authentication import scope
from api.description import problems
from api.negotiation import chosen
from api.parameters import Parameters, Time
from api.platform import Here
from api.schemas.alarm_figures import Kpi, Shift, kpi, shift
from telemetry.store.alarm_figures import alarm_spans, jobs_between, out_of_service_at, rings, shelved_at

router = APIRouter(tags=["alarms"], dependencies=[scope("alarms:read", "alarms:operate")])

_JSON: Final = "application/json"
_TEXT: Final = "text/plain"
_LONGEST: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_SHIFT: Final = timedelta(hours=8)


class FloodParameters(Parameters):
    """A span, and what counts as a flood in it."""

    start: Annotated[Time | None, Field(alias="from", examples=["2026-07-01T00:00:00Z"])] = None
    end: Annotated[Time | None, Field(alias="to", examples=["2026-07-02T00:00:00Z"])] = None
    operators: Annotated[int, Field(ge=1, le=1000, description="Who share the calls.")] = 1
    flood_above: Annotated[
        int, Field(ge=1, le=1000, description="More calls in ten minutes for each operator begin a flood.")
    ] = 10
    flood_below: Annotated[int, Field(ge=1, le=1000, description="So few that it ends.")] = 5

    @field_validator("end")
    @classmethod
    def _in_order(cls, end: datetime | None, given: ValidationInfo) -> datetime | None:
        start = given.data.get("start")
        if start and end and not start < end <= start + _LONGEST:
            raise PydanticCustomError("span", "must be after from, and at most a year")
        return end

    def span(self, connection: Connection, length: timedelta) -> Span:
        """Return what happened; without `to` until now, without `from` for so long."""
        end = self.end or max(datetime.now(UTC), (self.start or datetime.min.replace(tzinfo=UTC)))
        start = max(self.start or end - length, end - _LONGEST)
        return Span(
            start=start,
            end=end,
            rings=rings(connection, start, end),
            alarms=alarm_spans(connection, start, end),
            shelved=shelved_at(connection, end),
            limits=FloodLimits(self.flood_above, self.flood_below, self.operators),
        )


class ShiftParameters(FloodParameters):
    """Which shift, and how its text is written."""

    language: Literal["en", "zh"] = "en"
    time_zone: Annotated[str, Field(max_length=64, description="Of the text.")] = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (OSError, ValueError, KeyError) as error:
            raise PydanticCustomError("zone", "expected a time zone such as Asia/Shanghai") from error


@router.get("/alarms/kpi", summary="How the alarm system does", responses=problems(400, 401, 403))
def get_kpi(platform: Here, asked: Annotated[FloodParameters, Query()]) -> Kpi:
    """Give the figures of ISA-18.2 and EEMUA 191 for a span, by default the last day, and its floods.

    A flood begins with more than `flood_above` calls in ten minutes for each operator and ends with fewer
    than `flood_below`. Their targets are second-hand and marked so.
    """
    with platform.reading() as connection:
        span = asked.span(connection, _DAY)
    return kpi(performance(span), span.start, span.end, asked.operators, len(span.rings))


@router.get(
    "/shift-report",
    summary="The handover",
    response_model=Shift,
    responses=problems(400, 401, 403, 406)
    | {200: {"content": {_TEXT: {"schema": {"type": "string"}, "example": "Shift report\n"}}}},
)
def get_shift_report(
    platform: Here,
    asked: Annotated[ShiftParameters, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = _JSON,
) -> Response:
    """Tell what happened in a span, by default the last 8 h, what stands then and what must be looked at.

    As `text/plain` it is written for people, in `language` and with the times of `time_zone`.
    """
    media = chosen(accept, (_JSON, _TEXT))
    with platform.reading() as connection:
        span = asked.span(connection, _SHIFT)
        out = out_of_service_at(connection, span.end)
        report = shift_report(span, out, jobs_between(connection, span.start, span.end))
    if media == _TEXT:
        written = shift_text(report, asked.language, ZoneInfo(asked.time_zone))
        return Response(written, media_type=f"{_TEXT}; charset=utf-8")
    return Response(shift(report).model_dump_json(by_alias=True), media_type=_JSON)
