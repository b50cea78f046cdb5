"""Meters: found, and shown with what they last said, who supplies them, their alarms and jobs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from psycopg import Connection

from api.console.alarm_rows import ShownAlarm, shown_alarms
from api.console.charts import METER_SPANS, Chart, meter_chart
from api.console.job_rows import OPEN, ShownJob, shown_jobs
from api.console.languages import Language, language_of
from api.console.meter_supply import supplying_stations
from api.console.overview import around
from api.console.refusals import Refusal
from api.console.rendering import render
from api.console.service_rows import service_around
from api.console.sessions import Logged, Operator
from api.console.targets import shown_targets
from api.parameters import Name, Parameters, Word
from api.platform import Here, Platform
from api.schemas.meters import Meter
from api.schemas.meters import meter as described_meter
from telemetry.errors import NotFoundError
from telemetry.model import HOUR, instant, moment
from telemetry.store.alarm_lists import AlarmFilter
from telemetry.store.console import latest_z_ratio
from telemetry.store.jobs import JobFilter, jobs_by_due
from telemetry.store.meters import MeterFilter, find_meter, list_meters, meter_snapshot

router = APIRouter(include_in_schema=False)
_PAGE: Final = 60
_SHOWN: Final = 8
_HOUR: Final = timedelta(hours=1)


class MeterSearch(Parameters):
    """Which meters are listed, and from where on."""

    search: Annotated[str, Query(max_length=200)] = ""
    after: Word | None = None


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
    return meter_page(request, platform, operator, meter, asked)


def meter_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    meter: str,
    asked: MeterSearch,
    *,
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    """Return a meter's page; after a refusal with what was entered and what is wrong with it."""
    with platform.reading() as connection:
        row = find_meter(connection, meter)
        if row is None:
            raise NotFoundError(f"there is no meter {meter}")
        shown = described_meter(row)
        values = around(connection, request) | _listed(connection, asked)
        values |= _about(connection, platform, shown, language_of(request))
    values |= {"meter": shown, "spans": METER_SPANS}
    values |= {"errors": refusal.errors if refusal else {}, "given": form or {}}
    return render(
        request, "meters.html", values, operator=operator, status=refusal.status if refusal else 200
    )


@router.get("/console/meters/{meter}/chart")
def chart_meter(
    platform: Here, _operator: Logged, meter: Name, asked: Annotated[Chart, Query()]
) -> JSONResponse:
    """Give the columns of a meter's chart."""
    with platform.reading() as connection:
        return JSONResponse(meter_chart(connection, meter, asked.span, asked.end(datetime.now(UTC))))


def _listed(connection: Connection, asked: MeterSearch) -> dict[str, Any]:
    """Return a page of the meter list."""
    wanted = MeterFilter(search=asked.search.strip() or None)
    rows = list_meters(connection, wanted, meter_snapshot(connection), _PAGE + 1, asked.after)
    return {"meters": rows[:_PAGE], "search": asked.search, "more": len(rows) > _PAGE}


def _about(connection: Connection, platform: Platform, meter: Meter, language: Language) -> dict[str, Any]:
    """Return what is known around a meter."""
    registry = platform.registry.registry(connection)
    now = instant(datetime.now(UTC))
    stations = supplying_stations(registry, meter.site.site, now) if meter.site else []
    names = shown_targets(connection, [("station", one) for one in stations])
    return {
        "last_hour": moment(now // HOUR * HOUR) - _HOUR,
        "z_ratio": latest_z_ratio(connection, meter.meter),
        "stations": [names["station", one] for one in stations],
        "service": service_around(connection, registry, "meter", meter.meter, moment(now)),
        "own_alarms": _alarms(connection, meter, language),
        "jobs": _jobs(connection, meter, language),
    }


def _subjects(meter: Meter) -> list[str]:
    """Return what alarms and jobs of a meter are about: itself, and the device that speaks for it."""
    device = meter.site.device if meter.site else None
    return [f"meter:{meter.meter}", *([f"device:{device}"] if device else [])]


def _alarms(connection: Connection, meter: Meter, language: Language) -> list[ShownAlarm]:
    found = [
        alarm
        for subject in _subjects(meter)
        for alarm in shown_alarms(connection, language, AlarmFilter(target=subject), _SHOWN)
    ]
    return sorted(found, key=lambda one: one.id, reverse=True)[:_SHOWN]


def _jobs(connection: Connection, meter: Meter, language: Language) -> list[ShownJob]:
    rows = [
        row
        for subject in _subjects(meter)
        for row in jobs_by_due(connection, JobFilter(OPEN, target=subject), limit=_SHOWN)
    ]
    return shown_jobs(connection, rows, language)
