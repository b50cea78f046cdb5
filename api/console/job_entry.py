"""Entering a job on a page: planned work with what it permits, a fault from its alarm."""

import secrets
from typing import Annotated, Any, Final, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from alerts.alarm import Permit
from alerts.catalogue import catalogue
from api.console.alarm_rows import rule_title
from api.console.entries import Filter, entry, spoken, zoned
from api.console.job_changes import TIMES, permitted
from api.console.languages import language_of
from api.console.overview import around
from api.console.refusals import Refusal, attempted
from api.console.rendering import render
from api.console.sessions import CheckedForm, Logged, Operator
from api.idempotency import Once
from api.job_entries import check_target, enter_job
from api.platform import Here, Platform
from api.problems import Problem
from api.schemas.alarms import Target
from api.schemas.jobs import Job, JobKind, NewJob
from telemetry.store.alarm_lists import find_alarm
from telemetry.store.console import city_time_zone

router = APIRouter(include_in_schema=False)
KINDS: Final = get_args(JobKind)
TARGETS: Final = get_args(Target.model_fields["kind"].annotation)


class NewJobFor(Filter):
    """What a job is entered for: an alarm, or a thing."""

    alarm: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
    kind: JobKind = "planned"
    target: Annotated[str, Query(max_length=200)] = ""


@router.get("/jobs/new")
def show_new_job(
    request: Request, platform: Here, operator: Logged, asked: Annotated[NewJobFor, Query()]
) -> Response:
    """Show the form for a job, filled with what it is for."""
    kind, _, name = asked.target.rpartition(":")
    given = {"kind": asked.kind, "target.kind": kind or "station", "target.id": name}
    if asked.alarm:
        with platform.reading() as connection:
            alarm = find_alarm(connection, asked.alarm)
        if alarm:
            given |= {"target.kind": alarm.target_kind, "target.id": alarm.target_id}
        given |= {"kind": "fault", "alarm": str(asked.alarm)}
    return _form_page(request, platform, operator, given | {"once": secrets.token_urlsafe(16)})


@router.post("/jobs")
def enter(request: Request, platform: Here, operator: Logged, form: CheckedForm) -> Response:
    """Enter a job; the same form sent twice enters one."""
    if not operator.may_work:
        raise Problem(403, f"the key {operator.key.name} lacks the scope work:write")

    def act() -> Job:
        with platform.writing() as connection:
            wanted = entry(NewJob, _body(form, ZoneInfo(city_time_zone(connection))))
            check_target(platform.registry.registry(connection), wanted)
            once = Once(request, operator.key, form.get("once") or None)
            return once.answer(connection, wanted, Job, lambda: enter_job(connection, wanted, operator.key))

    outcome = attempted(language_of(request), act)
    if isinstance(outcome, Refusal):
        return _form_page(request, platform, operator, form, outcome)
    return RedirectResponse(f"/jobs/{outcome.id}", 303)


def _body(form: dict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """Return a form as the body that the API takes."""
    said = {name: spoken(value) for name, value in form.items()}
    plain = {name: said.get(name) for name in ("kind", "alarm", "assignee", "comment", "external_id")}
    return plain | {
        "target": {"kind": said.get("target.kind", ""), "id": said.get("target.id", "")},
        "fault_class": said.get("fault_class") if said.get("kind") == "fault" else None,
        "permits": permitted(said),
        **{name: zoned(said.get(name, ""), zone) for name in TIMES},
    }


def _form_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    given: dict[str, str],
    refusal: Refusal | None = None,
) -> Response:
    """Return the form with what was entered; after a refusal with what is wrong with it."""
    with platform.reading() as connection:
        values = around(connection, request)
    values |= {
        "given": given,
        "errors": refusal.errors if refusal else {},
        "kinds": KINDS,
        "targets": TARGETS,
        "permits": [one.value for one in Permit],
        "fault_classes": [
            (one, rule_title(one, language_of(request)))
            for one in sorted({rule.fault_class for rule in catalogue().values()})
        ],
    }
    return render(
        request, "job_new.html", values, operator=operator, status=refusal.status if refusal else 200
    )
