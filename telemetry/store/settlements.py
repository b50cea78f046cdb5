"""Statements stored: drafts that are drawn again, and what is closed and stays as it is."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from telemetry.billing.gas_day import Span
from telemetry.billing.statement import Head, Line, QualityPart, Totals
from telemetry.model import Instant, moment
from telemetry.store.statements import statements


class Clock(msgspec.Struct, frozen=True):
    """The last change of volumes that a snapshot knows, the last one booked, and the time."""

    known_at: Instant
    sequence: int
    booked: int
    now: Instant


class ClosedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Whose hours are closed over which span, as of which change of volumes."""

    statement_id: int
    site: str
    account: str
    cycle: str
    period: str
    start: Instant
    end: Instant
    sequence: int

    @property
    def span(self) -> Span:
        """Return what it spans."""
        return Span(self.start, self.end)


class ClosedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a meter that are closed."""

    meter_id: int
    statement_id: int
    start: Instant
    end: Instant
    sign: int


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A statement without its lines; ``status`` is draft or closed."""

    statement_id: int
    cycle: str
    period: str
    account: str
    contract: str | None
    site: str
    start: Instant
    end: Instant
    time_zone: str
    day_start: str
    status: str
    as_of: Instant
    sequence: int
    drawn_at: Instant
    registry_version: int
    hour_count: int
    missing_hours: int
    volume_um3: int
    base_volume_um3: int
    estimated_share: Decimal
    uncertainty_um3: int | None
    qualities: list[dict[str, Any]]
    sha256: bytes
    closed_at: datetime | None
    closed_by: str | None

    @property
    def head(self) -> Head:
        """Return whose statement of what it is."""
        return Head(**{name: getattr(self, name) for name in Head.__struct_fields__})

    @property
    def totals(self) -> Totals:
        """Return what its lines sum to."""
        same = {name: getattr(self, name) for name in Totals.__struct_fields__ if hasattr(self, name)}
        parts = msgspec.convert(self.qualities, tuple[QualityPart, ...])
        return Totals(**same | {"rows": self.hour_count, "qualities": parts})


class StatementFilter(msgspec.Struct, frozen=True):
    """Which statements; nothing given means all."""

    account: str | None = None
    period: str | None = None
    cycle: str | None = None
    status: str | None = None


class ClosedSums(msgspec.Struct, frozen=True):
    """What is closed of a period; ``ids`` and ``hashes`` in the same order."""

    statements: int
    rows: int
    missing_hours: int
    base_volume_um3: int
    ids: list[int]
    hashes: list[bytes]


def take_turn(connection: Connection) -> None:
    """Begin to draw, close or book: alone to the end of the transaction, and in one snapshot from here on."""
    connection.execute(statements("proof")["one_snapshot"])
    connection.execute(statements("settlements")["take_turn"])


def hold_still(connection: Connection) -> None:
    """Keep periods from being closed until the transaction ends."""
    connection.execute(statements("settlements")["hold_still"])


def clock(connection: Connection) -> Clock:
    """Return what this snapshot knows of volumes."""
    with connection.cursor(row_factory=class_row(Clock)) as cursor:
        row = cursor.execute(statements("settlements")["clock"]).fetchone()
    if row is None:
        raise LookupError("the clocks of volumes and settlement are gone")
    return row


def closed_statements(
    connection: Connection, sites: Sequence[str] | None, span: Span
) -> list[ClosedStatement]:
    """Return what is closed of some sites, or of all, over something of a span."""
    wanted = {"sites": None if sites is None else list(sites)} | _bounds(span)
    with connection.cursor(row_factory=class_row(ClosedStatement)) as cursor:
        return cursor.execute(statements("settlements")["closed_statements"], wanted).fetchall()


def closed_lines(connection: Connection, meters: Sequence[int], span: Span) -> list[ClosedLine]:
    """Return which hours of some meters are closed, in order of meter and time."""
    wanted = {"meters": list(meters)} | _bounds(span)
    with connection.cursor(row_factory=class_row(ClosedLine)) as cursor:
        return cursor.execute(statements("settlements")["closed_lines"], wanted).fetchall()


def keep_draft(
    connection: Connection, head: Head, sums: Totals, lines: Sequence[tuple[int, Line]], sha256: bytes
) -> int:
    """Keep a draft with its lines, each with its meter's number, in the place of the one before."""
    sql = statements("settlements")
    values = msgspec.structs.asdict(head) | msgspec.structs.asdict(sums)
    values |= {name: moment(values[name]) for name in ("start", "end", "as_of", "drawn_at")}
    values |= {"qualities": Jsonb(msgspec.to_builtins(sums.qualities)), "sha256": sha256}
    row = connection.execute(sql["draw"], values).fetchone()
    if row is None:
        raise LookupError("statement: no number came back")
    connection.execute(sql["forget_lines"], {"statement_id": row[0]})
    with connection.cursor() as cursor:
        cursor.executemany(sql["add_line"], [_line(row[0], place, *one) for place, one in enumerate(lines)])
    return int(row[0])


def close(connection: Connection, drawn: Sequence[int], *, by: str, at: Instant) -> None:
    """Close drafts."""
    wanted = {"statements": list(drawn), "by": by, "at": moment(at)}
    connection.execute(statements("settlements")["close"], wanted)


def forget_drafts(
    connection: Connection, cycle: str, period: str, account: str | None, kept: Sequence[int]
) -> None:
    """Let go of the drafts of a period that were not drawn again."""
    wanted = {"cycle": cycle, "period": period, "account": account, "kept": list(kept)}
    connection.execute(statements("settlements")["forget_drafts"], wanted)


def closed_sums(connection: Connection, cycle: str, period: str, account: str | None) -> ClosedSums:
    """Return what is closed of a period."""
    wanted = {"cycle": cycle, "period": period, "account": account}
    with connection.cursor(row_factory=class_row(ClosedSums)) as cursor:
        row = cursor.execute(statements("settlements")["closed_sums"], wanted).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def last_statement(connection: Connection) -> int:
    """Return the highest number of a statement."""
    row = connection.execute(statements("settlements")["last"]).fetchone()
    return int(row[0]) if row else 0


def list_statements(
    connection: Connection, wanted: StatementFilter, last: int, limit: int, before: int | None = None
) -> list[StatementRow]:
    """Return statements up to a number, newest first."""
    return _rows(connection, wanted, last=last, limit=limit, before=before)


def find_statement(connection: Connection, statement_id: int) -> StatementRow | None:
    """Return one statement as it stands."""
    rows = _rows(connection, StatementFilter(), last=statement_id, limit=1, only=statement_id)
    return rows[0] if rows else None


def lines_of(connection: Connection, drawn: Sequence[int]) -> dict[int, list[Line]]:
    """Return the lines of some statements, in order."""
    found: dict[int, list[Line]] = {one: [] for one in drawn}
    for statement_id, told in connection.execute(
        statements("settlements")["lines"], {"statements": list(drawn)}
    ):
        found[statement_id].append(msgspec.convert(told, Line))
    return found


def _line(statement_id: int, place: int, meter_id: int, line: Line) -> dict[str, object]:
    return {
        "statement_id": statement_id,
        "line": place,
        "meter_id": meter_id,
        "start": moment(line.start),
        "end": moment(line.end),
        "told": Jsonb(msgspec.to_builtins(line)),
    }


def _rows(
    connection: Connection,
    wanted: StatementFilter,
    *,
    last: int,
    limit: int,
    before: int | None = None,
    only: int | None = None,
) -> list[StatementRow]:
    values = msgspec.structs.asdict(wanted) | {"last": last, "limit": limit, "before": before, "only": only}
    with connection.cursor(row_factory=class_row(StatementRow)) as cursor:
        return cursor.execute(statements("settlements")["list"], values).fetchall()


def _bounds(span: Span) -> dict[str, datetime]:
    return {"start": moment(span.start), "end": moment(span.end)}
