"""An alarm's own page: what it says, what to do, what happened, who did what, and a chart around it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from psycopg import Connection

from alerts.catalogue import catalogue
from alerts.people.causes import CAUSES
from alerts.ringing.first_out import CAME_FIRST, TOGETHER
from api.console.alarm_events import shown_events
from api.console.alarm_rows import ShownAlarm, described, shown_alarms
from api.console.charts import METER_SPANS, STATION_SPANS
from api.console.evidence import figures
from api.console.findings import findings
from api.console.holding import Holding
from api.console.job_rows import shown_jobs
from api.console.languages import language_of, translator
from api.console.overview import around
from api.console.refusals import Refusal
from api.console.rendering import render
from api.console.service_rows import service_around
from api.console.sessions import Logged, Operator
from api.parameters import Identifier, NoParameters
from api.platform import Here, Platform
from telemetry.errors import NotFoundError
from telemetry.model import SECOND
from telemetry.store.alarm_lists import AlarmFilter, AlarmRow, find_alarm, last_event_id, list_events
from telemetry.store.console import city_time_zone
from telemetry.store.jobs import JobFilter, StoredJob, job_of_alarm, jobs_by_due

router = APIRouter(include_in_schema=False)
_EVENTS: Final = 500
_OTHERS: Final = 8
_OPEN_JOBS: Final = ("new", "assigned", "on_site")
_FOLLOWS_WITHIN: Final = timedelta(seconds=TOGETHER / SECOND)


@router.get("/alarms/{id}")
def show_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    _: Annotated[NoParameters, Query()],
) -> Response:
    """Show one alarm."""
    return alarm_page(request, platform, operator, id)


@router.get("/console/alarms/{id}/facts")
def show_facts(request: Request, platform: Here, operator: Logged, id: Identifier) -> Response:  # noqa: A002 -- its name in the path
    """Give what an alarm's page tells."""
    return _part(request, platform, operator, id, "part_alarm_facts.html")


@router.get("/console/alarms/{id}/hands")
def show_hands(request: Request, platform: Here, operator: Logged, id: Identifier) -> Response:  # noqa: A002 -- its name in the path
    """Give what can be done on an alarm's page."""
    return _part(request, platform, operator, id, "part_alarm_hands.html")


def alarm_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    alarm_id: int,
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    """Return an alarm's page; after a refusal with what was entered and what is wrong with it."""
    with platform.reading() as connection:
        values = around(connection, request) | _values(connection, request, platform, alarm_id)
    values |= {"errors": refusal.errors if refusal else {}, "given": form or {}}
    return render(request, "alarm.html", values, operator=operator, status=refusal.status if refusal else 200)


def _part(request: Request, platform: Platform, operator: Operator, alarm_id: int, template: str) -> Response:
    with platform.reading() as connection:
        values = _values(connection, request, platform, alarm_id)
    return render(request, template, values | {"errors": {}, "given": {}}, operator=operator)


def _values(connection: Connection, request: Request, platform: Platform, alarm_id: int) -> dict[str, Any]:
    """Return all that the parts of an alarm's page show."""
    row = find_alarm(connection, alarm_id)
    if row is None:
        raise NotFoundError(f"there is no alarm {alarm_id}")
    now, zone = datetime.now(UTC), ZoneInfo(city_time_zone(connection))
    registry = platform.registry.registry(connection)
    return _told(connection, request, row) | {
        "now": now,
        "zone": zone,
        "holding": Holding(now, zone, platform.shifts, platform.shelve_longest),
        "service": service_around(connection, registry, row.target_kind, row.target_id, now),
    }


def _told(connection: Connection, request: Request, row: AlarmRow) -> dict[str, Any]:
    language = language_of(request)
    (alarm,) = described(connection, language, [row])
    events = list_events(connection, row.alarm_id, last=last_event_id(connection), limit=_EVENTS)
    last = AlarmFilter(target=f"{row.target_kind}:{row.target_id}")
    return {
        "alarm": alarm,
        "rule": catalogue().get(row.rule),
        "events": shown_events(events, language),
        "figures": list(figures(row.evidence, translator(language))),
        "findings": findings(row.evidence, translator(language)),
        "first": _first(connection, request, row),
        "followers": _followers(connection, request, row),
        "others": [
            one for one in shown_alarms(connection, language, last, _OTHERS + 1) if one.id != row.alarm_id
        ],
        "jobs": shown_jobs(connection, _jobs(connection, row), language),
        "causes": CAUSES,
        "spans": STATION_SPANS if _is_station(alarm) else METER_SPANS,
    }


def _is_station(alarm: ShownAlarm) -> bool:
    return alarm.target_page is not None and alarm.target_page.startswith("/stations/")


def _first(connection: Connection, request: Request, row: AlarmRow) -> ShownAlarm | None:
    """Return the alarm of the same place that came before this one, if it is still known."""
    told = row.evidence.get(CAME_FIRST)
    if not told:
        return None
    at, target = datetime.fromisoformat(told["raised_at"]), told["target"]
    wanted = AlarmFilter(
        rule=told["rule"],
        target=f"{target['kind']}:{target['id']}",
        start=at,
        end=at + timedelta(microseconds=1),
    )
    return next(iter(shown_alarms(connection, language_of(request), wanted, 1)), None)


def _followers(connection: Connection, request: Request, row: AlarmRow) -> list[ShownAlarm]:
    """Return the alarms that say that this one came first."""
    if row.raised_at is None:
        return []
    wanted = AlarmFilter(start=row.raised_at, end=row.raised_at + _FOLLOWS_WITHIN)
    found = shown_alarms(connection, language_of(request), wanted)
    mine = {"rule": row.rule, "target": {"kind": row.target_kind, "id": row.target_id}}
    return [one for one in found if mine.items() <= one.evidence.get(CAME_FIRST, {}).items()]


def _jobs(connection: Connection, row: AlarmRow) -> list[StoredJob]:
    """Return the job of an alarm, and what else is to be done at its target."""
    own = job_of_alarm(connection, row.alarm_id)
    wanted = JobFilter(_OPEN_JOBS, target=f"{row.target_kind}:{row.target_id}")
    open_ones = jobs_by_due(connection, wanted, limit=_OTHERS)
    return ([own] if own else []) + [one for one in open_ones if not own or one.job_id != own.job_id]
