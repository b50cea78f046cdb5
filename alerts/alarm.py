"""An alarm as the engine sees it, and what happens to one."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from alerts.lifecycle import WAITING_TO_RING, Signal, State
from telemetry.model import Instant


class TargetKind(StrEnum):
    """What an alarm can be about."""

    METER = "meter"
    STATION = "station"
    ZONE = "zone"
    DEVICE = "device"
    ACCOUNT = "account"


class Target(NamedTuple):
    """What one alarm is about."""

    kind: TargetKind
    id: str


class Priority(StrEnum):
    """How soon an operator must act: at once, within minutes, within the shift, within days."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Permit(StrEnum):
    """What a planned job may allow while it lasts."""

    BYPASS_OPEN = "bypass_open"
    PRESSURE = "pressure"
    SILENCE = "silence"


class Note(StrEnum):
    """What happens to an alarm beside its state: it keeps the one it has."""

    SHELVE = "SHELVE"
    UNSHELVE = "UNSHELVE"
    MUTED = "MUTED"
    UNMUTED = "UNMUTED"
    PRIORITY = "PRIORITY"
    VERDICT = "VERDICT"
    JOB = "JOB"


class Muted(StrEnum):
    """Why nobody is called."""

    SHELVED = "shelved"
    SUPPRESSED = "suppressed_by_design"
    OUT_OF_SERVICE = "out_of_service"
    INHIBITED = "inhibited"
    PLANNED_JOB = "planned_job"


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reason for which an alarm does not ring.

    Attributes
    ----------
    since, until : datetime or None
        When it began, and when it ends by itself.
    reason, by : str or None
        What somebody said, and who.
    rule, target : str or None, Target or None
        The alarm that is the cause.
    job : int or None
        The planned job that permits the condition.
    """

    kind: Muted
    since: datetime | None = None
    until: datetime | None = None
    reason: str | None = None
    by: str | None = None
    rule: str | None = None
    target: Target | None = None
    job: int | None = None


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's alarm about one target.

    Attributes
    ----------
    version : int or None
        Of the row it was read from.
    present_since, absent_since : Instant or None
        Measured time since which the condition holds, or does not.
    judged_at : Instant or None
        Measured time of the last statement judged while a delay counts.
    judged_on : Instant or None
        The platform's time when that statement arrived: a delay that runs on counts from there.
    clock_mark : Instant or None
        Where the sender's clock stood before it went back; until it is there again, a delay must
        have passed on our clock too.
    counted_on : Instant or None
        The platform's time when the delay that counts began.
    parts : tuple of int
        The streams on which the condition holds.
    """

    rule: str
    target: Target
    priority: Priority
    state: State = State.NORMAL
    alarm_id: int | None = None
    version: int | None = None
    muted_by: tuple[Reason, ...] = ()
    present_since: Instant | None = None
    absent_since: Instant | None = None
    judged_at: Instant | None = None
    judged_on: Instant | None = None
    clock_mark: Instant | None = None
    counted_on: Instant | None = None
    parts: tuple[int, ...] = ()
    raised_at: Instant | None = None
    acknowledged_at: Instant | None = None
    cleared_at: Instant | None = None
    value: float | None = None
    limit: float | None = None
    evidence: dict[str, Any] = {}

    @property
    def counts_since(self) -> Instant | None:
        """Since when the delay that matters in this state counts."""
        return self.present_since if self.state in WAITING_TO_RING else self.absent_since

    def stands_on(self, part: int) -> bool:
        """Tell whether it stands on one stream alone, and nothing counts toward its end."""
        rang = self.state not in WAITING_TO_RING
        return rang and self.parts == (part,) and self.absent_since is None and self.clock_mark is None


class AlarmEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change of state with its figures, or something beside the state, that an operator may ask about."""

    at: Instant
    signal: Signal | Note
    before: State
    after: State
    value: float | None = None
    limit: float | None = None
    evidence: dict[str, Any] = {}
    actor: str | None = None
    comment: str | None = None
    muted_by: tuple[Reason, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm as it is now, how it is stored, and what happened between the two."""

    alarm: Alarm
    before: State
    events: tuple[AlarmEvent, ...] = ()
