"""What operators do to alarms: acknowledge, shelve, unshelve, say what was behind them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from psycopg import Connection

from alerts.people.acknowledge import acknowledge
from alerts.people.shelving import shelve, unshelve
from alerts.people.verdict import judge
from api.authentication import scope
from api.description import problems
from api.parameters import Identifier, NoParameters
from api.platform import Here
from api.schemas.alarm_entries import Acknowledgement, NewVerdict, Shelf, Unshelving
from api.schemas.alarms import Alarm, alarm
from telemetry.errors import NotFoundError
from telemetry.model import Instant, instant
from telemetry.store.alarm_lists import find_alarm
from telemetry.store.keys import ApiKey

router = APIRouter(prefix="/alarms", tags=["alarms"])

_REFUSALS = problems(400, 401, 403, 404, 409, 422)


@router.post("/{id}/acknowledge", summary="Acknowledge an alarm", responses=_REFUSALS)
def post_acknowledgement(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: Acknowledgement,
    key: Annotated[ApiKey, scope("alarms:operate")],
    _: Annotated[NoParameters, Query()],
) -> Alarm:
    """Take note of an alarm: an active one becomes acknowledged, a returned one normal, else 409."""
    with platform.writing() as connection:
        acknowledge(connection, id, actor=key.name, comment=said.comment, at=_now())
        return _alarm(connection, id)


@router.post("/{id}/shelve", summary="Put an alarm aside for a time", responses=_REFUSALS)
def post_shelving(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: Shelf,
    key: Annotated[ApiKey, scope("alarms:operate")],
    _: Annotated[NoParameters, Query()],
) -> Alarm:
    """Let a rule's alarm about its target not ring until a time, whatever state it is in.

    It ends at `until`, when somebody unshelves it, or when its priority rises; what is active then
    rings. `until` is at most so far away as the configuration allows (24 h), else 422; shelved already: 409.
    """
    with platform.writing() as connection:
        shelve(
            connection,
            id,
            until=instant(said.until),
            reason=said.reason,
            actor=key.name,
            at=_now(),
            longest=platform.shelve_longest,
        )
        return _alarm(connection, id)


@router.post("/{id}/unshelve", summary="Take an alarm from the shelf", responses=_REFUSALS)
def post_unshelving(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: Unshelving,
    key: Annotated[ApiKey, scope("alarms:operate")],
    _: Annotated[NoParameters, Query()],
) -> Alarm:
    """Let an alarm ring again; not shelved: 409."""
    with platform.writing() as connection:
        unshelve(connection, id, actor=key.name, comment=said.comment, at=_now())
        return _alarm(connection, id)


@router.post("/{id}/verdict", summary="Say what was behind an alarm", responses=_REFUSALS)
def post_verdict(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    said: NewVerdict,
    key: Annotated[ApiKey, scope("alarms:operate")],
    _: Annotated[NoParameters, Query()],
) -> Alarm:
    """Say by a cause whether an alarm was right; its state stays. The latest verdict counts."""
    with platform.writing() as connection:
        judge(connection, id, cause=said.cause, comment=said.comment, actor=key.name, at=_now())
        return _alarm(connection, id)


def _now() -> Instant:
    return instant(datetime.now(UTC))


def _alarm(connection: Connection, alarm_id: int) -> Alarm:
    row = find_alarm(connection, alarm_id)
    if row is None:
        raise NotFoundError(f"there is no alarm {alarm_id}")
    return alarm(row)
