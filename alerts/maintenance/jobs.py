"""Jobs: who may do what to one, step by step from new to verified by somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace as struct_replace
from psycopg import Connection

from alerts.alarm import Alarm, AlarmEvent, Note, Reason
from alerts.people.annotate import annotate
from alerts.people.causes import CAUSES
from alerts.people.verdict import verdict_of
from alerts.ringing.annunciation import event
from telemetry.errors import ConflictError, EntryError, OwnEntryError
from telemetry.model import instant
from telemetry.store.jobs import (
    PlanChange,
    StoredJob,
    alarms_of_job,
    change_job,
    held_job,
    insert_job,
    last_fault,
    plan_changes,
)


class JobState(StrEnum):
    """How far a job has come."""

    NEW = "new"
    ASSIGNED = "assigned"
    ON_SITE = "on_site"
    DONE = "done"
    VERIFIED = "verified"


STEPS: Final[Mapping[JobState, frozenset[JobState]]] = MappingProxyType(
    {
        JobState.NEW: frozenset({JobState.ASSIGNED}),
        JobState.ASSIGNED: frozenset({JobState.ON_SITE, JobState.NEW}),
        JobState.ON_SITE: frozenset({JobState.DONE, JobState.ASSIGNED}),
        JobState.DONE: frozenset({JobState.VERIFIED, JobState.ASSIGNED}),
        JobState.VERIFIED: frozenset(),
    }
)
"""Where a job may go from each state; who verifies may send it back instead."""


def create(connection: Connection, wanted: StoredJob) -> StoredJob:
    """Store a job that somebody wants done.

    Raises
    ------
    EntryError
        If what it says does not go together.
    ConflictError
        If the same fault of the same target is open.
    """
    _check(wanted)
    made = insert_job(connection, wanted)
    if made is None:
        known = last_fault(connection, wanted.target_kind, wanted.target_id, wanted.fault_class or "")
        number = f"job {known.job_id}" if known else "a job"
        raise ConflictError(f"{number} for {wanted.fault_class} of {wanted.target_id} is open")
    return made


def change(
    connection: Connection, job_id: int, wanted: Mapping[str, Any], *, actor: str, at: datetime
) -> StoredJob:
    """Change what is given of a job: its state by one step, its plan, what was found.

    What changes nothing and says nothing leaves no line in its history.

    Parameters
    ----------
    connection : Connection
        Inside the caller's transaction.
    job_id : int
        Which one.
    wanted : mapping of str to object
        Fields of the job, None for one to be emptied; ``comment`` is what is said about the change.
    actor : str
        Who does it.
    at : datetime
        When.

    Raises
    ------
    NotFoundError
        If there is no such job.
    ConflictError
        If its state does not lead there, or it is verified and more is to be changed than what was said last.
    EntryError
        If something is missing, or who did it verifies it.
    """
    before = held_job(connection, job_id)
    after, said = replace(before, **wanted), wanted.get("comment")
    step, changes = after.state != before.state, plan_changes(before, after)
    if not (step or said or changes):
        return before
    if step:
        _check_step(before, after)
        after = _stepped(after, actor=actor, at=at)
    _check_not_closed(before, changes)
    _check(after)
    done = change_job(connection, before, after, at=at, actor=actor, said=said)
    if step:
        _tell_alarms(connection, done, actor=actor, at=at)
    return done


def _check_step(before: StoredJob, after: StoredJob) -> None:
    """Refuse a step that leads nowhere from where the job is."""
    steps = STEPS[JobState(before.state)]
    if JobState(after.state) not in steps:
        allowed = ", ".join(sorted(steps)) or "nothing else"
        raise ConflictError(f"job {before.job_id} is {before.state}: it may become {allowed}")


def _check_not_closed(before: StoredJob, changes: Sequence[PlanChange]) -> None:
    """Refuse to change a job that is verified: what somebody vouched for stays as it was."""
    if changes and before.state == JobState.VERIFIED:
        fields = ", ".join(one.field for one in changes)
        raise ConflictError(f"job {before.job_id} is verified: {fields} can no longer be changed")


def _stepped(after: StoredJob, *, actor: str, at: datetime) -> StoredJob:
    """Return a job with what its new state stands for."""
    match JobState(after.state):
        case JobState.DONE:
            return replace(after, done_at=at, done_by=actor)
        case JobState.VERIFIED:
            if actor == after.done_by:
                raise OwnEntryError("state", "a job is verified by somebody other than who did it")
            return replace(after, verified_at=at, verified_by=actor)
        case JobState.NEW:
            return replace(after, assignee=None)
        case JobState.ASSIGNED | JobState.ON_SITE:
            return replace(after, done_at=None, done_by=None)


def _check(job: StoredJob) -> None:
    """Refuse a job that does not go together."""
    if job.starts_at and job.ends_at and job.ends_at <= job.starts_at:
        raise EntryError("ends_at", "must be after starts_at")
    if job.permits and not (job.starts_at and job.ends_at):
        raise EntryError("permits", "need starts_at and ends_at: a permit is never without an end")
    if job.cause is not None and job.cause not in CAUSES:
        raise EntryError("cause", f"must be one of {', '.join(CAUSES)}")
    if job.kind == "fault" and not job.fault_class:
        raise EntryError("fault_class", "is required of a fault")
    if job.state != JobState.NEW and not job.assignee:
        raise EntryError("assignee", f"is required of a job that is {job.state}")
    if job.kind == "fault" and job.state in {JobState.DONE, JobState.VERIFIED} and not job.cause:
        raise EntryError("cause", "is required of a fault that was mended: what was behind it?")


def _tell_alarms(connection: Connection, job: StoredJob, *, actor: str | None, at: datetime) -> None:
    """Write a job's step down with its alarms; when it is done, its cause is their verdict."""
    verdict = None
    if job.state == JobState.DONE and job.cause:
        verdict = verdict_of(job.cause, job.comment, actor=job.done_by or "", at=at) | {"job": job.job_id}
    for alarm_id in alarms_of_job(connection, job.job_id):
        note_job(connection, alarm_id, job, actor=actor, at=at, verdict=verdict)


def note_job(
    connection: Connection,
    alarm_id: int,
    job: StoredJob,
    *,
    actor: str | None,
    at: datetime,
    verdict: dict[str, Any] | None = None,
) -> None:
    """Write down with an alarm what became of its job."""
    said = f"job {job.job_id} {job.state}" + (f": {job.cause}" if job.cause else "")

    def say(one: Alarm) -> tuple[tuple[Reason, ...], list[AlarmEvent]]:
        noted = event(one, Note.JOB, instant(at), one.muted_by, said)
        return one.muted_by, [struct_replace(noted, actor=actor)]

    annotate(connection, alarm_id, say, verdict)
