"""What people say to alarms."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.parameters import Time
from api.schemas.alarms import Target
from api.schemas.entries import Entry, Note
from api.schemas.lists import Described

_Comment = Annotated[str | None, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class Acknowledgement(Entry):
    """What somebody says who saw an alarm."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "crew sent"}]})

    comment: _Comment = None


class Shelf(Entry):
    """Until when an alarm is put aside, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"until": "2026-07-01T08:00:00Z", "reason": "sensor out"}]}
    )

    until: Annotated[Time, Field(examples=["2026-07-01T08:00:00Z"])]
    reason: Annotated[Note, Field(examples=["sensor out"])]


class Unshelving(Acknowledgement):
    """What somebody says who takes an alarm from the shelf."""


class NewVerdict(Entry):
    """What was behind an alarm."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cause": "regulator_fault", "comment": "seat worn"}]}
    )

    cause: Annotated[
        str,
        Field(
            min_length=1, max_length=64, description="A word of docs/alarms.md.", examples=["regulator_fault"]
        ),
    ]
    comment: _Comment = None


class Removal(Entry):
    """What is taken out of service, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "target": {"kind": "station", "id": "ST-01"},
                    "reason": "rebuilt",
                    "until": "2099-07-03T08:00:00Z",
                }
            ]
        }
    )

    target: Target
    reason: Annotated[Note, Field(examples=["sensor out"])]
    until: Annotated[
        Time | None,
        Field(description="When it serves again by itself.", examples=["2099-07-03T08:00:00Z"]),
    ] = None


class OutOfService(Described):
    """Something that does not serve, or did not until `until` or until it was returned."""

    id: int = Field(validation_alias="out_of_service_id", examples=[3])
    target: Target
    since: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    until: datetime | None = Field(description="Null: until it is returned.", examples=[None])
    reason: str = Field(examples=["rebuilt"])
    taken_by: str = Field(examples=["maintenance"])
    returned_at: datetime | None = Field(examples=[None])
    returned_by: str | None = Field(examples=[None])
