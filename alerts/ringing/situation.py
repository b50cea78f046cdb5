"""What people say about alarms, read for the watch."""

from psycopg import Connection

from alerts.alarm import Muted, Permit, Priority, Reason, Target, TargetKind
from alerts.overrides import Overrides
from alerts.ringing.muting import AlarmKey, Shelving, Situation
from alerts.ringing.neighbours import Neighbours
from alerts.ringing.planned import PlannedJob
from telemetry.model import Instant, moment
from telemetry.store.history import permitting_jobs_of
from telemetry.store.jobs import permitting_jobs
from telemetry.store.muting import StoredShelving, live_shelvings, out_of_service_now


def situation(
    connection: Connection, neighbours: Neighbours, overrides: Overrides, now: Instant
) -> Situation:
    """Return all that decides now whether alarms ring."""
    return Situation(
        neighbours=neighbours,
        overrides=overrides,
        shelvings=_shelvings(connection),
        out_of_service={
            Target(TargetKind(one.target_kind), one.target_id): Reason(
                kind=Muted.OUT_OF_SERVICE,
                since=one.since,
                until=one.until,
                reason=one.reason,
                by=one.taken_by,
            )
            for one in out_of_service_now(connection, moment(now))
        },
        permits={
            (Permit(permit), Target(TargetKind(one.target_kind), one.target_id)): Reason(
                kind=Muted.PLANNED_JOB, until=one.ends_at, reason=one.task, by=one.assignee, job=one.job_id
            )
            for one in permitting_jobs(connection, moment(now))
            for permit in one.permits
        },
    )


def _shelvings(connection: Connection) -> dict[AlarmKey, Shelving]:
    found = (shelving(row) for row in live_shelvings(connection))
    return {(one.rule, one.target): one for one in found}


def shelving(row: StoredShelving) -> Shelving:
    """Return a shelving as muting sees it."""
    return Shelving(
        shelving_id=row.shelving_id,
        rule=row.rule,
        target=Target(TargetKind(row.target_kind), row.target_id),
        priority=Priority(row.priority),
        reason=Reason(
            kind=Muted.SHELVED, since=row.shelved_at, until=row.until, reason=row.reason, by=row.shelved_by
        ),
    )


def planned_jobs(connection: Connection, begin: Instant, end: Instant) -> list[PlannedJob]:
    """Return the jobs that permitted something in a span."""
    return [
        PlannedJob(Target(TargetKind(kind), name), starts_at, ends_at, tuple(map(Permit, permits)))
        for kind, name, starts_at, ends_at, permits in permitting_jobs_of(connection, begin, end)
    ]
