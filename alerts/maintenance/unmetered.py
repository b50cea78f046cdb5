"""What went around a meter while a job let its bypass be open: an estimate, and no change of any volume."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from psycopg import Connection

from alerts.alarm import Permit, TargetKind
from alerts.habits.calendar import weeks_back
from alerts.habits.history import History, history
from alerts.habits.unmetered import counted_in, usual_factor, usual_in
from alerts.windows.hours import time_zones
from telemetry.model import HOUR, Instant, instant, moment
from telemetry.registry import Registry
from telemetry.store.bypass_positions import bypass_positions
from telemetry.store.jobs import StoredJob
from telemetry.store.windows_hours import hours_before

BY_VALVE: Final = "usual_hours_while_open"
BY_JOB: Final = "usual_hours_of_job"


class ProposedEdit(NamedTuple):
    """What a volume would be set to: whole hours, what was counted in them and what was not."""

    meter: str
    kind: str
    begin: datetime
    end: datetime
    volume_m3: float
    base_volume_m3: float


class Estimate(NamedTuple):
    """What was not metered between two times [m³ at base conditions], and how far that may be off."""

    begin: datetime
    end: datetime
    base_volume_m3: float
    low: float
    high: float
    method: str
    edit: "ProposedEdit"


def unmetered_estimate(
    connection: Connection, registry: Registry, job: StoredJob, now: datetime
) -> Estimate | None:
    """Estimate what a job's open bypass let past its meter: the usual of these hours less what was counted.

    None where the job permits no open bypass of a meter, the valve says that it stayed shut, or too little
    is known of the meter.
    """
    if job.target_kind != TargetKind.METER or Permit.BYPASS_OPEN not in job.permits:
        return None
    meter, begin, end = (
        job.target_id,
        job.starts_at,
        min(job.done_at or job.ends_at or now, job.ends_at or now, now),
    )
    if begin is None or begin >= end or meter not in registry.meters:
        return None
    said = bypass_positions(connection, registry.meter_ids[meter], begin, end)
    span = _open(said, begin, end) if said else (begin, end)
    if span is None:
        return None
    return _estimate(connection, registry, meter, span, BY_VALVE if said else BY_JOB)


def _open(
    said: list[tuple[datetime, int]], begin: datetime, end: datetime
) -> tuple[datetime, datetime] | None:
    """Return from when to when the valve stood open within a job: from the first word of it to the last."""
    opened = [at for at, position in said if position == 1]
    if not opened:
        return None
    shut = [at for at, position in said if position == 0 and at > opened[-1]]
    first, last = max(opened[0], begin), min(shut[0] if shut else end, end)
    return (first, last) if first < last else None


def _estimate(
    connection: Connection, registry: Registry, meter: str, span: tuple[datetime, datetime], method: str
) -> Estimate | None:
    begin, end = (instant(at) for at in span)
    before = _past(connection, registry, meter, begin)
    usual = usual_in(before, begin, end) if before.meters.size else None
    if usual is None:
        return None
    beside = [one.metered_by for one in registry.bypasses_of_meter_at(meter, begin) if one.metered_by]
    own, *others = (_past(connection, registry, one, end + HOUR) for one in (meter, *beside))
    counted = sum(counted_in(one, begin, end) for one in (own, *others) if one.meters.size)
    low, middle, high = (round(max(one - counted, 0.0), 3) for one in (usual.low, usual.base_m3, usual.high))
    return Estimate(*span, middle, low, high, method, _edit(meter, own, begin, end, middle))


def _edit(meter: str, own: History, begin: Instant, end: Instant, unmetered_m3: float) -> ProposedEdit:
    """Return the edit that would add what was not metered to what was, over whole hours."""
    first, last = begin // HOUR * HOUR, -(-end // HOUR) * HOUR
    base = unmetered_m3 + (counted_in(own, first, last) if own.meters.size else 0.0)
    volume = base / usual_factor(own)
    return ProposedEdit(meter, "set_volume", moment(first), moment(last), round(volume, 3), round(base, 3))


def _past(connection: Connection, registry: Registry, meter: str, end: Instant) -> History:
    """Return a meter's hours of the weeks before an instant."""
    number, back = registry.meter_ids[meter], timedelta(weeks=weeks_back(end), hours=1)
    return history(hours_before(connection, {number: end}, back), time_zones(registry), {number: end})
