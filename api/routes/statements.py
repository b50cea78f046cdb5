"""Statements: listed, one in full, closed."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.export import Export
from api.idempotency import Asked
from api.negotiation import chosen
from api.parameters import Identifier, NoParameters, Paged, Word
from api.platform import Here
from api.preconditions import TAGGED, tagged
from api.problems import Problem
from api.schemas.lists import Listing, next_cursor
from api.schemas.statements import (
    ClosingManifest,
    NewClosing,
    Statement,
    StatementInFull,
    StatementStatus,
    closing_manifest,
    in_full,
    statement,
)
from api.statement_csv import COLUMNS, written
from telemetry.billing.settlement import Cycle
from telemetry.errors import NotFoundError
from telemetry.store.keys import ApiKey
from telemetry.store.pool import connect
from telemetry.store.settlements import (
    StatementFilter,
    find_statement,
    last_statement,
    lines_of,
    list_statements,
)
from telemetry.work import settle

router = APIRouter(prefix="/statements", tags=["billing"])

_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_READER: Final = scope("billing:read")


class StatementPage(Paged):
    """Which statements."""

    limit: Annotated[int | None, Field(ge=1, le=1000, description="Items a page; of CSV none.")] = None
    account: Word | None = None
    period: Annotated[Word | None, Field(examples=["2026-07"])] = None
    cycle: Cycle | None = None
    status: StatementStatus | None = None
    bom: Annotated[bool, Field(description="CSV for spreadsheets: begins with a byte order mark.")] = False

    def filter(self) -> StatementFilter:
        """Return which statements are asked for."""
        cycle = None if self.cycle is None else str(self.cycle)
        return StatementFilter(self.account, self.period, cycle, self.status)


@router.get(
    "",
    summary="Statements, newest first",
    response_model=Listing[Statement],
    responses=problems(400, 401, 403, 406, 503)
    | {200: {"content": {_CSV: {"schema": {"type": "string"}, "example": ",".join(COLUMNS) + "\r\n"}}}},
    dependencies=[_READER],
)
def get_statements(
    platform: Here,
    page: Annotated[StatementPage, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = _JSON,
) -> Response:
    """List statements without their lines; as `text/csv`, all of them in one stream, a row for each line."""
    _known(platform, page)
    if chosen(accept, (_JSON, _CSV)) == _CSV:
        return _as_csv(platform, page)
    if page.bom:
        raise Problem(400, "only a CSV file begins with a byte order mark", field="bom")
    bound, limit = page.bound(), page.limit or 100
    with platform.reading() as connection:
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            last, before = int(position.snapshot[0]), int(position.after[0])
        else:
            last, before = last_statement(connection), None
        rows = list_statements(connection, page.filter(), last, limit + 1, before)
    listing = Listing[Statement](
        items=[statement(row) for row in rows[:limit]],
        next_cursor=next_cursor(
            platform.cursors, rows, limit, bound, lambda row: Position([row.statement_id], [last])
        ),
    )
    return Response(listing.model_dump_json(by_alias=True), media_type=_JSON)


def _known(platform: Here, page: StatementPage) -> None:
    """Refuse names that nothing has: a typing error must not look like an empty bill."""
    if page.period and not any(cycle.expects(page.period) for cycle in Cycle):
        raise Problem(400, "expected a period such as 2026-07 or 2026-07-D1", field="period")
    if page.account:
        with platform.reading() as connection:
            accounts = platform.registry.registry(connection).accounts
        if page.account not in accounts:
            raise Problem(400, f"there is no account {page.account}", field="account")


def _as_csv(platform: Here, page: StatementPage) -> Response:
    if page.limit or page.cursor:
        raise Problem(400, "a file is not cut into pages", field="limit" if page.limit else "cursor")
    pieces = Export(
        platform,
        lambda connection: written(connection, page.filter(), last_statement(connection), bom=page.bom),
    )
    return StreamingResponse(pieces, media_type=_CSV)


@router.get(
    "/{id}",
    summary="One statement",
    responses=problems(400, 401, 403, 404) | TAGGED,
    dependencies=[_READER],
)
def get_statement(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    response: Response,
    _: Annotated[NoParameters, Query()],
) -> StatementInFull:
    """Give one statement with its lines."""
    with platform.reading() as connection:
        row = find_statement(connection, id)
        if row is None:
            raise NotFoundError(f"there is no statement {id}")
        found = in_full(row, lines_of(connection, [id])[id])
    tagged(response, found)
    return found


@router.post("/close", summary="Close a period", responses=problems(400, 401, 403, 409, 422))
def post_closing(
    platform: Here,
    wanted: NewClosing,
    key: Annotated[ApiKey, scope("billing:close")],
    asked: Asked,
    _: Annotated[NoParameters, Query()],
) -> ClosingManifest:
    """Close what is not closed of a period, as it is known at one moment; what is closed stays.

    The answer tells all that is closed of it then, and is the same when asked again. A period that
    is not over is refused, and so are hours that are missing unless `with_missing` says that they count
    as no gas. While hours of it are being worked out again: 409.
    """

    def act() -> ClosingManifest:
        # A snapshot of its own, which a transaction that has begun already cannot have.
        with connect(platform.dsn, "api-close", autocommit=True) as own:
            found = settle.close(own, wanted.wanted(), by=key.name, with_missing=wanted.with_missing)
        return closing_manifest(found)

    with platform.writing() as connection:
        return asked.answer(connection, wanted, ClosingManifest, act)
