"""Fault jobs that alarms open: one for each target and fault class, opened again when it comes back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from alerts.alarm import Change, Priority
from alerts.maintenance.jobs import JobState, note_job
from alerts.ringing.annunciation import rings
from alerts.rule import Rule
from telemetry.model import Instant, moment
from telemetry.store.jobs import StoredJob, change_job, insert_job, join_job, last_fault
from telemetry.store.muting import shown_alarm_of

COMES_BACK_WITHIN: Final = timedelta(days=30)
"""A fault that was mended so lately is opened again; later, it is another one."""

DUE: Final[Mapping[Priority, timedelta]] = {
    Priority.CRITICAL: timedelta(hours=4),
    Priority.HIGH: timedelta(days=1),
    Priority.MEDIUM: timedelta(days=7),
    Priority.LOW: timedelta(days=30),
}
"""Until when a fault should be mended."""


def open_faults(
    connection: Connection, rules: Mapping[str, Rule], changes: list[Change], now: Instant
) -> None:
    """Open a job for every alarm that rings just now, where its rule asks for one."""
    for change in changes:
        rule = rules[change.alarm.rule]
        if rule.opens_job and any(rings(one) for one in change.events):
            _open(connection, rule, change, moment(now))


def _open(connection: Connection, rule: Rule, change: Change, at: datetime) -> None:
    alarm = change.alarm
    alarm_id = shown_alarm_of(connection, alarm.rule, alarm.target.kind, alarm.target.id)
    if alarm_id is None:
        return  # it came and went within one window: there is nothing to mend any more
    wanted = StoredJob(
        kind="fault",
        target_kind=alarm.target.kind,
        target_id=alarm.target.id,
        fault_class=rule.fault_class,
        due_at=at + DUE[alarm.priority],
        created_at=at,
    )
    known = last_fault(connection, alarm.target.kind, alarm.target.id, rule.fault_class)
    if known is not None and known.state in {JobState.DONE, JobState.VERIFIED}:
        known = _reopened(connection, known, wanted, at)
    job = known or insert_job(connection, wanted)
    if job is not None:
        join_job(connection, job.job_id, alarm_id)
        note_job(connection, alarm_id, job, actor=None, at=at)


def _reopened(connection: Connection, known: StoredJob, wanted: StoredJob, at: datetime) -> StoredJob | None:
    """Open a job again whose fault has come back; None where it was mended too long ago."""
    if known.done_at is None or at - known.done_at > COMES_BACK_WITHIN:
        return None
    again = replace(
        known,
        state=JobState.ASSIGNED if known.assignee else JobState.NEW,
        due_at=wanted.due_at,
        reopened=known.reopened + 1,
        cause=None,
        done_at=None,
        done_by=None,
        verified_at=None,
        verified_by=None,
    )
    return change_job(connection, known, again, at=at, actor=None, said="the fault came back")
