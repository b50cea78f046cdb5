"""Figures of the alarm system and the handover, as others read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from alerts.reports.kpi import Actor, Figure, Performance
from alerts.reports.shift_report import ShiftReport
from api.schemas.alarms import Muting, Priority, Target
from api.schemas.lists import Described
from telemetry.store.alarm_figures import AlarmSpan, JobThen, OutThen, ShelvedThen


class Words(Described):
    """The same in both languages."""

    en: str = Field(examples=["time in flood"])
    zh: str = Field(examples=["报警泛滥时间占比"])


class KpiFigure(Described):
    """One figure with what it should be."""

    name: str = Field(examples=["time_in_flood_pct"])
    unit: str = Field(examples=["%"])
    meaning: Words
    value: float | None = Field(description="Null where nothing happened to make it from.", examples=[0.4])
    target: float | None = Field(examples=[1.0])
    manageable: float | None = Field(examples=[None])
    verified: Literal[False] = Field(
        description="The targets are second-hand: from public texts on ISA-18.2 and EEMUA 191."
    )


class FloodShown(Described):
    """A time in which operators were called too often; null `ends_at` while it lasts."""

    begins_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    ends_at: datetime | None = Field(examples=["2026-07-01T02:25:00Z"])
    alarms: int = Field(examples=[34])
    most_in_10_min: int = Field(examples=[21])


class ActorShown(Described):
    """What rang how often."""

    rule: str = Field(examples=["outlet_pressure_high"])
    target: Target
    alarms: int = Field(examples=[12])
    share: float = Field(examples=[0.3])
    most_in_a_minute: int = Field(examples=[3])


class AlarmThen(Described):
    """An alarm as it stood at the end of a span."""

    id: int = Field(examples=[17])
    rule: str = Field(examples=["outlet_pressure_high"])
    target: Target
    priority: Priority
    state: str = Field(examples=["active"])
    muted_by: list[Muting]
    raised_at: datetime = Field(examples=["2026-07-01T02:03:04Z"])
    acknowledged_at: datetime | None = Field(examples=[None])
    cleared_at: datetime | None = Field(examples=[None])
    message: str = Field(examples=["Outlet pressure 231.4 kPa is above 220.0 kPa"])


class Kpi(Described):
    """How the alarm system did in a span."""

    start: datetime = Field(serialization_alias="from", examples=["2026-07-01T00:00:00Z"])
    end: datetime = Field(serialization_alias="to", examples=["2026-07-02T00:00:00Z"])
    operators: int = Field(examples=[1])
    alarms: int = Field(description="How many rang.", examples=[40])
    in_flood: bool = Field(description="Whether a flood lasts at the end.", examples=[False])
    figures: list[KpiFigure]
    floods: list[FloodShown]
    bad_actors: list[ActorShown] = Field(description="The ten that rang most often.")
    chattering: list[ActorShown]
    stale: list[AlarmThen]


class ShelvedShown(Described):
    """What is shelved."""

    rule: str = Field(examples=["outlet_pressure_high"])
    target: Target
    priority: Priority
    shelved_at: datetime = Field(examples=["2026-07-01T02:10:00Z"])
    until: datetime = Field(examples=["2026-07-01T08:00:00Z"])
    reason: str = Field(examples=["sensor exchanged tomorrow"])
    shelved_by: str = Field(examples=["control-room"])


class OutShown(Described):
    """What is out of service."""

    target: Target
    since: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    until: datetime | None = Field(description="Null: until it is returned.", examples=[None])
    reason: str = Field(examples=["rebuilt"])
    taken_by: str = Field(examples=["maintenance"])


class JobShown(Described):
    """A job, in short."""

    id: int = Field(examples=[12])
    kind: str = Field(examples=["fault"])
    target: Target
    state: str = Field(examples=["done"])
    fault_class: str | None = Field(examples=["slam_shut_tripped"])
    assignee: str | None = Field(examples=["crew 2"])
    due_at: datetime | None = Field(examples=[None])
    task: str | None = Field(description="What is to be done.", examples=["test the slam-shut"])
    cause: str | None = Field(examples=["safety_device_fault"])


class LookAt(Described):
    """Something the next shift must look at."""

    why: Words
    target: Target | None
    about: str = Field(examples=["outlet_pressure_high"])
    alarm: int | None = Field(examples=[17])
    job: int | None = Field(examples=[None])


class Shift(Described):
    """What one shift hands to the next."""

    start: datetime = Field(serialization_alias="from", examples=["2026-07-01T00:00:00Z"])
    end: datetime = Field(serialization_alias="to", examples=["2026-07-01T08:00:00Z"])
    raised: dict[str, int] = Field(description="By priority.", examples=[{"critical": 1}])
    rang: int = Field(description="How often an operator was called.", examples=[7])
    look_at: list[LookAt] = Field(description="The most urgent first.")
    out_of_band: list[AlarmThen]
    silent: list[AlarmThen]
    standing: list[AlarmThen]
    acknowledged_late: list[AlarmThen]
    shelved: list[ShelvedShown]
    muted: list[AlarmThen]
    out_of_service: list[OutShown]
    floods: list[FloodShown]
    jobs_opened: list[JobShown]
    jobs_closed: list[JobShown]


def kpi(found: Performance, start: datetime, end: datetime, operators: int, alarms: int) -> Kpi:
    """Return figures as others read them."""
    return Kpi(
        start=start,
        end=end,
        operators=operators,
        alarms=alarms,
        in_flood=bool(found.floods) and found.floods[-1].ends_at is None,
        figures=[_figure(one) for one in found.figures],
        floods=[FloodShown.model_validate(one) for one in found.floods],
        bad_actors=[_actor(one) for one in found.bad_actors],
        chattering=[_actor(one) for one in found.chattering],
        stale=_alarms(found.stale),
    )


def shift(report: ShiftReport) -> Shift:
    """Return a handover as others read it."""
    return Shift(
        start=report.start,
        end=report.end,
        raised=dict(report.raised),
        rang=report.rang,
        look_at=[
            LookAt(
                why=Words.model_validate(one.why),
                target=_target(one.target_kind, one.target_id) if one.target_kind else None,
                about=one.about if one.said is None else f"{one.about}: {one.said}",
                alarm=one.alarm,
                job=one.job,
            )
            for one in report.look_at
        ],
        out_of_band=_alarms(report.out_of_band),
        silent=_alarms(report.silent),
        standing=_alarms(report.standing),
        acknowledged_late=_alarms(report.late),
        shelved=[ShelvedShown.model_validate(_about(one)) for one in report.shelved],
        muted=_alarms(report.muted),
        out_of_service=[OutShown.model_validate(_about(one)) for one in report.out_of_service],
        floods=[FloodShown.model_validate(one) for one in report.floods],
        jobs_opened=[JobShown.model_validate(_about(one) | {"id": one.job_id}) for one in report.jobs_opened],
        jobs_closed=[JobShown.model_validate(_about(one) | {"id": one.job_id}) for one in report.jobs_closed],
    )


def _figure(one: Figure) -> KpiFigure:
    known = one.definition
    return KpiFigure(
        name=known.name,
        unit=known.unit,
        meaning=Words.model_validate(known.meaning),
        value=one.value,
        target=known.target,
        manageable=known.manageable,
        verified=False,
    )


def _actor(one: Actor) -> ActorShown:
    rule, kind, name = one.source
    return ActorShown(
        rule=rule,
        target=_target(kind, name),
        alarms=one.alarms,
        share=one.share,
        most_in_a_minute=one.most_in_a_minute,
    )


def _alarms(rows: Sequence[AlarmSpan]) -> list[AlarmThen]:
    return [AlarmThen.model_validate(_about(one) | {"id": one.alarm_id}) for one in rows]


def _about(row: AlarmSpan | ShelvedThen | OutThen | JobThen) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in row.__slots__}
    return known | {"target": _target(row.target_kind, row.target_id)}


def _target(kind: str, name: str) -> Target:
    return Target.model_validate({"kind": kind, "id": name})
