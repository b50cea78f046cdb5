"""Errors as RFC 9457 problem details: what is wrong, which field, never a stack trace."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from telemetry.errors import ConflictError, EntryError, NotFoundError, OwnEntryError

Handler: TypeAlias = Callable[[Request, Any], Awaitable[Response]]

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "urn:citygas:problem:"
_LOG: Final = logging.getLogger(__name__)


class FieldError(BaseModel):
    """One thing that is wrong with one field."""

    field: str = Field(examples=["from"])
    location: str = Field(examples=["query"])
    detail: str = Field(examples=["must be before to"])


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457)."""

    type: str = Field(examples=["urn:citygas:problem:bad-request"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["from: must be before to"])
    instance: str = Field(examples=["/v1/meters/M-0001/readings"])
    field: str | None = Field(default=None, examples=["from"])
    errors: list[FieldError] = []


class Problem(Exception):  # noqa: N818 -- RFC 9457 names it so
    """An error the client can do something about."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        field: str | None = None,
        location: str = "query",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = [FieldError(field=field, location=location, detail=detail)] if field else []
        self.headers = headers


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Write a problem as the client reads it."""
    phrase = HTTPStatus(status).phrase
    body = ProblemDetails(
        type=_TYPES + phrase.lower().replace(" ", "-"),
        title=phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        field=errors[0].field if errors else None,
        errors=list(errors),
    )
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


async def _problem(request: Request, error: Problem) -> Response:
    return problem_response(request, error.status, error.detail, errors=error.errors, headers=error.headers)


async def _http(request: Request, error: HTTPException) -> Response:
    return problem_response(request, error.status_code, str(error.detail), headers=error.headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer 404 for an impossible name in the path, 400 for the query, 422 for the body."""
    errors = [_field_error(one) for one in error.errors()]
    statuses = {"path": 404, "query": 400, "header": 400}
    status = min((statuses.get(one.location, 422) for one in errors), default=422)
    if any(one.location == "path" for one in errors):
        status = 404
    detail = "; ".join(f"{one.field}: {one.detail}" for one in errors)
    return problem_response(request, status, detail, errors=errors)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    location, *path = (part for part in error["loc"] if isinstance(part, str))
    detail = "there is no such parameter" if error["type"] == "extra_forbidden" else str(error["msg"])
    return FieldError(
        field=".".join(path) or location, location=location, detail=detail.removeprefix("Value error, ")
    )


async def _not_found(request: Request, error: NotFoundError) -> Response:
    return problem_response(request, 404, str(error))


async def _conflict(request: Request, error: ConflictError) -> Response:
    return problem_response(request, 409, str(error))


async def _entry(request: Request, error: EntryError) -> Response:
    status = 403 if isinstance(error, OwnEntryError) else 422
    wrong = FieldError(field=error.field, location="body", detail=str(error).removeprefix(f"{error.field}: "))
    return problem_response(request, status, str(error), errors=[wrong])


async def _unreachable(request: Request, error: Exception) -> Response:
    _LOG.warning("database=unreachable path=%s error=%s", request.url.path, error)
    return problem_response(request, 503, "the database does not answer", headers={"Retry-After": "5"})


async def _broken(request: Request, error: Exception) -> Response:
    _LOG.error("request=failed path=%s", request.url.path, exc_info=error)
    return problem_response(request, 500, "something is broken on our side; the log says what")


HANDLERS: Final[Mapping[type[Exception], Handler]] = {
    Problem: _problem,
    HTTPException: _http,
    RequestValidationError: _invalid,
    ResponseValidationError: _broken,
    NotFoundError: _not_found,
    ConflictError: _conflict,
    EntryError: _entry,
    PoolTimeout: _unreachable,
    OperationalError: _unreachable,
    Exception: _broken,
}


def install(app: FastAPI) -> None:
    """Make every error of an application a problem."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
