"""The handover from one shift to the next as a page, to be read and printed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from psycopg import Connection

from alerts.people.job_words import KINDS, about
from alerts.reports.shift_report import ShiftReport, shift_report
from alerts.reports.shift_text import TITLES
from alerts.reports.shifts import shift_at
from api.alarm_span import AlarmSpanParameters
from api.console.alarm_rows import cause_word, in_language, rule_title
from api.console.languages import Language, language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.console.spans import SpanFields, settled
from api.console.targets import shown_targets
from api.platform import Here, Platform
from telemetry.store.alarm_figures import jobs_between, out_of_service_at

router = APIRouter(include_in_schema=False)
_SHIFT: Final = timedelta(hours=8)


@router.get("/shift-report")
def show_shift_report(
    request: Request, platform: Here, operator: Logged, asked: Annotated[SpanFields, Query()]
) -> Response:
    """Show the handover of a span; without one, of the shift until now."""
    with platform.reading() as connection:
        values = around(connection, request)
        values |= _shifts(platform, values)
        values |= settled(asked, language_of(request), values, values["this_shift"])
        values |= _report(connection, values["found"], language_of(request))
    return render(request, "shift.html", values, operator=operator, status=values["status"])


def _shifts(platform: Platform, values: dict[str, Any]) -> dict[str, datetime]:
    """Return when the present shift began, and the one before."""
    zone = values["zone"]
    begin, _ = shift_at(values["now"], platform.shifts, zone)
    before, _ = shift_at(begin - timedelta(seconds=1), platform.shifts, zone)
    return {"this_shift": begin, "shift_before": before}


def _report(connection: Connection, asked: AlarmSpanParameters, language: Language) -> dict[str, Any]:
    span = asked.span(connection, _SHIFT)
    out = out_of_service_at(connection, span.end)
    report = shift_report(span, out, jobs_between(connection, span.start, span.end))
    return {
        "report": report,
        "targets": shown_targets(connection, _about(report)),
        "titles": {name: in_language(wording, language) for name, wording in TITLES.items()},
        "rule_title": lambda name: rule_title(name, language),
        "job_about": lambda name: _job_about(name, language),
        "job_called": lambda job: in_language(about(job), language),
        "cause_word": lambda name: cause_word(name, language),
        "say": lambda wording: in_language(wording, language),
    }


def _job_about(name: str, language: Language) -> str:
    """Return what a job is about: a fault by its rule's title, all else by its kind."""
    return in_language(KINDS[name], language) if name in KINDS else rule_title(name, language)


def _about(report: ShiftReport) -> Iterator[tuple[str, str]]:
    """Yield what anything in the report is about."""
    parts: Iterable[Any] = (
        *report.look_at,
        *report.standing,
        *report.late,
        *report.shelved,
        *report.out_of_service,
        *report.jobs_opened,
        *report.jobs_closed,
    )
    for one in parts:
        yield one.target_kind, one.target_id
