"""Maintenance jobs: entered, assigned, done, verified by somebody else."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from psycopg import Connection
from pydantic import Field

from alerts.catalogue import catalogue
from alerts.maintenance.jobs import change, create, note_job
from alerts.maintenance.unmetered import unmetered_estimate
from api.authentication import authenticate, permit, scope
from api.cursors import Position
from api.description import problems
from api.idempotency import Asked
from api.parameters import Identifier, NoParameters, Page, Time, Word
from api.platform import Here
from api.preconditions import TAGGED, Expected, tagged
from api.routes.out_of_service import is_known
from api.schemas.jobs import (
    Job,
    JobChange,
    JobHistory,
    JobKind,
    JobState,
    NewJob,
    WholeJob,
    history,
    job,
    whole_job,
)
from api.schemas.lists import Listing, next_cursor
from telemetry.errors import EntryError, NotFoundError
from telemetry.store import jobs
from telemetry.store.alarm_lists import find_alarm
from telemetry.store.keys import ApiKey

router = APIRouter(prefix="/jobs", tags=["jobs"])

_READERS = ("work:write", "work:verify", "alarms:read", "alarms:operate")


class JobPage(Page):
    """Which jobs; `state` and `kind` may be given several times."""

    state: Annotated[list[JobState], Field(default_factory=list)]
    kind: Annotated[list[JobKind], Field(default_factory=list)]
    target: Annotated[Word | None, Query(description="An identifier, or `kind:identifier`.")] = None
    assignee: Word | None = None
    due_before: Time | None = None


@router.get(
    "", summary="Jobs, newest first", responses=problems(400, 401, 403), dependencies=[scope(*_READERS)]
)
def get_jobs(platform: Here, page: Annotated[JobPage, Query()]) -> Listing[Job]:
    """List jobs, those that were entered last first."""
    bound = page.bound()
    wanted = jobs.JobFilter(page.state, page.kind, page.target, page.assignee, page.due_before)
    with platform.reading() as connection:
        before = None
        if page.cursor:
            position = platform.cursors.read(page.cursor, bound)
            before, last = int(position.after[0]), int(position.snapshot[0])
        else:
            last = jobs.last_job(connection)
        rows = jobs.list_jobs(connection, wanted, last=last, limit=page.limit + 1, before=before)
        items = [_job(connection, row) for row in rows[: page.limit]]
    return Listing(
        items=items,
        next_cursor=next_cursor(
            platform.cursors, rows, page.limit, bound, lambda row: Position([row.job_id], [last])
        ),
    )


@router.post("", summary="Enter a job", responses=problems(400, 401, 403, 409, 422) | TAGGED)
def post_job(
    platform: Here,
    wanted: NewJob,
    key: Annotated[ApiKey, scope("work:write")],
    asked: Asked,
    answer: Response,
    _: Annotated[NoParameters, Query()],
) -> Job:
    """Enter something to be done; with an `assignee` it is `assigned` at once.

    While a job that is `assigned` or `on_site` lasts, from `starts_at` to `ends_at`, what it `permits`
    does not ring at its target and what belongs to that. There is one open fault job for each target
    and fault class: 409.
    """

    def act() -> Job:
        return _entered(connection, wanted, key)

    with platform.writing() as connection:
        if not is_known(platform.registry.registry(connection), wanted.target.kind, wanted.target.id):
            raise EntryError("target", f"there is no {wanted.target.kind} {wanted.target.id}")
        return _tagged(answer, asked.answer(connection, wanted, Job, act))


def _entered(connection: Connection, wanted: NewJob, key: ApiKey) -> Job:
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
    return _job(connection, made)


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


@router.get(
    "/{id}",
    summary="One job",
    responses=problems(400, 401, 403, 404) | TAGGED,
    dependencies=[scope(*_READERS)],
)
def get_job(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    answer: Response,
    _: Annotated[NoParameters, Query()],
) -> WholeJob:
    """Give one job as it stands, with its `ETag`.

    `unmetered_estimate` says of a job that permits an open bypass what went around the meter: it is worked
    out when it is asked for, changes no volume and does not count for the `ETag`.
    """
    with platform.reading() as connection:
        row = _found(connection, id)
        registry = platform.registry.registry(connection)
        estimate = unmetered_estimate(connection, registry, row, datetime.now(UTC))
        return whole_job(_tagged(answer, _job(connection, row)), estimate)


@router.get(
    "/{id}/events",
    summary="What happened to a job",
    responses=problems(400, 401, 403, 404),
    dependencies=[scope(*_READERS)],
)
def get_job_events(platform: Here, id: Identifier, _: Annotated[NoParameters, Query()]) -> JobHistory:  # noqa: A002 -- its name in the path
    """Tell what happened to one job, in order."""
    with platform.reading() as connection:
        _found(connection, id)
        return history(jobs.job_events(connection, id))


@router.patch("/{id}", summary="Change a job", responses=problems(400, 401, 403, 404, 409, 412, 422) | TAGGED)
def patch_job(
    platform: Here,
    id: Identifier,  # noqa: A002 -- its name in the path
    wanted: JobChange,
    key: Annotated[ApiKey, Depends(authenticate)],
    answer: Response,
    _: Annotated[NoParameters, Query()],
    expected: Expected,
) -> Job:
    """Change what is given; `state` goes one step: new, assigned, on_site, done, verified, or back.

    A fault that is done says its `cause`, which becomes its alarms' verdict. `verified` needs the scope
    `work:verify` and somebody other than who did it; all else `work:write`. With `If-Match` a job that
    somebody changed meanwhile is a 412.
    """
    permit(key, "work:verify" if wanted.state == "verified" else "work:write")
    given: dict[str, Any] = wanted.model_dump(exclude_none=True)
    with platform.writing() as connection:
        expected.check(lambda: _job(connection, jobs.held_job(connection, id)))
        changed = change(connection, id, given, actor=key.name, at=datetime.now(UTC))
        return _tagged(answer, _job(connection, changed))


def _found(connection: Connection, job_id: int) -> jobs.StoredJob:
    row = jobs.find_job(connection, job_id)
    if row is None:
        raise NotFoundError(f"there is no job {job_id}")
    return row


def _job(connection: Connection, row: jobs.StoredJob) -> Job:
    return job(row, jobs.alarms_of_job(connection, row.job_id))


def _tagged(answer: Response, made: Job) -> Job:
    tagged(answer, made)
    return made
