"""Refused payloads on the page: the list, one letter, mending and replaying it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.languages import language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import CheckedForm, CheckedPayloadForm, Logged, Operator
from api.parameters import Identifier, Parameters, Word
from api.platform import Here, Platform
from api.problems import Problem
from ingest.mending import mend
from ingest.payload_text import dump_of, lines_of, text_of
from ingest.reasons import ADVICE
from ingest.replay import replay_refused
from telemetry.errors import EntryError
from telemetry.store.dead_letters import (
    DeadLetterFilter,
    count_reasons,
    find_dead_letter,
    last_dead_letter,
    list_dead_letters,
)

router = APIRouter(include_in_schema=False)
_PAGE: Final = 50
_SPAN: Final = timedelta(days=30)
_DUMPED: Final = 16 * 1024
"""Bytes shown; more of a payload is no more to look at."""


class Refused(Parameters):
    """Which dead letters, and from where on."""

    reason: Word | None = None
    device: Annotated[str, Query(max_length=200)] = ""
    all: bool = False
    before: int | None = None


class Said(Parameters):
    """What came of the last thing that was done to a letter."""

    done: Annotated[str, Query(pattern="^(mended|replayed|again)$")] | None = None


@router.get("/dead-letters")
def show_dead_letters(
    request: Request, platform: Here, operator: Logged, asked: Annotated[Refused, Query()]
) -> Response:
    """Show what was refused, newest first."""
    device = asked.device.replace("\x00", "").strip()
    wanted = DeadLetterFilter(asked.reason, device or None, only_open=not asked.all)
    with platform.reading() as connection:
        values = around(connection, request)
        last = last_dead_letter(connection)
        rows = list_dead_letters(connection, wanted, last=last, limit=_PAGE + 1, before=asked.before)
        reasons = count_reasons(connection, datetime.now(UTC) - _SPAN, only_open=not asked.all)
    values |= {
        "letters": rows[:_PAGE],
        "more": len(rows) > _PAGE,
        "reasons": reasons,
        "reason": asked.reason,
        "device": device,
        "all": asked.all,
    }
    return render(request, "dead_letters.html", values, operator=operator)


@router.get("/dead-letters/{id}")
def show_dead_letter(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: Annotated[Said, Query()],
) -> Response:
    """Show one refused payload, and what to do."""
    return _letter(request, platform, operator, id, {"done": said.done})


@router.post("/dead-letters/{id}/replay")
def replay_dead_letter(
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    _: CheckedForm,
) -> Response:
    """Decode one again, and show what came of it."""
    _permit(operator)
    replay_refused(platform.dsn, letters=[id], router=platform.router)
    with platform.reading() as connection:
        stored = find_dead_letter(connection, id).row.replayed_at is not None
    return RedirectResponse(f"/dead-letters/{id}?done={'replayed' if stored else 'again'}", 303)


@router.post("/dead-letters/{id}/mend")
def mend_dead_letter(
    request: Request,
    platform: Here,
    operator: Logged,
    id: Identifier,  # noqa: A002 -- its name in the path
    form: CheckedPayloadForm,
) -> Response:
    """Store a corrected payload; where it is refused too, say why beside what was written."""
    _permit(operator)
    try:
        mend(
            platform.dsn,
            id,
            _payload(form),
            by=operator.key.name,
            reason=form.get("reason", "").replace("\x00", ""),
            topic=form.get("topic", "").replace("\x00", "").strip() or None,
            router=platform.router,
        )
    except EntryError as error:
        written = {name: form.get(name, "") for name in ("payload", "form", "ends", "reason", "topic")}
        fault = {"written": written, "fault": str(error)}
        return _letter(request, platform, operator, id, fault, status=422)
    return RedirectResponse(f"/dead-letters/{id}?done=mended", 303)


def _permit(operator: Operator) -> None:
    if not operator.may_mend:
        raise Problem(403, f"the key {operator.key.name} lacks the scope ingest:write")


def _payload(form: dict[str, str]) -> bytes:
    written = form.get("payload", "")
    if form.get("form") != "hex":
        # A browser sends every end of a line as two characters, whatever stood there.
        plain = written if form.get("ends") == "crlf" else written.replace("\r\n", "\n")
        return plain.encode("utf-8", "surrogatepass")
    try:
        return bytes.fromhex(written)
    except ValueError:
        raise EntryError("payload", "expected hexadecimal digits, two a byte") from None


def _letter(
    request: Request,
    platform: Platform,
    operator: Operator,
    number: int,
    more: dict[str, Any],
    status: int = 200,
) -> Response:
    with platform.reading() as connection:
        found = find_dead_letter(connection, number)
        values = around(connection, request)
    payload = found.row.payload or b""
    text = text_of(payload)
    advice = ADVICE.get(found.row.reason)
    written = {
        "payload": "\n".join(lines_of(payload)) if text is None else text,
        "form": "hex" if text is None else "text",
        "ends": "crlf" if "\r\n" in (text or "") else "lf",
        "reason": "",
        "topic": found.row.topic,
    }
    values |= {
        "letter": found.row,
        "mends": [(one, text_of(one.payload or b"")) for one in found.mends],
        "advice": getattr(advice, language_of(request)) if advice else None,
        "text": text,
        "dump": dump_of(payload[:_DUMPED]),
        "cut": len(payload) > _DUMPED,
        "written": written,
        "fault": None,
        "done": None,
    }
    return render(request, "letter.html", values | more, operator=operator, status=status)
