"""The lines of statements worked out: hours summed, registers at both ends, what people did meanwhile."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.billing.boundaries import Around, index_at
from telemetry.billing.determinants import figures
from telemetry.billing.gas_day import GasCalendar
from telemetry.billing.segments import Segment, whole_hour
from telemetry.billing.statement import Digest, Head, How, Index, Line, Totals, totals
from telemetry.model import HOUR, Instant
from telemetry.registry import FOREVER, Installation, Registry
from telemetry.store.edits import edits_in_force
from telemetry.store.settlement_material import (
    Boundary,
    MeterSpan,
    exchanges_of,
    hours_of,
    readings_around,
)
from telemetry.store.settlements import Clock
from telemetry.work.settle_plan import Piece


class Drawn(msgspec.Struct, frozen=True):
    """A statement worked out; ``meter_ids`` are those of its lines."""

    head: Head
    totals: Totals
    lines: tuple[Line, ...]
    meter_ids: tuple[int, ...]
    sha256: bytes

    @property
    def spans(self) -> list[MeterSpan]:
        """Return the hours of its lines."""
        return [
            MeterSpan(meter_id, line.start, line.end)
            for meter_id, line in zip(self.meter_ids, self.lines, strict=True)
        ]


def worked_out(
    connection: Connection, registry: Registry, some: Sequence[Piece], period: str, known: Clock
) -> Iterator[Drawn]:
    """Yield the statements of some pieces, in order, as everything is known in this snapshot."""
    every = [line for piece in some for line in piece.lines]
    spans = [MeterSpan(registry.meter_ids[one.installation.meter], one.start, one.end) for one in every]
    hours = hours_of(connection, spans, known.known_at)
    around = iter(readings_around(connection, list(_boundaries(registry, every)), known.now))
    people = _People(connection, registry, every)
    place = 0
    for piece in some:
        calendar = piece.agreement.schedule.calendar
        digest, lines = Digest(), []
        for number, segment in enumerate(piece.lines):
            mine = hours_of_line(hours, place)
            lines.append(_line(registry, segment, mine, calendar, (next(around), next(around)), people))
            digest.add(mine | {"line": np.full(len(mine["line"]), number)})
            place += 1
        head = _head(piece, calendar, period, known, registry.version)
        ids = tuple(registry.meter_ids[line.meter] for line in lines)
        yield Drawn(head, totals(lines), tuple(lines), ids, digest.of(head, lines))


def hours_of_line(hours: Columns, place: int) -> Columns:
    """Return the hours of one of the spans that were asked for."""
    first, end = np.searchsorted(hours["line"], (place, place + 1)).tolist()
    return {name: column[first:end] for name, column in hours.items()}


class _People:
    """What people entered that touches some segments."""

    def __init__(self, connection: Connection, registry: Registry, every: Sequence[Segment]) -> None:
        meters = sorted({one.installation.meter for one in every})
        ids = [registry.meter_ids[meter] for meter in meters]
        start = min((one.start for one in every), default=0)
        end = max((one.end for one in every), default=0)
        self._meter_ids = registry.meter_ids
        self._exchanges = exchanges_of(connection, meters)
        self._edits = edits_in_force(connection, ids, start, end)

    def exchanges(self, segment: Segment) -> tuple[int, ...]:
        """Return the exchanges that a segment's installation ended or began with, within it."""
        row = segment.installation
        return tuple(
            one.exchange_id
            for one in self._exchanges
            if (one.meter == row.meter and one.exchanged_at == row.until and _ends_here(segment))
            or (one.new_meter == row.meter and one.installed_at == row.valid_from and _begins_here(segment))
        )

    def edits(self, segment: Segment) -> tuple[int, ...]:
        """Return the edits in force over something of a segment."""
        return tuple(
            one.edit_id
            for one in self._edits
            if one.meter_id == self._meter_ids[segment.installation.meter]
            and one.start < segment.end
            and segment.start < one.end
        )


def _head(piece: Piece, calendar: GasCalendar, period: str, known: Clock, registry_version: int) -> Head:
    agreement = piece.agreement
    return Head(
        cycle=str(agreement.schedule.cycle),
        period=period,
        account=agreement.account,
        contract=agreement.contract,
        site=agreement.site,
        start=piece.span.start,
        end=piece.span.end,
        time_zone=calendar.time_zone,
        day_start=calendar.gas_day_start.isoformat("minutes"),
        as_of=known.known_at,
        sequence=known.sequence,
        drawn_at=known.now,
        registry_version=registry_version,
    )


def _line(
    registry: Registry,
    segment: Segment,
    hours: Columns,
    calendar: GasCalendar,
    around: tuple[Around, Around],
    people: _People,
) -> Line:
    row = segment.installation
    digits = registry.meters[row.meter].digits
    opening, closing = (index_at(at, there, digits) for at, there in zip(_ends(segment), around, strict=True))
    return Line(
        meter=row.meter,
        device=row.device,
        sign=row.sign,
        start=segment.start,
        end=segment.end,
        installed_from=row.valid_from,
        installed_until=row.until,
        opening=_stated_opening(row) if _begins_here(segment) else opening,
        closing=_stated_closing(row, closing) if _ends_here(segment) else closing,
        figures=figures(hours, segment.start, segment.end, calendar),
        exchanges=people.exchanges(segment),
        edits=people.edits(segment),
    )


def _boundaries(registry: Registry, every: Sequence[Segment]) -> Iterator[Boundary]:
    """Yield both ends of each segment."""
    for segment in every:
        row = segment.installation
        for at in _ends(segment):
            yield boundary(registry.meter_ids, registry.device_ids, row, at)


def boundary(
    meter_ids: Mapping[str, int], device_ids: Mapping[str, int], row: Installation | Line, at: Instant
) -> Boundary:
    """Return an end of what an installation, or a line that was drawn of it, has."""
    start, until = (
        (row.valid_from, row.until)
        if isinstance(row, Installation)
        else (row.installed_from, row.installed_until)
    )
    return Boundary(
        meter_id=meter_ids[row.meter],
        device_id=device_ids[row.device],
        installed_from=start,
        installed_until=until,
        at=at,
    )


def _ends(segment: Segment) -> tuple[Instant, Instant]:
    row = segment.installation
    return max(segment.start, row.valid_from), min(segment.end, row.until)


def _begins_here(segment: Segment) -> bool:
    return segment.start <= segment.installation.valid_from < segment.start + HOUR


def _ends_here(segment: Segment) -> bool:
    until = segment.installation.until
    return until < FOREVER and segment.end == whole_hour(until)


def _stated_opening(row: Installation) -> Index:
    return Index(at=row.valid_from, index_um3=row.index_um3, how=How.STATED)


def _stated_closing(row: Installation, otherwise: Index) -> Index:
    if row.final_index_um3 is None or row.removed_at != row.until:
        return otherwise
    return Index(at=row.until, index_um3=row.final_index_um3, how=How.STATED)
