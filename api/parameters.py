"""Query parameters: what a list may be asked, checked before anything is looked up."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST: Final = timedelta(days=3660)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")


def _spelled_in_full(value: Any) -> Any:  # noqa: ANN401 -- what a validator is given
    """Refuse times that RFC 3339 does not know; a ``+`` that became a space is one again."""
    if not isinstance(value, str):
        return value
    mended = value.strip().replace(" ", "+") if value.count(" ") == 1 else value
    if not _RFC_3339.fullmatch(mended):
        raise PydanticCustomError("time", "expected an RFC 3339 time with offset, like 2026-07-01T00:00:00Z")
    return mended


def _plausible(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("time", "expected a time between the years 2000 and 2100")
    return value.astimezone(UTC)


Time = Annotated[AwareDatetime, BeforeValidator(_spelled_in_full), AfterValidator(_plausible)]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["M-0001"])]
Identifier = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[1])]


class Parameters(BaseModel):
    """The parameters of one operation; any other is refused."""

    model_config = ConfigDict(extra="forbid")

    def bound(self) -> dict[str, Any]:
        """Return what a cursor is bound to: all but the page."""
        return {"list": type(self).__name__, **self.model_dump(exclude={"limit", "cursor"}, mode="json")}


class NoParameters(Parameters):
    """An operation without parameters."""


Limit = Annotated[int, Field(ge=1, le=1000, description="Items a page.")]


class Paged(Parameters):
    """A list that comes in pages."""

    cursor: Annotated[str | None, Field(max_length=1000, description="`next_cursor` of the page before.")] = (
        None
    )


class Page(Paged):
    """A list, page by page."""

    limit: Limit = 100


class Bounded(Paged):
    """A list that ``from`` and ``to`` may bound: half open, by the item's start."""

    start: Annotated[Time | None, Field(alias="from", examples=["2026-07-01T00:00:00Z"])] = None
    end: Annotated[Time | None, Field(alias="to", examples=["2026-07-02T00:00:00Z"])] = None

    @field_validator("end")
    @classmethod
    def _in_order(cls, end: datetime | None, given: ValidationInfo) -> datetime | None:
        start = given.data.get("start")
        if start and end and start > end:
            raise PydanticCustomError("span", "must not be before from")
        if start and end and end - start > LONGEST:
            raise PydanticCustomError("span", "a span is at most ten years")
        return end


class Period(Bounded):
    """A list that a span of time may narrow."""

    limit: Limit = 100


class Span(Bounded):
    """A span of telemetry; without ``from``, the day before ``to``; without ``to``, until now."""

    limit: Annotated[int, Field(ge=1, le=10_000, description="Items a page.")] = 1000

    def settled(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the span with what was left out filled in."""
        end = self.end or max(now, self.start or now)
        return self.start or end - timedelta(days=1), end
