"""Errors as pages, for people; programs get the problem itself."""

import json
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from api.console.rendering import render
from api.console.sessions import LogInNeededError
from api.problems import HANDLERS, Handler, Problem, problem_response
from telemetry.errors import ConflictError, NotFoundError

_SHOWN_AS_PAGES = (
    Problem,
    HTTPException,
    RequestValidationError,
    NotFoundError,
    ConflictError,
    PoolTimeout,
    OperationalError,
)


def install(app: FastAPI) -> None:
    """Show people pages where programs get problems; to be called after the problems were installed."""
    app.add_exception_handler(LogInNeededError, _log_in)
    for kind in _SHOWN_AS_PAGES:
        app.add_exception_handler(kind, _as_page(HANDLERS[kind]))


def _as_page(handler: Handler) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        response = await handler(request, error)
        if not _wants_page(request):
            return response
        problem = json.loads(bytes(response.body))
        return render(request, "error.html", {"problem": problem}, status=response.status_code)

    return answer


def _wants_page(request: Request) -> bool:
    """Tell whether a person looks at the answer."""
    is_page = not request.url.path.startswith("/v1") and "hx-request" not in request.headers
    return is_page and "text/html" in request.headers.get("accept", "")


async def _log_in(request: Request, _: Exception) -> Response:
    """Send a person to the log-in page, and back afterwards."""
    if _wants_page(request):
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(path)}", 303)
    headers = {"HX-Redirect": "/login"} if "hx-request" in request.headers else None
    return problem_response(request, 401, "nobody is logged in here", headers=headers)
