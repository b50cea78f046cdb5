"""Taking things out of service and letting them serve again, from the pages that show them."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.alarm_page import alarm_page
from api.console.entries import entry, spoken, zoned
from api.console.languages import language_of
from api.console.login import local_path
from api.console.meters import MeterSearch, meter_page
from api.console.muted_page import muted_page
from api.console.refusals import Refusal, attempted
from api.console.sessions import CheckedForm, Logged, Operator
from api.console.station_page import station_page
from api.parameters import Identifier, Name
from api.platform import Here, Platform
from api.problems import Problem
from api.schemas.alarm_entries import Removal
from api.service_entries import let_serve, take_out
from telemetry.store.console import city_time_zone

router = APIRouter(include_in_schema=False)
_OWN: Final = "service_"
"""Before the names of the form's fields: pages hold other forms with a reason and an end."""


@router.post("/alarms/{id}/out-of-service")
def remove_from_alarm(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Take out of service what an alarm is about, or what that belongs to."""
    refusal = _removed(request, platform, operator, form)
    if refusal:
        return alarm_page(request, platform, operator, id, refusal, form)
    return RedirectResponse(f"/alarms/{id}", 303)


@router.post("/stations/{station}/out-of-service")
def remove_from_station(
    request: Request, platform: Here, operator: Logged, station: Name, form: CheckedForm
) -> Response:
    """Take a station out of service, or what it belongs to."""
    refusal = _removed(request, platform, operator, form)
    if refusal:
        return station_page(request, platform, operator, station, refusal, form)
    return _back(form)


@router.post("/meters/{meter}/out-of-service")
def remove_from_meter(
    request: Request, platform: Here, operator: Logged, meter: Name, form: CheckedForm
) -> Response:
    """Take a meter out of service, its device, or what they belong to."""
    refusal = _removed(request, platform, operator, form)
    if refusal:
        return meter_page(request, platform, operator, meter, MeterSearch(), refusal=refusal, form=form)
    return _back(form)


@router.post("/muted")
def remove_from_list(request: Request, platform: Here, operator: Logged, form: CheckedForm) -> Response:
    """Take anything out of service by its kind and identifier."""
    refusal = _removed(request, platform, operator, form)
    if refusal:
        return muted_page(request, platform, operator, refusal=refusal, form=form)
    return RedirectResponse("/muted", 303)


@router.post("/out-of-service/{id}/return")
def return_to_service(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedForm,
) -> Response:
    """Let something serve again; where it does already, the list says so."""
    _permitted(operator)

    def act() -> None:
        with platform.writing() as connection:
            let_serve(connection, id, operator.key)

    outcome = attempted(language_of(request), act)
    if isinstance(outcome, Refusal):
        return muted_page(request, platform, operator, refusal=outcome)
    return _back(form)


def _back(form: Mapping[str, str]) -> Response:
    return RedirectResponse(local_path(form.get("next", "/muted")), 303)


def _permitted(operator: Operator) -> None:
    if not operator.may_work:
        raise Problem(403, f"the key {operator.key.name} lacks the scope work:write")


def _removed(
    request: Request, platform: Platform, operator: Operator, form: dict[str, str]
) -> Refusal | None:
    """Take something out of service; return what is wrong by the fields of the form."""
    _permitted(operator)

    def act() -> None:
        with platform.writing() as connection:
            wanted = entry(Removal, _body(form, ZoneInfo(city_time_zone(connection))))
            take_out(connection, platform.registry.registry(connection), wanted, operator.key)

    outcome = attempted(language_of(request), act)
    if outcome is None:
        return None
    return Refusal(outcome.status, {_field(name): said for name, said in outcome.errors.items()})


def _field(name: str) -> str:
    return f"{_OWN}{name.split('.', 1)[0]}" if name else name


def _body(form: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """Return a form as the body that the API takes."""
    said = {name.removeprefix(_OWN): spoken(text) for name, text in form.items() if name.startswith(_OWN)}
    kind, _, name = said.get("target", "").partition(":")
    return {
        "target": {"kind": said.get("kind") or kind, "id": said.get("id") or name},
        "reason": said.get("reason"),
        "until": zoned(said.get("until", ""), zone),
    }
