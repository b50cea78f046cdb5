"""The jobs of maintenance: what is due, one job with its history, and a form for each next step."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from psycopg import Connection
from pydantic import Field

from alerts.alarm import Permit
from alerts.maintenance.jobs import STEPS, JobState
from alerts.people.causes import CAUSES
from api.console.alarm_rows import described
from api.console.entries import Filter
from api.console.job_changes import PLAN, changed
from api.console.job_events import shown_job_events
from api.console.job_rows import OPEN, shown_jobs
from api.console.languages import language_of
from api.console.overview import around
from api.console.refusals import Refusal, attempted
from api.console.rendering import render
from api.console.sessions import CheckedForm, Logged, Operator
from api.job_entries import alter_job, described_job, found_job
from api.parameters import Identifier, NoParameters, Time
from api.platform import Here, Platform
from api.preconditions import Precondition, tag_of
from api.problems import Problem
from api.schemas.jobs import JobKind
from api.schemas.jobs import JobState as StateWord
from telemetry.store import jobs
from telemetry.store.alarm_lists import find_alarm
from telemetry.store.console import city_time_zone

router = APIRouter(include_in_schema=False)
_PAGE: Final = 50
_EVERY: Final = "every"
_OUTRUN: Final = 412
"""The status of a change that somebody else's came before."""


class JobList(Filter):
    """Which jobs, and from where on; without a state, those that are open."""

    state: StateWord | Literal["every"] | None = None
    kind: JobKind | None = None
    assignee: Annotated[str, Query(max_length=200)] = ""
    target: Annotated[str, Query(max_length=200)] = ""
    after_due: Time | None = None
    after: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None

    def wanted(self) -> jobs.JobFilter:
        """Return the filter of the store."""
        states = OPEN if self.state is None else () if self.state == _EVERY else (self.state,)
        kinds = [self.kind] if self.kind else []
        return jobs.JobFilter(states, kinds, self.target.strip() or None, self.assignee.strip() or None)


@router.get("/jobs")
def show_jobs(
    request: Request, platform: Here, operator: Logged, asked: Annotated[JobList, Query()]
) -> Response:
    """Show jobs, what is due first before the rest."""
    place = (asked.after_due, asked.after) if asked.after else None
    with platform.reading() as connection:
        values = around(connection, request)
        rows = jobs.jobs_by_due(connection, asked.wanted(), limit=_PAGE + 1, after=place)
        counts = jobs.count_jobs(connection)
        values |= {
            "jobs": shown_jobs(connection, rows[:_PAGE], language_of(request)),
            "more": len(rows) > _PAGE,
            "asked": asked,
            "job_count": lambda states: sum(n for (state, _), n in counts.items() if state in states),
            "assignees": [(name, name) for name in jobs.job_assignees(connection)],
            "kinds": get_args(JobKind),
            "open_states": OPEN,
        }
    return render(request, "jobs.html", values, operator=operator)


@router.get("/jobs/{id}")
def show_job(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    _: Annotated[NoParameters, Query()],
) -> Response:
    """Show one job."""
    return _job_page(request, platform, operator, id)


@router.get("/console/jobs/{id}/facts")
def show_facts(request: Request, platform: Here, operator: Logged, id: Identifier) -> Response:  # noqa: A002 -- its name in the path
    """Give what a job's page tells."""
    return _part(request, platform, operator, id, "part_job_facts.html")


@router.get("/console/jobs/{id}/hands")
def show_hands(request: Request, platform: Here, operator: Logged, id: Identifier) -> Response:  # noqa: A002 -- its name in the path
    """Give what can be done on a job's page."""
    return _part(request, platform, operator, id, "part_job_hands.html")


@router.post("/jobs/{id}")
def change_job(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Move a job one step, or change its plan; what is wrong is said at its field."""
    if PLAN in form and not operator.may_work:
        raise Problem(403, f"the key {operator.key.name} lacks the scope work:write")

    def act() -> None:
        with platform.writing() as connection:
            row = jobs.held_job(connection, id)
            expected = Precondition(form.get("tag"))
            expected.check(lambda: described_job(connection, row))
            wanted = changed(form, row, ZoneInfo(city_time_zone(connection)))
            if wanted:
                alter_job(connection, id, wanted, operator.key, expected.check)

    outcome = attempted(language_of(request), act)
    if isinstance(outcome, Refusal):
        return _job_page(request, platform, operator, id, outcome, form)
    return RedirectResponse(f"/jobs/{id}", 303)


def _job_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    job_id: int,
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    """Return a job's page; after a refusal with what was entered and what is wrong with it."""
    with platform.reading() as connection:
        values = around(connection, request) | _job_values(connection, request, job_id)
    values |= {"errors": refusal.errors if refusal else {}, "given": form or {}}
    values["outrun"] = refusal is not None and refusal.status == _OUTRUN
    return render(request, "job.html", values, operator=operator, status=refusal.status if refusal else 200)


def _part(request: Request, platform: Platform, operator: Operator, job_id: int, template: str) -> Response:
    with platform.reading() as connection:
        values = _job_values(connection, request, job_id)
    values |= {"now": datetime.now(UTC), "errors": {}, "given": {}}
    return render(request, template, values, operator=operator)


def _job_values(connection: Connection, request: Request, job_id: int) -> dict[str, Any]:
    row, language = found_job(connection, job_id), language_of(request)
    described_row = described_job(connection, row)
    alarms = [found for one in described_row.alarms if (found := find_alarm(connection, one))]
    zone = ZoneInfo(city_time_zone(connection))
    return {
        "zone": zone,
        "job": shown_jobs(connection, [row], language)[0],
        "tag": tag_of(described_row),
        "own_alarms": described(connection, language, reversed(alarms)),
        "happened": shown_job_events(jobs.job_events(connection, job_id), language, zone),
        "steps": [state.value for state in STEPS[JobState(row.state)]],
        "causes": CAUSES,
        "permits": [one.value for one in Permit],
    }
