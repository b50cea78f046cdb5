"""What people enter and change of jobs, by HTTP or on a page: who may, and what follows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from alerts.catalogue import catalogue
from alerts.maintenance.jobs import change, create, note_job
from api.authentication import permit
from api.registry import is_known
from api.schemas.jobs import Job, JobChange, NewJob, job
from telemetry.errors import EntryError, NotFoundError
from telemetry.registry import Registry
from telemetry.store import jobs
from telemetry.store.alarm_lists import find_alarm
from telemetry.store.keys import ApiKey


def check_target(registry: Registry, wanted: NewJob) -> None:
    """Refuse a job for what there is not.

    Raises
    ------
    EntryError
        If the registry does not know the target.
    """
    if not is_known(registry, wanted.target.kind, wanted.target.id):
        raise EntryError("target", f"there is no {wanted.target.kind} {wanted.target.id}")


def enter_job(connection: Connection, wanted: NewJob, key: ApiKey) -> Job:
    """Store a job; one that an alarm is behind is noted with it."""
    at = datetime.now(UTC)
    row = jobs.StoredJob(
        kind=wanted.kind,
        target_kind=wanted.target.kind,
        target_id=wanted.target.id,
        state="assigned" if wanted.assignee else "new",
        fault_class=_fault_class(connection, wanted),
        assignee=wanted.assignee,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        due_at=wanted.due_at,
        permits=wanted.permits,
        comment=wanted.comment,
        external_id=wanted.external_id,
        created_at=at,
        created_by=key.name,
    )
    made = create(connection, row)
    if wanted.alarm is not None:
        jobs.join_job(connection, made.job_id, wanted.alarm)
        note_job(connection, wanted.alarm, made, actor=key.name, at=at)
    return described_job(connection, made)


def _fault_class(connection: Connection, wanted: NewJob) -> str | None:
    """Return the class of a fault: as it is given, or as the alarm's rule has it."""
    alarm = find_alarm(connection, wanted.alarm) if wanted.alarm else None
    if wanted.alarm and alarm is None:
        raise EntryError("alarm", f"there is no alarm {wanted.alarm}")
    if alarm and (alarm.target_kind, alarm.target_id) != (wanted.target.kind, wanted.target.id):
        raise EntryError("alarm", f"is about {alarm.target_kind} {alarm.target_id}")
    if wanted.kind != "fault":
        return None
    rule = catalogue().get(alarm.rule) if alarm else None
    return wanted.fault_class or (rule.fault_class if rule else None)


def alter_job(
    connection: Connection,
    job_id: int,
    wanted: JobChange,
    key: ApiKey,
    check: Callable[[Callable[[], Job]], None],
) -> Job:
    """Change what is given of a job, as who may; ``check`` refuses where something else stands.

    As a JSON merge patch (RFC 7396) has it: null empties a field, what is left out stays.
    Verifying asks for the scope ``work:verify``, all else for ``work:write``.
    """
    permit(key, "work:verify" if wanted.state == "verified" else "work:write")
    given: dict[str, Any] = wanted.model_dump(exclude_unset=True)
    check(lambda: described_job(connection, jobs.held_job(connection, job_id)))
    return described_job(connection, change(connection, job_id, given, actor=key.name, at=datetime.now(UTC)))


def found_job(connection: Connection, job_id: int) -> jobs.StoredJob:
    """Return a job.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    row = jobs.find_job(connection, job_id)
    if row is None:
        raise NotFoundError(f"there is no job {job_id}")
    return row


def described_job(connection: Connection, row: jobs.StoredJob) -> Job:
    """Return a stored job as others read it, with its alarms."""
    return job(row, jobs.alarms_of_job(connection, row.job_id))
