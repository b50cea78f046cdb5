"""Hand reads as others write and read them; a ledger carries its decimals as texts."""

from datetime import datetime
from decimal import Decimal

from pydantic import ConfigDict, Field

from api.parameters import Time, Word
from api.schemas.entries import Entry, Note, Register
from api.schemas.lists import Described
from telemetry.store.hand_reads import HandReadRow, SaidRead


class NewHandRead(Entry):
    """A register read by a person: one of the four at least."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"meter": "M-0001", "measured_at": "2026-07-01T02:00:00Z", "index_m3": "18234.56"}]
        }
    )

    meter: Word = Field(examples=["M-0001"])
    measured_at: Time = Field(examples=["2026-07-01T02:00:00Z"])
    index_m3: Register | None = None
    base_index_m3: Register | None = None
    mechanical_index_m3: Register | None = None
    remaining_m3: Register | None = None
    reader: Word | None = None
    photo_ref: Word | None = None
    reason: Note | None = None

    def said(self) -> SaidRead:
        """Return it as it is recorded."""
        return SaidRead(**self.model_dump())


class HandRead(Described):
    """A hand read as it was recorded."""

    id: int = Field(examples=[7])
    meter: str = Field(examples=["M-0001"])
    measured_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    index_m3: Decimal | None = Field(examples=["18234.56"])
    base_index_m3: Decimal | None = Field(examples=[None])
    mechanical_index_m3: Decimal | None = Field(examples=[None])
    remaining_m3: Decimal | None = Field(examples=[None])
    reader: str | None = Field(examples=["Li"])
    photo_ref: str | None = Field(examples=[None])
    reason: str | None = Field(examples=[None])
    recorded_by: str = Field(description="A key's name, or `registry import`.", examples=["field-app"])
    recorded_at: datetime = Field(examples=["2026-07-01T02:05:00Z"])


def hand_read(row: HandReadRow) -> HandRead:
    """Return a stored hand read as others read it."""
    named = {name: getattr(row, name) for name in HandRead.model_fields if name != "id"}
    return HandRead(id=row.hand_read_id, **named)
