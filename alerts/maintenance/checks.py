"""Checks that recur: of set points, calibrations, seals and bypasses; a job for each that comes due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from psycopg import Connection

from alerts.alarm import TargetKind
from telemetry.model import Instant, Stream, instant, moment
from telemetry.registry import Registry
from telemetry.store.jobs import StoredJob, insert_job, known_checks

AHEAD: Final = timedelta(days=14)
"""So long before a check is due its job is made."""


def create_due_checks(connection: Connection, registry: Registry, now: Instant) -> int:
    """Make a job for every check that is due soon and has none; return how many."""
    wanted = {one.check_key: one for one in due_checks(registry, moment(now))}
    known = known_checks(connection, [key for key in wanted if key])
    made = [insert_job(connection, one) for key, one in wanted.items() if key not in known]
    return sum(one is not None for one in made)


def due_checks(registry: Registry, at: datetime) -> Iterator[StoredJob]:
    """Yield a job for every check that is due until ``AHEAD`` from now; overdue ones too."""
    for job in (
        *_set_points(registry, at),
        *_calibrations(registry, at),
        *_seals(registry, at),
        *_bypasses(registry, at),
    ):
        if job.due_at is not None and job.due_at <= at + AHEAD:
            yield job


def _set_points(registry: Registry, at: datetime) -> Iterator[StoredJob]:
    """Yield when each stream's set points are to be tested again."""
    for station in registry.stations:
        for stream, row in registry.setpoints_at(station, instant(at)).items():
            if row.tested_on is not None and row.test_interval_days is not None:
                due = _day(row.tested_on) + timedelta(days=row.test_interval_days)
                said = f"test set points of stream {Stream(stream).name}"
                yield _check("inspection", TargetKind.STATION, station, said, due, at)


def _calibrations(registry: Registry, at: datetime) -> Iterator[StoredJob]:
    """Yield when each calibrated part is due again."""
    for (target, part), row in registry.calibrations.items():
        kind = TargetKind.STATION if target in registry.stations else TargetKind.METER
        if row.next_due is not None and (target in registry.stations or _installed(registry, target, at)):
            yield _check("calibration", kind, target, f"calibrate {part}", _day(row.next_due), at)


def _seals(registry: Registry, at: datetime) -> Iterator[StoredJob]:
    """Yield when each seal is to be looked at next."""
    for row in registry.isolations_at(instant(at)):
        if not row.recheck_days:
            continue
        since, every = moment(row.valid_from), timedelta(days=row.recheck_days)
        due = since + every * max((at + AHEAD - since) // every, 1)
        for meter in [row.meter] if row.meter else registry.meters_of_site(row.site):
            if _installed(registry, meter, at):
                yield _check("isolation", TargetKind.METER, meter, f"look at the seal ({row.kind})", due, at)


def _bypasses(registry: Registry, at: datetime) -> Iterator[StoredJob]:
    """Yield when each bypass is to be looked at next."""
    for row in registry.bypasses_at(instant(at)):
        if row.check_interval_days:
            looked = _day(row.checked_on) if row.checked_on else moment(row.valid_from)
            due = looked + timedelta(days=row.check_interval_days)
            kind = TargetKind.METER if row.around == "meter" else TargetKind.STATION
            if kind is TargetKind.STATION or _installed(registry, row.target, at):
                yield _check("inspection", kind, row.target, f"look at bypass {row.bypass}", due, at)


def _installed(registry: Registry, meter: str, at: datetime) -> bool:
    return registry.installation_of_meter_at(meter, instant(at)) is not None


def _check(
    kind: str, target_kind: TargetKind, target: str, said: str, due: datetime, at: datetime
) -> StoredJob:
    return StoredJob(
        kind=kind,
        target_kind=target_kind,
        target_id=target,
        comment=said,
        due_at=due,
        check_key=f"{kind}:{target_kind}:{target}:{said}:{due.date().isoformat()}",
        created_at=at,
    )


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
