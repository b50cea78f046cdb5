"""The feed of adjustments: every change of a closed hour once, in the order in which it became known."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import scope
from api.description import problems
from api.parameters import Parameters
from api.platform import Here
from api.schemas.statements import Adjustment, Adjustments
from telemetry.billing.statement import decimal_m3
from telemetry.store.adjustments import AdjustmentRow, adjustments_after
from telemetry.work import adjust

router = APIRouter(tags=["billing"], dependencies=[scope("billing:read")])

_LAST: Final = 2**62


class Feed(Parameters):
    """From where on, how many, and perhaps of which statement."""

    since: Annotated[int, Field(ge=0, le=_LAST, description="`next` of the answer before; 0: all.")] = 0
    limit: Annotated[int, Field(ge=1, le=10_000, description="Adjustments an answer.")] = 1000
    statement: Annotated[int | None, Field(ge=1, le=_LAST, description="Only this one's.")] = None


@router.get("/adjustments", summary="Changes of closed periods", responses=problems(400, 401, 403))
def get_adjustments(platform: Here, asked: Annotated[Feed, Query()]) -> Adjustments:
    """Give the adjustments numbered above `since`: each once, in the order in which they became known.

    Ask again with `since=` the answer's `next`: at once while `items` is not empty, later when it is.
    """
    with platform.writing() as connection:
        adjust.book(connection, platform.registry.registry)
    with platform.reading() as connection:
        found = adjustments_after(connection, asked.since, asked.limit, asked.statement)
    last = found[-1].adjustment_id if found else asked.since
    return Adjustments(items=[_shown(one) for one in found], next=last)


def _shown(one: AdjustmentRow) -> Adjustment:
    same = ("meter", "interval_start", "interval_end", "cause", "effective_period", "booking_period")
    return Adjustment(
        id=one.adjustment_id,
        statement=one.statement_id,
        original_m3=decimal_m3(one.original_um3),
        revised_m3=decimal_m3(one.revised_um3),
        delta_m3=decimal_m3(one.delta_um3),
        known_at=one.known_at,
        **{name: getattr(one, name) for name in same},
    )
