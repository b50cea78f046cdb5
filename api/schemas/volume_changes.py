"""Changes of volumes as others read them."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.lists import Described


class VolumeChange(Described):
    """One revision of one hour."""

    sequence: int = Field(description="Its number; no number is left out.", examples=[4711])
    meter: str = Field(examples=["M-0001"])
    interval_start: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    interval_end: datetime = Field(examples=["2026-07-01T01:00:00Z"])
    old_revision: int | None = Field(description="null: nothing stood before.", examples=[1])
    new_revision: int = Field(examples=[2])
    old_base_volume_m3: float | None = Field(examples=[123.391])
    base_volume_m3: float = Field(examples=[123.402])
    delta_m3: float = Field(examples=[0.011])
    cause: str = Field(description="Why it was worked out again.", examples=["registry"])


class VolumeChanges(BaseModel):
    """Some changes, and where to go on."""

    items: list[VolumeChange]
    next: int = Field(description="Ask again with `since=` this, now or later.", examples=[4711])
