"""What operators do to an alarm from its line or its page: acknowledge, shelve, unshelve, judge."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from psycopg import Connection

from alerts.people.acknowledge import acknowledge
from alerts.people.shelving import shelve, unshelve
from alerts.people.verdict import judge
from api.console.alarm_page import alarm_page
from api.console.entries import entry, spoken
from api.console.holding import Holding
from api.console.languages import language_of
from api.console.login import local_path
from api.console.overview import alarm_list
from api.console.refusals import Refusal, attempted
from api.console.rendering import render
from api.console.sessions import CheckedForm, Logged, Operator
from api.parameters import Identifier
from api.platform import Here, Platform
from api.problems import Problem
from api.schemas.alarm_entries import Acknowledgement, NewVerdict, Shelf, Unshelving
from telemetry.model import instant
from telemetry.store.console import city_time_zone

router = APIRouter(include_in_schema=False)
_LINE: Final = "/console/alarms/"
"""Forms of the list are answered with the list, those of pages with a page."""

Act: TypeAlias = Callable[[Connection, datetime], None]


@router.post("/console/alarms/{id}/acknowledge")
@router.post("/alarms/{id}/acknowledge")
def acknowledge_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Take note of an alarm."""

    def act(connection: Connection, at: datetime) -> None:
        said = entry(Acknowledgement, _said(form, "comment"))
        acknowledge(connection, id, actor=operator.key.name, comment=said.comment, at=instant(at))

    return _done(request, platform, operator, (id, form), act)


@router.post("/console/alarms/{id}/shelve")
@router.post("/alarms/{id}/shelve")
def shelve_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Put an alarm aside for a time."""

    def act(connection: Connection, at: datetime) -> None:
        zone = ZoneInfo(city_time_zone(connection))
        holding = Holding(at, zone, platform.shifts, platform.shelve_longest)
        until = holding.until(form.get("hold", ""), form.get("until", ""))
        said = entry(Shelf, _said(form, "reason") | {"until": until})
        shelve(
            connection,
            id,
            until=instant(said.until),
            reason=said.reason,
            actor=operator.key.name,
            at=instant(at),
            longest=platform.shelve_longest,
        )

    return _done(request, platform, operator, (id, form), act)


@router.post("/console/alarms/{id}/unshelve")
@router.post("/alarms/{id}/unshelve")
def unshelve_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Take an alarm from the shelf."""

    def act(connection: Connection, at: datetime) -> None:
        said = entry(Unshelving, _said(form, "comment"))
        unshelve(connection, id, actor=operator.key.name, comment=said.comment, at=instant(at))

    return _done(request, platform, operator, (id, form), act)


@router.post("/alarms/{id}/verdict")
def judge_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Say what was behind an alarm."""

    def act(connection: Connection, at: datetime) -> None:
        said = entry(NewVerdict, _said(form, "cause", "comment"))
        judge(
            connection,
            id,
            cause=said.cause,
            comment=said.comment,
            actor=operator.key.name,
            at=instant(at),
        )

    return _done(request, platform, operator, (id, form), act)


def _said(form: dict[str, str], *names: str) -> dict[str, str]:
    return {name: spoken(form.get(name, "")) for name in names}


def _done(
    request: Request, platform: Platform, operator: Operator, asked: tuple[int, dict[str, str]], act: Act
) -> Response:
    """Do something to an alarm; return the list or the page as it is then, with what is wrong."""
    if not operator.may_operate:
        raise Problem(403, f"the key {operator.key.name} lacks the scope alarms:operate")
    alarm_id, form = asked

    def attempt() -> None:
        with platform.writing() as connection:
            act(connection, datetime.now(UTC))

    outcome = attempted(language_of(request), attempt)
    if not request.url.path.startswith(_LINE):
        if isinstance(outcome, Refusal):
            return alarm_page(request, platform, operator, alarm_id, outcome, form)
        return RedirectResponse(local_path(form.get("next", f"/alarms/{alarm_id}")), 303)
    if isinstance(outcome, Refusal):
        raise Problem(outcome.status, outcome.text)
    with platform.reading() as connection:
        values = alarm_list(connection, request, platform)
    return render(request, "part_alarms.html", values, operator=operator)
