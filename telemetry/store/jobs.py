"""Maintenance jobs: stored with their history, found by target, fault or what they permit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from telemetry.errors import NotFoundError
from telemetry.store.statements import statements

PlanField: TypeAlias = Literal[
    "task", "assignee", "starts_at", "ends_at", "due_at", "permits", "cause", "external_id"
]
PlanValue: TypeAlias = datetime | list[str] | str | None
PLAN: Final[tuple[PlanField, ...]] = get_args(PlanField)
"""The fields of a job whose changes its history tells."""
_TIMES: Final = frozenset({"starts_at", "ends_at", "due_at"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredJob:
    """One job as it stands; nobody's name in ``created_by`` stands for the platform.

    ``task`` is what is to be done, ``comment`` what was said last.
    """

    job_id: int = 0
    kind: str
    target_kind: str
    target_id: str
    state: str = "new"
    fault_class: str | None = None
    check_key: str | None = None
    assignee: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    due_at: datetime | None = None
    permits: Sequence[str] = ()
    cause: str | None = None
    task: str | None = None
    comment: str | None = None
    external_id: str | None = None
    reopened: int = 0
    created_at: datetime
    created_by: str | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    verified_at: datetime | None = None
    verified_by: str | None = None


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A field of a job's plan, as it was and as it became; empty is None, of ``permits`` an empty list."""

    field: PlanField
    before: PlanValue
    after: PlanValue


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of a job's history; of what happened before migration 50, ``changes`` is empty."""

    event_id: int
    at: datetime
    from_state: str | None
    to_state: str
    actor: str | None
    comment: str | None
    changes: Sequence[PlanChange]


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs; nothing given means all."""

    states: Sequence[str] = ()
    kinds: Sequence[str] = ()
    target: str | None = None
    assignee: str | None = None
    due_before: datetime | None = None


def insert_job(connection: Connection, row: StoredJob) -> StoredJob | None:
    """Store a new job, its ``comment`` as its task too.

    None where the same fault is open, or the same check was made before.
    """
    return _one(connection, "insert", _values(row))


def held_job(connection: Connection, job_id: int) -> StoredJob:
    """Return one job that nobody else changes until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    found = _one(connection, "one", (job_id,))
    if found is None:
        raise NotFoundError(f"there is no job {job_id}")
    return found


def find_job(connection: Connection, job_id: int) -> StoredJob | None:
    """Return one job."""
    return _one(connection, "find", (job_id,))


def change_job(
    connection: Connection,
    before: StoredJob,
    after: StoredJob,
    *,
    at: datetime,
    actor: str | None,
    said: str | None,
) -> StoredJob:
    """Store what a job has become, and in its history who changed what.

    Raises
    ------
    NotFoundError
        If there is no such job.
    """
    changes = Jsonb(msgspec.to_builtins(plan_changes(before, after)))
    told = {"before": before.state, "at": at, "actor": actor, "said": said, "changes": changes}
    changed = _one(connection, "change", _values(after) | told)
    if changed is None:
        raise NotFoundError(f"there is no job {after.job_id}")
    return changed


def plan_changes(before: StoredJob, after: StoredJob) -> list[PlanChange]:
    """Return what of a job's plan is other than it was; in which order permits stand means nothing."""
    told = [PlanChange(one, _told(getattr(before, one)), _told(getattr(after, one))) for one in PLAN]
    return [one for one in told if one.before != one.after]


def last_fault(connection: Connection, kind: str, target: str, fault_class: str) -> StoredJob | None:
    """Return the latest fault job of a target and fault class, held until the transaction ends."""
    return _one(connection, "last_fault", (kind, target, fault_class))


def permitting_jobs(connection: Connection, at: datetime) -> list[StoredJob]:
    """Return the jobs under way that permit something at this time."""
    with connection.cursor(row_factory=class_row(StoredJob)) as cursor:
        return cursor.execute(statements("jobs")["permitting"], {"at": at}).fetchall()


def list_jobs(
    connection: Connection, wanted: JobFilter, *, last: int, limit: int, before: int | None = None
) -> list[StoredJob]:
    """Return jobs, the newest first."""
    values = _wanted(wanted) | {"last": last, "limit": limit, "before": before}
    with connection.cursor(row_factory=class_row(StoredJob)) as cursor:
        return cursor.execute(statements("jobs")["list"], values).fetchall()


def last_job(connection: Connection) -> int:
    """Return the number of the newest job, 0 before the first."""
    row = connection.execute(statements("jobs")["last"]).fetchone()
    return int(row[0]) if row else 0


def job_events(connection: Connection, job_id: int) -> list[JobEvent]:
    """Return what happened to a job, in order."""
    with connection.cursor(row_factory=kwargs_row(_event)) as cursor:
        return cursor.execute(statements("jobs")["events"], (job_id,)).fetchall()


def alarms_of_job(connection: Connection, job_id: int) -> list[int]:
    """Return the alarms that opened or joined a job."""
    return [row[0] for row in connection.execute(statements("jobs")["alarms_of"], (job_id,)).fetchall()]


def job_of_alarm(connection: Connection, alarm_id: int) -> StoredJob | None:
    """Return the job that an alarm opened or joined."""
    return _one(connection, "of_alarm", (alarm_id,))


def jobs_by_due(
    connection: Connection, wanted: JobFilter, *, limit: int, after: tuple[datetime | None, int] | None = None
) -> list[StoredJob]:
    """Return jobs, the first due first; ``after`` is when the one before is due, and its number."""
    place = {"limit": limit, "after_due": after and after[0], "after_id": after and after[1]}
    with connection.cursor(row_factory=class_row(StoredJob)) as cursor:
        return cursor.execute(statements("jobs")["by_due"], _wanted(wanted) | place).fetchall()


def count_jobs(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many jobs there are, by state and kind."""
    rows = connection.execute(statements("jobs")["counts"]).fetchall()
    return {(state, kind): count for state, kind, count in rows}


def job_assignees(connection: Connection) -> list[str]:
    """Return who has or had jobs."""
    return [row[0] for row in connection.execute(statements("jobs")["assignees"]).fetchall()]


def join_job(connection: Connection, job_id: int, alarm_id: int) -> None:
    """Let an alarm belong to a fault job."""
    connection.execute(statements("jobs")["join"], (job_id, alarm_id))


def known_checks(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return which of some recurring checks have a job already."""
    return {
        row[0] for row in connection.execute(statements("jobs")["known_checks"], (list(keys),)).fetchall()
    }


def _one(
    connection: Connection, name: str, values: Mapping[str, object] | Sequence[object]
) -> StoredJob | None:
    with connection.cursor(row_factory=class_row(StoredJob)) as cursor:
        return cursor.execute(statements("jobs")[name], values).fetchone()


def _told(value: datetime | Sequence[str] | None) -> PlanValue:
    return value if value is None or isinstance(value, str | datetime) else sorted(set(value))


def _time(value: PlanValue) -> PlanValue:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _event(*, changes: list[dict[str, Any]], **told: Any) -> JobEvent:  # noqa: ANN401 -- columns
    return JobEvent(**told, changes=[_read(**one) for one in changes])


def _read(field: PlanField, before: PlanValue, after: PlanValue) -> PlanChange:
    """Return a change as it was before it was JSON, in which a time is a text."""
    if field in _TIMES:
        return PlanChange(field, _time(before), _time(after))
    return PlanChange(field, before, after)


def _values(row: StoredJob) -> dict[str, object]:
    return asdict(row) | {"permits": list(row.permits)}


def _wanted(wanted: JobFilter) -> dict[str, object]:
    return asdict(wanted) | {"states": list(wanted.states), "kinds": list(wanted.kinds)}
