"""Figures of the alarm system, and the handover from one shift to the next."""

from datetime import timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from alerts.reports.kpi import performance
from alerts.reports.shift_report import shift_report
from alerts.reports.shift_text import shift_text
from api.alarm_span import AlarmSpanParameters
from api.authentication import scope
from api.description import problems
from api.negotiation import chosen
from api.platform import Here
from api.schemas.alarm_figures import Kpi, Shift, kpi, shift
from telemetry.store.alarm_figures import jobs_between, out_of_service_at

router = APIRouter(tags=["alarms"], dependencies=[scope("alarms:read", "alarms:operate")])

_JSON: Final = "application/json"
_TEXT: Final = "text/plain"
_DAY: Final = timedelta(days=1)
_SHIFT: Final = timedelta(hours=8)


class ShiftParameters(AlarmSpanParameters):
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
def get_kpi(platform: Here, asked: Annotated[AlarmSpanParameters, Query()]) -> Kpi:
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
