"""What figures of the alarm system are made from: who was called when, and what stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Ring:
    """An operator was called."""

    at: datetime
    alarm_id: int
    rule: str
    target_kind: str
    target_id: str
    priority: str


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """An alarm with its times, as they are known now."""

    alarm_id: int
    rule: str
    target_kind: str
    target_id: str
    priority: str
    state: str
    muted_by: Sequence[Mapping[str, Any]]
    raised_at: datetime
    acknowledged_at: datetime | None
    cleared_at: datetime | None
    message: str
    evidence: Mapping[str, Any]

    def stands(self, at: datetime) -> bool:
        """Tell whether its condition held at a time."""
        return self.raised_at <= at and (self.cleared_at is None or self.cleared_at > at)


@dataclass(frozen=True, slots=True)
class ShelvedThen:
    """What was shelved at a time."""

    rule: str
    target_kind: str
    target_id: str
    priority: str
    shelved_at: datetime
    until: datetime
    reason: str
    shelved_by: str


@dataclass(frozen=True, slots=True)
class OutThen:
    """What was out of service at a time; without ``until`` nobody had said until when."""

    target_kind: str
    target_id: str
    since: datetime
    until: datetime | None
    reason: str
    taken_by: str


@dataclass(frozen=True, slots=True)
class JobThen:
    """A job that was entered or done in a span, or was still to be done."""

    job_id: int
    kind: str
    target_kind: str
    target_id: str
    state: str
    fault_class: str | None
    assignee: str | None
    due_at: datetime | None
    task: str | None
    cause: str | None
    reopened: int
    created_at: datetime
    done_at: datetime | None


def rings(connection: Connection, start: datetime, end: datetime) -> list[Ring]:
    """Return when operators were called in a span, in order."""
    return _rows(connection, "rings", Ring, {"start": start, "end": end})


def alarm_spans(connection: Connection, start: datetime, end: datetime) -> list[AlarmSpan]:
    """Return the alarms that were there in a span, by when they were raised."""
    return _rows(connection, "spans", AlarmSpan, {"start": start, "end": end})


def shelved_at(connection: Connection, at: datetime) -> list[ShelvedThen]:
    """Return what was shelved at a time, what ends first before the rest."""
    return _rows(connection, "shelvings", ShelvedThen, {"at": at})


def out_of_service_at(connection: Connection, at: datetime) -> list[OutThen]:
    """Return what was out of service at a time."""
    return _rows(connection, "out_of_service", OutThen, {"at": at})


def jobs_between(connection: Connection, start: datetime, end: datetime) -> list[JobThen]:
    """Return the jobs entered or done in a span, and those still to be done at its end."""
    return _rows(connection, "jobs", JobThen, {"start": start, "end": end})


def _rows(connection: Connection, name: str, row: type[Row], values: Mapping[str, object]) -> list[Row]:
    with connection.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(statements("alarm_figures")[name], values).fetchall()
