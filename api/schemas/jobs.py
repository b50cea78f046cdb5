"""Maintenance jobs as others enter and read them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from alerts.maintenance.unmetered import Estimate
from api.parameters import Time, Word
from api.schemas.alarms import Target
from api.schemas.entries import Entry, Note
from api.schemas.lists import Described
from telemetry.store.jobs import JobEvent, PlanField, StoredJob

JobKind: TypeAlias = Literal["fault", "planned", "inspection", "calibration", "exchange", "isolation"]
JobState: TypeAlias = Literal["new", "assigned", "on_site", "done", "verified"]
Permit: TypeAlias = Literal["bypass_open", "pressure", "silence"]

_WORD = Annotated[Word, Field(examples=["crew 2"])]
_TIME = Annotated[Time, Field(examples=["2026-07-02T01:00:00Z"])]
_PERMITS = Annotated[list[Permit], Field(max_length=3, examples=[["pressure"]])]
_TASK: Final = "exchange the regulator of stream B"


class NewJob(Entry):
    """A job that somebody wants done."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "planned",
                    "target": {"kind": "station", "id": "ST-01"},
                    "assignee": "crew 2",
                    "starts_at": "2026-07-02T01:00:00Z",
                    "ends_at": "2026-07-02T05:00:00Z",
                    "permits": ["pressure"],
                    "comment": _TASK,
                }
            ]
        }
    )

    kind: JobKind
    target: Target
    fault_class: Annotated[
        Word | None,
        Field(description="Of a fault: its class; that of the alarm where one is given."),
    ] = None
    alarm: Annotated[int | None, Field(ge=1, le=2**63 - 1, description="The alarm that it is about.")] = None
    assignee: _WORD | None = None
    starts_at: _TIME | None = None
    ends_at: _TIME | None = None
    due_at: _TIME | None = None
    permits: _PERMITS = Field(default_factory=list)
    comment: Annotated[
        Note | None, Field(description="What is to be done: the job's `task`.", examples=[_TASK])
    ] = None
    external_id: _WORD | None = None


_NEVER_EMPTY: Final = ("state", "permits", "comment")
"""Of a change: what a job is never without, and what is said about the change."""


def _describe_change(schema: dict[str, Any]) -> None:
    """Say what null may empty; name no default: what is left out stays, which null would not say."""
    for name, field in schema["properties"].items():
        del field["default"]
        if name in _NEVER_EMPTY:
            something, _null = field.pop("anyOf")
            field.update(something)
    schema["examples"] = [
        {"state": "done", "cause": "regulator_fault", "comment": "seat worn"},
        {"due_at": None, "comment": "no hurry any more"},
    ]


class JobChange(Entry):
    """A JSON merge patch (RFC 7396): null empties a field, what is left out stays."""

    model_config = ConfigDict(json_schema_extra=_describe_change)

    state: JobState | None = None
    task: Annotated[Note | None, Field(description="What is to be done.", examples=[_TASK])] = None
    assignee: _WORD | None = None
    starts_at: _TIME | None = None
    ends_at: _TIME | None = None
    due_at: _TIME | None = None
    permits: _PERMITS | None = None
    cause: Annotated[
        Word | None, Field(description="A word of docs/alarms.md.", examples=["regulator_fault"])
    ] = None
    comment: Annotated[
        Note | None, Field(description="What is said about the change.", examples=["seat worn"])
    ] = None
    external_id: _WORD | None = None

    @field_validator(*_NEVER_EMPTY, mode="before")
    @classmethod
    def _never_empty(cls, given: Any) -> Any:  # noqa: ANN401 -- what a validator is given
        if given is None:
            raise PydanticCustomError("null", "must not be null: leave it out")
        return given


class Job(Described):
    """A job as it stands."""

    id: int = Field(examples=[12])
    kind: JobKind
    target: Target
    state: JobState
    task: str | None = Field(
        description="What is to be done: the first `comment`, unless it was changed since.", examples=[_TASK]
    )
    assignee: str | None = Field(examples=["crew 2"])
    starts_at: datetime | None = Field(examples=["2026-07-02T01:00:00Z"])
    ends_at: datetime | None = Field(examples=["2026-07-02T05:00:00Z"])
    due_at: datetime | None = Field(examples=[None])
    permits: list[Permit] = Field(examples=[["pressure"]])
    cause: str | None = Field(examples=["regulator_fault"])
    external_id: str | None = Field(examples=["WO-2026-0815"])
    fault_class: str | None = Field(examples=[None])
    comment: str | None = Field(description="What was said last.", examples=["rain, later by half a day"])
    reopened: int = Field(description="How often the fault has come back.", examples=[0])
    alarms: list[int] = Field(description="The alarms that opened or joined it.", examples=[[]])
    created_at: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    created_by: str | None = Field(description="Null: the platform.", examples=["control-room"])
    done_at: datetime | None = Field(examples=[None])
    done_by: str | None = Field(examples=[None])
    verified_at: datetime | None = Field(examples=[None])
    verified_by: str | None = Field(examples=[None])


class ProposedEdit(Described):
    """What `POST /v1/edits` would take, with a reason, to add the estimate: whole hours."""

    meter: str = Field(examples=["M-0001"])
    kind: Literal["set_volume"]
    begin: datetime = Field(serialization_alias="from", examples=["2026-07-02T01:00:00Z"])
    end: datetime = Field(serialization_alias="to", examples=["2026-07-02T05:00:00Z"])
    volume_m3: float = Field(description="Counted and estimated.", examples=[140.2])
    base_volume_m3: float = Field(description="The same at base conditions.", examples=[420.1])


class UnmeteredEstimate(Described):
    """What went around a meter while its bypass was open, estimated; nothing was changed by it."""

    begin: datetime = Field(serialization_alias="from", examples=["2026-07-02T01:10:00Z"])
    end: datetime = Field(serialization_alias="to", examples=["2026-07-02T04:40:00Z"])
    base_volume_m3: float = Field(examples=[412.5])
    low: float = Field(description="Of the same hours of other weeks the least.", examples=[380.0])
    high: float = Field(description="The most.", examples=[451.2])
    method: Literal["usual_hours_while_open", "usual_hours_of_job"] = Field(
        description="`usual_hours_of_job`: the device does not say where the valve stands.",
        examples=["usual_hours_while_open"],
    )
    edit: ProposedEdit


class WholeJob(Job):
    """A job as it stands, with what it let past a meter."""

    unmetered_estimate: UnmeteredEstimate | None = Field(
        description="Of a job that permits an open bypass of a meter, if enough is known of it."
    )


class ChangedField(Described):
    """A field of a job's plan that became another: empty is null, of `permits` an empty list."""

    field: PlanField
    before: datetime | list[Permit] | str | None = Field(examples=["2026-07-02T05:00:00Z"])
    after: datetime | list[Permit] | str | None = Field(examples=["2026-07-02T07:30:00Z"])


class JobHappening(Described):
    """One line of a job's history."""

    event_id: int = Field(examples=[31])
    at: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    from_state: str | None = Field(examples=["new"])
    to_state: str = Field(examples=["assigned"])
    actor: str | None = Field(examples=["control-room"])
    comment: str | None = Field(examples=[None])
    changes: list[ChangedField] = Field(
        description="What of the plan changed; of what happened before migration 50 it is not known: empty."
    )


class JobHistory(Described):
    """What happened to a job, in order."""

    items: list[JobHappening]


def job(row: StoredJob, alarms: list[int]) -> Job:
    """Return a stored job as others read it."""
    known: dict[str, Any] = {name: getattr(row, name) for name in row.__slots__}
    target = {"kind": row.target_kind, "id": row.target_id}
    return Job.model_validate(known | {"id": row.job_id, "target": target, "alarms": alarms})


def whole_job(known: Job, estimate: Estimate | None) -> WholeJob:
    """Return a job together with what it let past a meter."""
    told = None if estimate is None else UnmeteredEstimate.model_validate(estimate._asdict())
    return WholeJob.model_validate({**dict(known), "unmetered_estimate": told})


def history(rows: list[JobEvent]) -> JobHistory:
    """Return a job's history as others read it."""
    return JobHistory(items=[JobHappening.model_validate(row) for row in rows])
