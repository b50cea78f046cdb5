"""Who is at the screen: a session cookie, and forms that only our own pages can send."""

import hmac
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response

from api.authentication import permit
from api.platform import Here, Platform
from api.problems import Problem
from telemetry.store.keys import ApiKey, fingerprint
from telemetry.store.sessions import SESSION_LIFETIME, find_session

COOKIE: Final = "citygas_session"
CSRF_HEADER: Final = "X-CSRF-Token"
_LARGEST_FORM: Final = 16 * 1024
_LARGEST_PAYLOAD_FORM: Final = 4 * 1024 * 1024
"""A payload of 1 MiB whose every byte a form escapes is three times as long."""


class LogInNeededError(Exception):
    """Nobody is logged in here."""


@dataclass(frozen=True)
class Operator:
    """Somebody at the screen, acting as a key."""

    key: ApiKey
    csrf: str

    @property
    def may_operate(self) -> bool:
        """Whether alarms may be acknowledged, shelved and judged."""
        return self.key.allows("alarms:operate")

    @property
    def may_work(self) -> bool:
        """Whether jobs may be entered and moved."""
        return self.key.allows("work:write")

    @property
    def may_verify(self) -> bool:
        """Whether jobs that others did may be verified."""
        return self.key.allows("work:verify")

    @property
    def may_explain(self) -> bool:
        """Whether what a volume comes from may be seen."""
        return self.key.allows("billing:read")

    @property
    def may_mend(self) -> bool:
        """Whether refused payloads may be mended and replayed."""
        return self.key.allows("ingest:write")


def operator_of(request: Request, platform: Here) -> Operator:
    """Return who is logged in, with at least the scopes that the pages read with."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise LogInNeededError
    with platform.reading() as connection:
        key = find_session(connection, token)
    if key is None:
        raise LogInNeededError
    permit(key, "telemetry:read")
    permit(key, "alarms:read", "alarms:operate")
    return Operator(key, csrf_token(platform, token))


Logged = Annotated[Operator, Depends(operator_of)]


def csrf_token(platform: Platform, session: str) -> str:
    """Return the token that forms of a session must carry."""
    return hmac.new(platform.secret, b"form" + fingerprint(session), "sha256").hexdigest()


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a small form."""
    return await _form(request, _LARGEST_FORM)


async def payload_form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form that holds a payload."""
    return await _form(request, _LARGEST_PAYLOAD_FORM)


async def _form(request: Request, largest: int) -> dict[str, str]:
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if from_elsewhere:
        raise Problem(403, "this form was sent by another site")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise Problem(413, "the form is too large")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))


Form = Annotated[dict[str, str], Depends(form_of)]
PayloadForm = Annotated[dict[str, str], Depends(payload_form_of)]


def checked_form(request: Request, operator: Logged, form: Form) -> dict[str, str]:
    """Return the fields of a form that carries its session's token."""
    return _checked(request, operator, form)


def checked_payload_form(request: Request, operator: Logged, form: PayloadForm) -> dict[str, str]:
    """Return the fields of such a form that holds a payload."""
    return _checked(request, operator, form)


def _checked(request: Request, operator: Operator, form: dict[str, str]) -> dict[str, str]:
    given = request.headers.get(CSRF_HEADER) or form.get("csrf", "")
    if not hmac.compare_digest(given.encode(), operator.csrf.encode()):
        raise Problem(403, "this form is stale or was not ours: reload the page")
    return form


CheckedForm = Annotated[dict[str, str], Depends(checked_form)]
CheckedPayloadForm = Annotated[dict[str, str], Depends(checked_payload_form)]


def remember(request: Request, response: Response, token: str) -> None:
    """Hand the browser its session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
