"""The shape of every list: its items, and where the next page begins."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api.cursors import Cursors, Position

Item = TypeVar("Item")
Row = TypeVar("Row")


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Ask again with `cursor=` this for the next page; null at the end.", examples=[None]
    )


class Described(BaseModel):
    """An item that others read: every key is always there, null where nothing is known."""

    model_config = ConfigDict(from_attributes=True)


def next_cursor(
    cursors: Cursors,
    rows: Sequence[Row],
    limit: int,
    bound: dict[str, Any],
    position: Callable[[Row], Position],
) -> str | None:
    """Return the cursor after ``limit`` of the rows, or None when there are no more."""
    return cursors.write(position(rows[limit - 1]), bound) if len(rows) > limit else None
