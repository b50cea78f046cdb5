"""Effective-dated rows: each holds until the next of the same subject begins."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from telemetry.model import Instant


class DatedRow(Protocol):
    """Anything that begins at an instant."""

    @property
    def valid_from(self) -> Instant:
        """Where it begins."""


Row = TypeVar("Row", bound=DatedRow)
Subject = TypeVar("Subject", bound=Hashable)


class Timeline(Generic[Row]):
    """The rows of one subject, oldest first."""

    __slots__ = ("rows", "starts")

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows: tuple[Row, ...] = tuple(sorted(rows, key=lambda row: row.valid_from))
        self.starts: list[Instant] = [row.valid_from for row in self.rows]

    def at(self, at: Instant) -> Row | None:
        """Return the row that holds at an instant."""
        position = bisect_right(self.starts, at)
        return self.rows[position - 1] if position else None

    def end(self, start: Instant, far: Instant) -> Instant:
        """Return where the row that begins at ``start`` ends: at the next one's beginning, or ``far``."""
        position = bisect_right(self.starts, start)
        return self.starts[position] if position < len(self.starts) else far


def timelines(rows: Iterable[Row], subject: Callable[[Row], Subject]) -> dict[Subject, Timeline[Row]]:
    """Return one timeline for each subject."""
    grouped: defaultdict[Subject, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[subject(row)].append(row)
    return {key: Timeline(group) for key, group in grouped.items()}
