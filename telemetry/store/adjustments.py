"""Adjustments stored: changes of closed statements, each once, in the order in which they became known."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.batch import Columns
from telemetry.model import Instant, moment
from telemetry.store.statements import statements


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a meter that a closed statement answers for, counted by their sign."""

    meter_id: int
    start: Instant
    end: Instant
    statement_id: int
    sign: int


class RevisedHour(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an hour that is closed."""

    sequence: int
    statement_id: int
    site: str
    meter_id: int
    interval_start: Instant
    original_um3: int
    revised_um3: int
    delta_um3: int
    cause: str
    known_at: Instant


class AdjustmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An adjustment as it was booked; ``delta_um3`` comes on top of what was booked of the hour before."""

    adjustment_id: int
    statement_id: int
    meter: str
    interval_start: datetime
    interval_end: datetime
    original_um3: int
    revised_um3: int
    delta_um3: int
    cause: str
    effective_period: str
    booking_period: str
    known_at: datetime


class Unaccounted(msgspec.Struct, frozen=True, kw_only=True):
    """An hour that does not stand at what was closed of it and what was booked since come to."""

    meter: str
    interval_start: datetime
    standing_um3: int
    accounted_um3: int


def horizon(connection: Connection) -> Instant | None:
    """Return where the last closed hour ends; None where nothing is closed."""
    row = connection.execute(statements("adjustments")["horizon"]).fetchone()
    return row[0] if row else None


def touched_meters(connection: Connection, since: int, until: int, before: Instant) -> list[int]:
    """Return the meters whose hours before an instant the changes of some numbers touch."""
    wanted = {"since": since, "until": until, "before": moment(before)}
    return [row[0] for row in connection.execute(statements("adjustments")["touched"], wanted)]


def revised_hours(
    connection: Connection, since: int, until: int, covers: Sequence[Cover]
) -> list[RevisedHour]:
    """Return the changes of some numbers that are of covered hours, in order."""
    wanted = {
        "since": since,
        "until": until,
        "meters": [one.meter_id for one in covers],
        "starts": [moment(one.start) for one in covers],
        "ends": [moment(one.end) for one in covers],
        "statements": [one.statement_id for one in covers],
        "signs": [one.sign for one in covers],
    }
    with connection.cursor(row_factory=class_row(RevisedHour)) as cursor:
        return cursor.execute(statements("adjustments")["revised"], wanted).fetchall()


def add_adjustments(connection: Connection, found: Sequence[tuple[RevisedHour, str]]) -> None:
    """Give changes of closed hours their numbers and keep them, each with the period it is booked in."""
    row = connection.execute(statements("adjustments")["last"]).fetchone()
    last = row[0] if row else 0
    rows = [
        msgspec.structs.asdict(one)
        | {
            "adjustment_id": number,
            "booking_period": period,
            "interval_start": moment(one.interval_start),
            "known_at": moment(one.known_at),
        }
        for number, (one, period) in enumerate(found, last + 1)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statements("adjustments")["add"], rows)


def set_booked(connection: Connection, until: int) -> None:
    """Remember how far the changes of volumes were looked at."""
    connection.execute(statements("adjustments")["booked"], {"until": until})


def unaccounted_hours(
    connection: Connection, statement_id: int, lines: Sequence[Cover], closed: Columns
) -> list[Unaccounted]:
    """Return the hours of a statement's lines whose present volume its adjustments do not lead to.

    ``closed`` are the hours as they were closed: ``meter_id``, ``interval_start``, ``base_volume_um3``.
    """
    wanted = {
        "statement": statement_id,
        "meters": [one.meter_id for one in lines],
        "starts": [moment(one.start) for one in lines],
        "ends": [moment(one.end) for one in lines],
        "signs": [one.sign for one in lines],
        "hour_meters": closed["meter_id"].tolist(),
        "hour_starts": [moment(at) for at in closed["interval_start"].tolist()],
        "base_volumes_um3": closed["base_volume_um3"].tolist(),
    }
    with connection.cursor(row_factory=class_row(Unaccounted)) as cursor:
        return cursor.execute(statements("adjustments")["unaccounted"], wanted).fetchall()


def adjustments_after(
    connection: Connection, since: int, most: int, statement: int | None = None
) -> list[AdjustmentRow]:
    """Return the adjustments numbered above ``since``, at most so many, of all statements or of one."""
    wanted = {"since": since, "most": most, "statement": statement}
    with connection.cursor(row_factory=class_row(AdjustmentRow)) as cursor:
        return cursor.execute(statements("adjustments")["after"], wanted).fetchall()
