"""Verify a statement: its hours from raw data, its lines from its hours, its hash from both."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time

import msgspec
import numpy as np
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.billing.boundaries import index_at
from telemetry.billing.determinants import figures
from telemetry.billing.gas_day import GasCalendar
from telemetry.billing.statement import Digest, How, Index, Line, totals
from telemetry.errors import NotFoundError
from telemetry.model import moment
from telemetry.registry import Registry
from telemetry.store.adjustments import Cover, unaccounted_hours
from telemetry.store.registry_tables import load_registry
from telemetry.store.settlement_material import MeterSpan, hours_of, readings_around
from telemetry.store.settlements import StatementRow, find_statement, lines_of
from telemetry.store.statements import statements
from telemetry.work import adjust
from telemetry.work.settle_lines import boundary, hours_of_line
from telemetry.work.verify import compared


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is stored otherwise than it comes out: of an hour, of a line or of the whole."""

    what: str
    stored: str
    recomputed: str
    meter: str | None = None
    interval_start: datetime | None = None


class StatementVerified(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared of a statement, and where it differs."""

    statement: int
    period: str
    status: str
    hours: int
    base_volume_um3: int
    sha256: str
    differences: tuple[Disagreement, ...]

    @property
    def agrees(self) -> bool:
        """Say whether every stored unit comes out again."""
        return not self.differences


def verify_statement(connection: Connection, statement_id: int) -> StatementVerified:
    """Work a statement out again, in one snapshot.

    Its hours, as they stood when it was drawn, must give its lines, its sums and its hash; the same
    hours, as they stand now, must come out of the raw data; and what was booked since must lead from
    the ones to the others. What was not booked yet is booked first.

    Raises
    ------
    NotFoundError
        If there is no such statement.
    """
    adjust.book(connection)
    with connection.transaction():
        connection.execute(statements("proof")["one_snapshot"])
        row = find_statement(connection, statement_id)
        if row is None:
            raise NotFoundError(f"there is no statement {statement_id}")
        lines = lines_of(connection, [statement_id])[statement_id]
        return StatementVerified(
            statement=statement_id,
            period=row.period,
            status=row.status,
            hours=row.hour_count,
            base_volume_um3=row.base_volume_um3,
            sha256=row.sha256.hex(),
            differences=tuple(_differences(connection, row, lines)),
        )


def _differences(connection: Connection, row: StatementRow, lines: Sequence[Line]) -> Iterator[Disagreement]:
    registry = load_registry(connection)
    covers = [
        Cover(
            meter_id=registry.meter_ids[line.meter],
            start=line.start,
            end=line.end,
            statement_id=row.statement_id,
            sign=line.sign,
        )
        for line in lines
    ]
    spans = [MeterSpan(one.meter_id, one.start, one.end) for one in covers]
    hours = hours_of(connection, spans, row.as_of)
    again = _drawn_again(connection, registry, row, lines, hours)
    for line, other in zip(lines, again, strict=True):
        yield from _of_line(line, other)
    yield from _of_sums(row, again, hours)
    for line in lines:
        for one in compared(connection, line.meter, line.start, line.end).differences:
            yield Disagreement(
                what=one.what,
                stored=str(one.stored),
                recomputed=str(one.recomputed),
                meter=line.meter,
                interval_start=one.interval_start,
            )
    if row.status == "closed":
        yield from _unaccounted(connection, row, covers, hours)


def _drawn_again(
    connection: Connection, registry: Registry, row: StatementRow, lines: Sequence[Line], hours: Columns
) -> list[Line]:
    """Return the lines with all that can be worked out again; what installations stated stays as it was."""
    calendar = GasCalendar(row.time_zone, time.fromisoformat(row.day_start))
    ends = [index for line in lines for index in (line.opening, line.closing)]
    boundaries = [
        boundary(registry.meter_ids, registry.device_ids, line, index.at)
        for line in lines
        for index in (line.opening, line.closing)
    ]
    around = readings_around(connection, boundaries, row.drawn_at)
    digits = [registry.meters[line.meter].digits for line in lines for _ in range(2)]
    found: list[Index] = [
        index if index.how == How.STATED else index_at(index.at, there, many)
        for index, there, many in zip(ends, around, digits, strict=True)
    ]
    return [
        msgspec.structs.replace(
            line,
            opening=found[2 * place],
            closing=found[2 * place + 1],
            figures=figures(hours_of_line(hours, place), line.start, line.end, calendar),
        )
        for place, line in enumerate(lines)
    ]


def _of_line(line: Line, again: Line) -> Iterator[Disagreement]:
    """Yield where a line is not what its hours and readings give."""
    stored, other = msgspec.structs.asdict(line.figures), msgspec.structs.asdict(again.figures)
    stored |= {"opening": line.opening, "closing": line.closing}
    other |= {"opening": again.opening, "closing": again.closing}
    for name, value in stored.items():
        if value != other[name]:
            yield Disagreement(
                what=f"line.{name}",
                stored=str(value),
                recomputed=str(other[name]),
                meter=line.meter,
                interval_start=moment(line.start),
            )


def _of_sums(row: StatementRow, again: Sequence[Line], hours: Columns) -> Iterator[Disagreement]:
    """Yield where the sums or the hash are not those of the lines."""
    stored, other = (msgspec.structs.asdict(one) for one in (row.totals, totals(again)))
    for name, value in stored.items():
        if value != other[name]:
            yield Disagreement(what=name, stored=str(value), recomputed=str(other[name]))
    digest = Digest()
    digest.add(hours)
    sha256 = digest.of(row.head, again)
    if sha256 != row.sha256:
        yield Disagreement(what="sha256", stored=row.sha256.hex(), recomputed=sha256.hex())


def _unaccounted(
    connection: Connection, row: StatementRow, covers: Sequence[Cover], hours: Columns
) -> Iterator[Disagreement]:
    """Yield the hours whose present volume the statement's adjustments do not lead to."""
    meters = np.array([one.meter_id for one in covers], np.int64)
    closed = hours | {"meter_id": meters[hours["line"]]}
    for one in unaccounted_hours(connection, row.statement_id, covers, closed):
        yield Disagreement(
            what="adjustments",
            stored=str(one.standing_um3),
            recomputed=str(one.accounted_um3),
            meter=one.meter,
            interval_start=one.interval_start,
        )
