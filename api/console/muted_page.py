"""The list of what does not ring: shelved, suppressed, out of service, permitted by a job, inhibited."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alerts.alarm import Muted
from api.console.entries import Filter
from api.console.languages import language_of
from api.console.muted_rows import KINDS, muted_rows
from api.console.overview import around
from api.console.refusals import Refusal
from api.console.rendering import render
from api.console.service_rows import MAY_BE_OUT
from api.console.sessions import Logged, Operator
from api.platform import Here, Platform

router = APIRouter(include_in_schema=False)


class Asked(Filter):
    """Which kind of muting."""

    kind: Muted | None = None


@router.get("/muted")
def show_muted(
    request: Request, platform: Here, operator: Logged, asked: Annotated[Asked, Query()]
) -> Response:
    """Show what does not ring, until when, by whom and why."""
    return muted_page(request, platform, operator, asked.kind)


def muted_page(
    request: Request,
    platform: Platform,
    operator: Operator,
    kind: Muted | None = None,
    *,
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    """Return the list; after a refusal with what was entered and what is wrong with it."""
    with platform.reading() as connection:
        values = around(connection, request)
        rows = muted_rows(connection, language_of(request), values["now"])
    values |= {
        "muted": [one for one in rows if kind in {None, one.kind}],
        "kinds": [kind.value for kind in KINDS],
        "counts_of_muted": Counter(one.kind for one in rows),
        "kind": kind,
        "targets": MAY_BE_OUT,
        "errors": refusal.errors if refusal else {},
        "given": form or {},
    }
    return render(request, "muted.html", values, operator=operator, status=refusal.status if refusal else 200)
