"""What does not ring, and why: alarms that stand muted, and what would be muted if it came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import Connection

from alerts.alarm import Muted
from api.console.alarm_rows import STANDING, ShownAlarm, rule_title, shown_alarms
from api.console.languages import Language
from api.console.targets import ShownTarget, shown_targets
from telemetry.store.alarm_lists import AlarmFilter
from telemetry.store.jobs import permitting_jobs
from telemetry.store.muting import live_shelvings, out_of_service_now

KINDS: Final = (
    Muted.SHELVED,
    Muted.SUPPRESSED,
    Muted.OUT_OF_SERVICE,
    Muted.PLANNED_JOB,
    Muted.INHIBITED,
)


@dataclass(frozen=True)
class MutedRow:
    """One reason for which something does not ring; without an alarm nothing stands that would."""

    kind: str
    title: str | None
    target: ShownTarget
    text: str | None
    by: str | None
    until: datetime | None
    alarm: ShownAlarm | None
    shelved_alarm: int | None
    """Of what is shelved: an alarm by which it is taken from the shelf."""
    job: int | None
    removal: int | None = None
    """Of what is out of service: the entry by which it serves again."""


def muted_rows(connection: Connection, language: Language, now: datetime) -> list[MutedRow]:
    """Return all that is muted, kind by kind, what ends first before the rest."""
    alarms = shown_alarms(connection, language, AlarmFilter(states=STANDING, muted=True))
    rows = [
        *_standing(alarms),
        *_shelved(connection, language, alarms),
        *_out_of_service(connection, now),
        *_permitted(connection, now),
    ]
    forever = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(rows, key=lambda one: (KINDS.index(Muted(one.kind)), one.until or forever))


def _standing(alarms: Iterable[ShownAlarm]) -> Iterator[MutedRow]:
    for alarm in alarms:
        target = ShownTarget(alarm.target_kind, alarm.target_id, alarm.target_name, alarm.target_page)
        for reason in alarm.muted_by:
            shelved = alarm.id if reason.kind == Muted.SHELVED else None
            yield MutedRow(
                reason.kind, alarm.title, target, reason.text, reason.by, reason.until, alarm, shelved, None
            )


def _shelved(connection: Connection, language: Language, alarms: Iterable[ShownAlarm]) -> Iterator[MutedRow]:
    """Yield what is shelved and does not stand."""
    shown = {(one.rule, one.target_kind, one.target_id) for one in alarms if one.shelved}
    rows = [
        one for one in live_shelvings(connection) if (one.rule, one.target_kind, one.target_id) not in shown
    ]
    targets = shown_targets(connection, [(one.target_kind, one.target_id) for one in rows])
    for one in rows:
        last = AlarmFilter(rule=one.rule, target=f"{one.target_kind}:{one.target_id}")
        alarm = next(iter(shown_alarms(connection, language, last, 1)), None)
        yield MutedRow(
            kind=Muted.SHELVED,
            title=rule_title(one.rule, language),
            target=targets[one.target_kind, one.target_id],
            text=one.reason,
            by=one.shelved_by,
            until=one.until,
            alarm=None,
            shelved_alarm=alarm.id if alarm else None,
            job=None,
        )


def _out_of_service(connection: Connection, now: datetime) -> Iterator[MutedRow]:
    rows = out_of_service_now(connection, now)
    targets = shown_targets(connection, [(one.target_kind, one.target_id) for one in rows])
    for one in rows:
        target = targets[one.target_kind, one.target_id]
        yield MutedRow(
            kind=Muted.OUT_OF_SERVICE,
            title=None,
            target=target,
            text=one.reason,
            by=one.taken_by,
            until=one.until,
            alarm=None,
            shelved_alarm=None,
            job=None,
            removal=one.out_of_service_id,
        )


def _permitted(connection: Connection, now: datetime) -> Iterator[MutedRow]:
    rows = permitting_jobs(connection, now)
    targets = shown_targets(connection, [(one.target_kind, one.target_id) for one in rows])
    for one in rows:
        target = targets[one.target_kind, one.target_id]
        yield MutedRow(
            Muted.PLANNED_JOB, None, target, one.task, one.assignee, one.ends_at, None, None, one.job_id
        )
