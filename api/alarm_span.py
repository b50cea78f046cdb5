"""A span of the alarm system, as it is asked for: when, by how many operators, what counts as a flood."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from psycopg import Connection
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from alerts.reports.flood import FloodLimits
from alerts.reports.kpi import Span
from api.parameters import Parameters, Time
from telemetry.store.alarm_figures import alarm_spans, rings, shelved_at

_LONGEST: Final = timedelta(days=366)


class AlarmSpanParameters(Parameters):
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
