"""How the alarm system does: each figure against its target, who called most often, floods."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from psycopg import Connection

from alerts.reports.kpi import Actor, Figure, performance
from api.alarm_span import AlarmSpanParameters
from api.console.alarm_rows import in_language, rule_title
from api.console.languages import Language, language_of
from api.console.overview import around
from api.console.rendering import render
from api.console.sessions import Logged
from api.console.spans import SpanFields, settled
from api.console.targets import shown_targets
from api.platform import Here

router = APIRouter(include_in_schema=False)
_MONTH: Final = timedelta(days=30)
"""Figures of shorter spans say little: their targets are meant for a month."""

_AT_LEAST: Final = frozenset({"low_share_pct"})
"""Figures that should not be less than their target; all others should not be more."""

Judged = Literal["good", "manageable", "beyond"]


@router.get("/figures")
def show_figures(
    request: Request, platform: Here, operator: Logged, asked: Annotated[SpanFields, Query()]
) -> Response:
    """Show the figures of a span; without one, of the last thirty days."""
    with platform.reading() as connection:
        values = around(connection, request)
        values |= settled(asked, language_of(request), values, values["now"] - _MONTH)
        values |= _figures(connection, values["found"], language_of(request))
    return render(request, "figures.html", values, operator=operator, status=values["status"])


def _figures(connection: Connection, asked: AlarmSpanParameters, language: Language) -> dict[str, Any]:
    span = asked.span(connection, _MONTH)
    done = performance(span)
    actors: list[Actor] = [*done.bad_actors, *done.chattering]
    about = {one.source[1:] for one in actors} | {(one.target_kind, one.target_id) for one in done.stale}
    return {
        "span": span,
        "performance": done,
        "judged": judged,
        "targets": shown_targets(connection, about),
        "rule_title": lambda name: rule_title(name, language),
        "say": lambda wording: in_language(wording, language),
    }


def judged(figure: Figure) -> Judged | None:
    """Return how a figure does against its target; None where there is none, or no value."""
    value, target, manageable = figure.value, figure.definition.target, figure.definition.manageable
    if value is None or target is None:
        return None
    if figure.definition.name in _AT_LEAST:
        return "good" if value >= target else "beyond"
    if value <= target:
        return "good"
    return "manageable" if manageable is not None and value <= manageable else "beyond"
