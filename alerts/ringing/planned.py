"""Planned jobs of the past, and what they permitted at any moment."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.alarm import Muted, Permit, Reason, Target
from telemetry.model import Instant, moment


@dataclass(frozen=True)
class PlannedJob:
    """Work on a target that permits something from one instant until another."""

    target: Target
    starts_at: Instant
    ends_at: Instant
    permits: tuple[Permit, ...]


def permitted(jobs: Iterable[PlannedJob], now: Instant) -> dict[tuple[Permit, Target], Reason]:
    """Return what is permitted at an instant."""
    return {
        (permit, job.target): Reason(kind=Muted.PLANNED_JOB, until=moment(job.ends_at))
        for job in jobs
        if job.starts_at <= now < job.ends_at
        for permit in job.permits
    }
