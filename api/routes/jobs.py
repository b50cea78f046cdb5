"""Maintenance jobs: entered, assigned, done, verified by somebody else."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from alerts.maintenance.unmetered import unmetered_estimate
from api.authentication import authenticate, scope
from api.cursors import Position
from api.description import problems
from api.idempotency import Asked
from api.job_entries import alter_job, check_target, described_job, enter_job, found_job
from api.parameters import Identifier, NoParameters, Page, Time, Word
from api.platform import Here
from api.preconditions import TAGGED, Expected, tagged
from api.schemas.jobs import (
    Job,
    JobChange,
    JobHistory,
    JobKind,
    JobState,
    NewJob,
    WholeJob,
    history,
    whole_job,
)
from api.schemas.lists import Listing, next_cursor
from telemetry.store import jobs
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
        items = [described_job(connection, row) for row in rows[: page.limit]]
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

    The `comment` says what: it becomes the job's `task`, which stays when other things are said later.
    While a job that is `assigned` or `on_site` lasts, from `starts_at` to `ends_at`, what it `permits`
    does not ring at its target and what belongs to that. There is one open fault job for each target
    and fault class: 409.
    """

    def act() -> Job:
        return enter_job(connection, wanted, key)

    with platform.writing() as connection:
        check_target(platform.registry.registry(connection), wanted)
        return _tagged(answer, asked.answer(connection, wanted, Job, act))


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
        row = found_job(connection, id)
        estimate = unmetered_estimate(
            connection, platform.registry.registry(connection), row, datetime.now(UTC)
        )
        return whole_job(_tagged(answer, described_job(connection, row)), estimate)


@router.get(
    "/{id}/events",
    summary="What happened to a job",
    responses=problems(400, 401, 403, 404),
    dependencies=[scope(*_READERS)],
)
def get_job_events(platform: Here, id: Identifier, _: Annotated[NoParameters, Query()]) -> JobHistory:  # noqa: A002 -- its name in the path
    """Tell what happened to one job, in order: each step and each change, before and after."""
    with platform.reading() as connection:
        found_job(connection, id)
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

    What is left out stays; null empties `task`, a time, `assignee`, `cause` or `external_id` where the job
    can be without it, and is a 422 for `state`, `comment` and `permits` (none: `[]`). A fault that is done
    says its `cause`, which becomes its alarms' verdict. `verified` needs the scope `work:verify` and somebody
    other than who did it; all else `work:write`. A job that was verified before only takes a `comment`: 409.
    With `If-Match` a job that somebody changed meanwhile is a 412.
    """
    with platform.writing() as connection:
        return _tagged(answer, alter_job(connection, id, wanted, key, expected.check))


def _tagged(answer: Response, made: Job) -> Job:
    tagged(answer, made)
    return made
