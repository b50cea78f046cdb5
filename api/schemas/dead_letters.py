"""Dead letters as others read them, and what people say when they mend one."""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.parameters import Word
from api.schemas.lists import Described
from telemetry.store.dead_letters import DeadLetterRow, MendRow, WholeDeadLetter


class DeadLetter(Described):
    """One refused payload, or one refused element of it."""

    id: int = Field(examples=[12])
    received_at: datetime = Field(examples=["2026-07-01T02:00:03Z"])
    topic: str = Field(examples=["citygas/v1/north/D-0001/reading"])
    device: str | None = Field(examples=["D-0001"])
    decoder: str | None = Field(examples=["native"])
    reason: str = Field(examples=["missing_field"])
    detail: str = Field(examples=["index_m3 is missing"])
    element: int | None = Field(
        description="Its place in an array; null: the whole payload.", examples=[None]
    )
    payload_size: int = Field(examples=[48])
    payload_base64: str | None = Field(
        description="As it came; of one larger than 1 MiB the first 64 KiB.", examples=["eyJzZXEiOjF9"]
    )
    replayed_at: datetime | None = Field(examples=[None])


class Mend(Described):
    """How somebody corrected a refused payload."""

    mended_at: datetime = Field(examples=["2026-07-01T08:30:00Z"])
    mended_by: str = Field(examples=["wang"])
    reason: str = Field(examples=["the decimal point was a comma"])
    topic: str | None = Field(examples=["citygas/v1/north/D-0001/reading"])
    payload_base64: str | None = Field(description="What stands for it.", examples=["eyJzZXEiOjF9"])


class WholeLetter(DeadLetter):
    """One dead letter, with how it was mended, the latest first."""

    mends: list[Mend]


class NewMend(BaseModel):
    """A corrected payload, as text or as base64, and why it was corrected."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "payload": '{"measured_at": 1772323200, "index_m3": 18342.117}',
                    "reason": "the decimal point was a comma",
                }
            ]
        },
    )

    payload: Annotated[str | None, Field(max_length=1024 * 1024)] = None
    payload_base64: Annotated[str | None, Field(max_length=1_398_104)] = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    topic: Annotated[Word | None, Field(description="Where it should have been published.")] = None

    @field_validator("payload_base64")
    @classmethod
    def _is_base64(cls, text: str | None) -> str | None:
        try:
            b64decode(text or "", validate=True)
        except (NoBase64, ValueError):
            raise PydanticCustomError("base64", "expected base64") from None
        return text

    @model_validator(mode="after")
    def _either(self) -> "NewMend":
        if (self.payload is None) == (self.payload_base64 is None):
            raise PydanticCustomError("payload", "expected either payload or payload_base64")
        return self

    @property
    def content(self) -> bytes:
        """The payload's bytes."""
        if self.payload is not None:
            return self.payload.encode("utf-8", "surrogatepass")
        return b64decode(self.payload_base64 or "")


def dead_letter(row: DeadLetterRow) -> DeadLetter:
    """Return a dead letter as others read it."""
    return DeadLetter(
        id=row.dead_letter_id,
        received_at=row.received_at,
        topic=row.topic,
        device=row.device,
        decoder=row.decoder,
        reason=row.reason,
        detail=row.detail,
        element=row.element,
        payload_size=row.payload_size,
        payload_base64=None if row.payload is None else b64encode(row.payload).decode(),
        replayed_at=row.replayed_at,
    )


def whole_letter(found: WholeDeadLetter) -> WholeLetter:
    """Return a dead letter with all that is known of it."""
    mends = [_mend(row) for row in found.mends]
    return WholeLetter(**dead_letter(found.row).model_dump(), mends=mends)


def _mend(row: MendRow) -> Mend:
    return Mend(
        mended_at=row.mended_at,
        mended_by=row.mended_by,
        reason=row.reason,
        topic=row.topic,
        payload_base64=None if row.payload is None else b64encode(row.payload).decode(),
    )
