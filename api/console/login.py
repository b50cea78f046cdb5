"""Logging in with a key or a link that works once, logging out, and what each screen prefers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.languages import COOKIE as LANGUAGE_COOKIE
from api.console.rendering import THEME_COOKIE, THEMES, render
from api.console.sessions import COOKIE, CheckedForm, Form, LogInNeededError, operator_of, remember
from api.parameters import Parameters
from api.platform import Here
from telemetry.store.keys import find_key
from telemetry.store.sessions import close_session, open_session, redeem_login

router = APIRouter(include_in_schema=False)
_YEAR_SECONDS = 365 * 24 * 3600


class LogInParameters(Parameters):
    """Where a log-in comes from and goes to."""

    token: str | None = None
    next: str = "/"


class Preference(Parameters):
    """What a screen prefers."""

    language: str | None = None
    theme: str | None = None
    back: str = "/"


@router.get("/login")
def show_log_in(request: Request, platform: Here, asked: Annotated[LogInParameters, Query()]) -> Response:
    """Show the form; with a token, log in at once."""
    if asked.token:
        return _log_in_by_link(request, platform, asked.token)
    return render(request, "login.html", {"next": local_path(asked.next), "refused": None})


def _log_in_by_link(request: Request, platform: Here, token: str) -> Response:
    """Open a session by a link; who is logged in already does not need the link again."""
    with platform.writing() as connection:
        key_id = redeem_login(connection, token)
        session = open_session(connection, key_id) if key_id else None
    if session:
        # A page of our own leads on: a cookie that is strict is not sent along a redirect from elsewhere.
        response: Response = render(request, "welcome.html", {"next": "/"})
        remember(request, response, session)
        return response
    try:
        operator_of(request, platform)
    except LogInNeededError:
        return render(request, "login.html", {"next": "/", "refused": "link_refused"}, status=401)
    return RedirectResponse("/", 303)


@router.post("/login")
def log_in(request: Request, platform: Here, form: Form) -> Response:
    """Log in with an API key."""
    target = local_path(form.get("next", "/"))
    with platform.writing() as connection:
        key = find_key(connection, form.get("key", "").strip())
        session = open_session(connection, key.key_id) if key else None
    if session is None:
        return render(request, "login.html", {"next": target, "refused": "key_refused"}, status=401)
    response = RedirectResponse(target, 303)
    remember(request, response, session)
    return response


@router.post("/logout")
def log_out(request: Request, platform: Here, _: CheckedForm) -> Response:
    """End the session."""
    with platform.writing() as connection:
        close_session(connection, request.cookies[COOKIE])
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/preferences")
def prefer(wanted: Annotated[Preference, Query()]) -> Response:
    """Keep the language or the theme of this screen."""
    response = RedirectResponse(local_path(wanted.back), 303)
    if wanted.language in {"en", "zh"}:
        response.set_cookie(LANGUAGE_COOKIE, wanted.language, max_age=_YEAR_SECONDS, samesite="lax")
    if wanted.theme in THEMES:
        response.set_cookie(THEME_COOKIE, wanted.theme, max_age=_YEAR_SECONDS, samesite="lax")
    return response


def local_path(wanted: str) -> str:
    """Return a path of this site; the front page for anything else.

    >>> local_path("/meters?search=x"), local_path("//elsewhere.example"), local_path("https://e.example")
    ('/meters?search=x', '/', '/')
    """
    is_local = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_local and wanted.isprintable() else "/"
