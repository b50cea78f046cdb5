"""The list of what does not ring: shelved, suppressed, out of service, permitted by a job, inhibited."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alerts.alarm import Muted
from api.console.entries import Filter
from api.console.languages import language_of
from api.console.muted_rows import KINDS, muted_rows
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.platform import Here

router = APIRouter(include_in_schema=False)


class Asked(Filter):
    """Which kind of muting."""

    kind: Muted | None = None


@router.get("/muted")
def show_muted(
    request: Request, platform: Here, operator: Logged, asked: Annotated[Asked, Query()]
) -> Response:
    """Show what does not ring, until when, by whom and why."""
    with platform.reading() as connection:
        values = around(connection, request)
        rows = muted_rows(connection, language_of(request), values["now"])
    values |= {
        "muted": [one for one in rows if asked.kind in {None, one.kind}],
        "kinds": [kind.value for kind in KINDS],
        "counts_of_muted": Counter(one.kind for one in rows),
        "kind": asked.kind,
    }
    return render(request, "muted.html", values, operator=operator)
