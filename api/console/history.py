"""The history of alarms: filtered, page by page, newest first."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from alerts.catalogue import catalogue
from api.console.alarm_rows import PRIORITIES, STANDING, rule_title, shown_alarms
from api.console.entries import Filter, day
from api.console.languages import language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.parameters import Time
from api.platform import Here
from api.schemas.alarms import Priority, State
from telemetry.store.alarm_lists import AlarmFilter

router = APIRouter(include_in_schema=False)
_PAGE: Final = 100
_SPANS: Final = {
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=366),
}
STATES: Final = (*STANDING, "normal")


class Asked(Filter):
    """Which alarms, and from where on; without days, those of a span until now."""

    span: Literal["24h", "7d", "30d", "1y"] = "30d"
    first: Annotated[str, Query(max_length=10)] = ""
    last: Annotated[str, Query(max_length=10)] = ""
    priority: Priority | None = None
    state: State | None = None
    rule: Annotated[str, Query(max_length=200)] = ""
    target: Annotated[str, Query(max_length=200)] = ""
    before: Time | None = None
    before_id: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None

    def wanted(self, now: datetime, zone: ZoneInfo) -> AlarmFilter:
        """Return the filter of the store."""
        start, end = day(self.first, zone), day(self.last, zone, after=1)
        return AlarmFilter(
            states=[self.state] if self.state else (),
            priorities=[self.priority] if self.priority else (),
            rule=self.rule or None,
            target=self.target.strip() or None,
            start=start or (None if end else now - _SPANS[self.span]),
            end=end,
        )

    @property
    def place(self) -> tuple[datetime, int] | None:
        """Where the page before ended."""
        return (self.before, self.before_id) if self.before and self.before_id else None


@router.get("/alarms")
def show_history(
    request: Request, platform: Here, operator: Logged, asked: Annotated[Asked, Query()]
) -> Response:
    """Show the alarms of a span, newest first."""
    language = language_of(request)
    with platform.reading() as connection:
        values = around(connection, request)
        wanted = asked.wanted(datetime.now(UTC), values["zone"])
        past = shown_alarms(connection, language, wanted, _PAGE + 1, asked.place)
    values |= {
        "past": past[:_PAGE],
        "more": len(past) > _PAGE,
        "asked": asked,
        "spans": tuple(_SPANS),
        "priorities": PRIORITIES,
        "states": STATES,
        "rules": sorted((rule_title(name, language), name) for name in catalogue()),
    }
    return render(request, "history.html", values, operator=operator)
