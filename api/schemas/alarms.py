"""Alarms as others read them."""

from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from api.schemas.lists import Described
from telemetry.store.alarm_lists import AlarmEvent, AlarmRow

State: TypeAlias = Literal["active", "acknowledged", "returned", "normal"]
Priority: TypeAlias = Literal["critical", "high", "medium", "low"]


class Target(Described):
    """What an alarm is about."""

    kind: Literal["meter", "station", "zone", "device", "account"] = Field(examples=["station"])
    id: str = Field(examples=["ST-01"])


class Muting(Described):
    """One reason for which nobody is called; null what does not apply to its kind."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    kind: Literal["shelved", "suppressed_by_design", "out_of_service", "inhibited", "planned_job"] = Field(
        examples=["shelved"]
    )
    since: datetime | None = Field(default=None, examples=["2026-07-01T02:10:00Z"])
    until: datetime | None = Field(default=None, examples=["2026-07-01T08:00:00Z"])
    reason: str | None = Field(default=None, examples=["sensor exchanged tomorrow"])
    by: str | None = Field(default=None, examples=["control-room"])
    rule: str | None = Field(default=None, description="Of the alarm that is the cause.", examples=[None])
    target: Target | None = Field(
        default=None, description="Of the alarm that is the cause.", examples=[None]
    )
    job: int | None = Field(default=None, description="The planned job that permits it.", examples=[None])


class Verdict(Described):
    """What somebody said of an alarm afterwards."""

    cause: str = Field(examples=["regulator_fault"])
    true: bool = Field(description="Whether there was something to act on.", examples=[True])
    comment: str | None = Field(examples=["seat worn"])
    by: str = Field(examples=["control-room"])
    at: datetime = Field(examples=["2026-07-01T09:00:00Z"])


class Alarm(Described):
    """An alarm as it stands."""

    id: int = Field(examples=[17])
    rule: str = Field(examples=["outlet_pressure_high"])
    target: Target
    priority: Priority = Field(examples=["high"])
    state: State = Field(examples=["active"])
    muted_by: list[Muting] = Field(description="Why nobody is called, while it is muted.", examples=[[]])
    raised_at: datetime | None = Field(examples=["2026-07-01T02:03:04Z"])
    acknowledged_at: datetime | None = Field(examples=[None])
    cleared_at: datetime | None = Field(examples=[None])
    value: float | None = Field(examples=[231.4])
    limit: float | None = Field(examples=[220.0])
    unit: str | None = Field(examples=["kPa"])
    message: str = Field(examples=["Outlet pressure 231.4 kPa is above 220.0 kPa"])
    response: str = Field(
        description="What an operator does about it.", examples=["Compare with the standby stream."]
    )
    evidence: dict[str, Any] = Field(examples=[{"stream": "A"}])
    verdict: Verdict | None = Field(examples=[None])


class AlarmHappening(Described):
    """One line of an alarm's history."""

    event_id: int = Field(examples=[90])
    at: datetime = Field(description="Measured time, or the operator's.", examples=["2026-07-01T02:03:04Z"])
    recorded_at: datetime = Field(examples=["2026-07-01T02:03:05Z"])
    signal: str = Field(examples=["HELD"])
    from_state: str = Field(examples=["pending"])
    to_state: str = Field(examples=["active"])
    actor: str | None = Field(examples=[None])
    comment: str | None = Field(examples=[None])
    value: float | None = Field(examples=[231.4])
    muted_by: list[Muting] = Field(description="Why nobody was called.", examples=[[]])


class StreamedAlarm(Alarm):
    """An alarm as it stands, with what just happened to it: the ``data`` of one server-sent event."""

    event_id: int = Field(examples=[90])
    signal: str = Field(examples=["HELD"])
    from_state: str = Field(examples=["pending"])
    to_state: str = Field(examples=["active"])
    at: datetime = Field(examples=["2026-07-01T02:03:04Z"])
    actor: str | None = None
    comment: str | None = None


def alarm(row: AlarmRow) -> Alarm:
    """Return a stored alarm as others read it."""
    return Alarm.model_validate(_described(row))


def streamed(event: AlarmEvent) -> StreamedAlarm:
    """Return what happened as a stream tells it."""
    happened = {
        name: getattr(event, name)
        for name in ("event_id", "signal", "from_state", "to_state", "at", "actor", "comment")
    }
    return StreamedAlarm.model_validate(_described(event) | happened)


def _described(row: AlarmRow) -> dict[str, Any]:
    return {
        "id": row.alarm_id,
        "rule": row.rule,
        "target": {"kind": row.target_kind, "id": row.target_id},
        "priority": row.priority,
        "state": "active" if row.state == "pending" else row.state,
        "muted_by": row.muted_by,
        "raised_at": row.raised_at,
        "acknowledged_at": row.acknowledged_at,
        "cleared_at": row.cleared_at,
        "value": row.value,
        "limit": row.limit_value,
        "unit": row.unit,
        "message": row.message,
        "response": row.response,
        "evidence": row.evidence,
        "verdict": row.verdict,
    }
