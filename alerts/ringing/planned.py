"""Planned jobs of the past, and what they permitted at any moment."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from alerts.alarm import Muted, Permit, Reason, Target, TargetKind
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


def bypass_open(jobs: Sequence[PlannedJob]) -> Callable[[str], list[tuple[Instant, Instant]]]:
    """Return what gives for a meter when jobs let its bypass be open."""
    return lambda meter: [
        (job.starts_at, job.ends_at)
        for job in jobs
        if job.target == Target(TargetKind.METER, meter) and Permit.BYPASS_OPEN in job.permits
    ]
