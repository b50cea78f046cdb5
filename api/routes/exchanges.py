"""Exchanges of meters and devices: recorded, verified by somebody else, listed."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from psycopg import Connection

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.idempotency import Asked
from api.parameters import Identifier, NoParameters, Period, Word
from api.platform import Here
from api.preconditions import TAGGED, Expected, tagged
from api.schemas.exchanges import Exchange, ExchangeState, NewExchange, exchange
from api.schemas.lists import Listing, next_cursor
from telemetry.errors import NotFoundError
from telemetry.model import instant
from telemetry.store.exchanges import (
    ExchangeFilter,
    ExchangeRow,
    ExchangeSnapshot,
    exchange_snapshot,
    find_exchange,
    hold_exchange,
    list_exchanges,
)
from telemetry.store.keys import ApiKey
from telemetry.store.registry_writing import lock_registry
from telemetry.work import exchanges

router = APIRouter(prefix="/exchanges", tags=["exchanges"])

_READERS = ("telemetry:read", "billing:read", "registry:read", "work:write", "work:verify")


class ExchangePage(Period):
    """Which exchanges; `from` and `to` bound when they were done."""

    meter: Word | None = None
    state: ExchangeState | None = None


@router.post("", summary="Record an exchange", responses=problems(400, 401, 403, 422))
def post_exchange(
    platform: Here,
    said: NewExchange,
    key: Annotated[ApiKey, scope("work:write")],
    asked: Asked,
    _: Annotated[NoParameters, Query()],
) -> Exchange:
    """End an installation and begin the next, however late it is entered.

    Volumes from the exchange on are worked out again. With a `device` and no `new_meter` the
    corrector alone was exchanged: the index goes on, the base index starts anew.
    """

    def act() -> Exchange:
        now = instant(datetime.now(UTC))
        registry_of = platform.registry.registry
        return exchange(
            exchanges.record(connection, said.said(), by=key.name, now=now, registry_of=registry_of)
        )

    with platform.writing() as connection:
        return asked.answer(connection, said, Exchange, act)


@router.get(
    "",
    summary="Exchanges, the latest recorded first",
    responses=problems(400, 401, 403),
    dependencies=[scope(*_READERS)],
)
def get_exchanges(platform: Here, page: Annotated[ExchangePage, Query()]) -> Listing[Exchange]:
    """List exchanges; `meter` is the one that ended or the one that began."""
    bound = page.bound()
    wanted = ExchangeFilter(page.meter, page.state, page.start, page.end)
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            last, as_of = position.snapshot
            snapshot = ExchangeSnapshot(int(last), datetime.fromisoformat(as_of))
            before = int(position.after[0])
        else:
            snapshot, before = exchange_snapshot(connection), None
        rows = list_exchanges(connection, wanted, snapshot, page.limit + 1, before)
    fixed = [snapshot.exchange_id, snapshot.as_of.isoformat()]
    return Listing(
        items=[exchange(row) for row in rows[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.exchange_id], fixed)
        ),
    )


@router.get(
    "/{id}",
    summary="One exchange",
    responses=problems(400, 401, 403, 404) | TAGGED,
    dependencies=[scope(*_READERS)],
)
def get_exchange(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    response: Response,
    _: Annotated[NoParameters, Query()],
) -> Exchange:
    """Give one exchange as it stands."""
    with platform.reading() as connection:
        row = find_exchange(connection, id)
    if row is None:
        raise NotFoundError(f"there is no exchange {id}")
    return _answered(response, row)


@router.post(
    "/{id}/verify",
    summary="Verify somebody else's exchange",
    responses=problems(400, 401, 403, 404, 409, 412) | TAGGED,
)
def post_verification(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    key: Annotated[ApiKey, scope("work:verify")],
    expected: Expected,
    response: Response,
    _: Annotated[NoParameters, Query()],
) -> Exchange:
    """Say that an exchange was as recorded; who did or recorded it may not. Verified already: 409."""
    with platform.writing() as connection:
        expected.check(lambda: _standing(connection, id))
        return _answered(response, exchanges.verify(connection, id, by=key.name))


def _standing(connection: Connection, exchange_id: int) -> Exchange | None:
    """Return an exchange that nobody else changes until the transaction ends."""
    lock_registry(connection)  # first, as whoever verifies does
    row = hold_exchange(connection, exchange_id)
    return None if row is None else exchange(row)


def _answered(response: Response, row: ExchangeRow) -> Exchange:
    found = exchange(row)
    tagged(response, found)
    return found
