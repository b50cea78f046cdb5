"""Volumes page by page, as they stood when the first page was read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from psycopg import Connection

from telemetry.billing.gas_day import Granularity
from telemetry.model import instant
from telemetry.registry import Registry
from telemetry.store.volumes import Volume, volumes

Portion: TypeAlias = tuple[Sequence[str], datetime, datetime]

_SHORTEST: Final = {
    Granularity.HOUR: timedelta(hours=1),
    Granularity.DAY: timedelta(hours=23),
    Granularity.TEN_DAY: timedelta(days=7),
    Granularity.MONTH: timedelta(days=27),
}
_AT_A_TIME: Final = 1000
_JUST_AFTER: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """Which volumes: meters in the order of their registration, a half-open span, the intervals' length.

    They are as they stand, or as they stood at ``as_of``.
    """

    registry: Registry
    meters: Sequence[str]
    start: datetime
    end: datetime
    granularity: Granularity
    account: str | None = None
    as_of: datetime | None = None

    def read(self, connection: Connection, portion: Portion) -> Iterator[Volume]:
        """Yield the volumes of a portion, in order of meter and time."""
        meters, start, end = portion
        found = volumes(
            connection,
            meters,
            instant(start),
            instant(end),
            self.granularity,
            registry=self.registry,
            as_of=None if self.as_of is None else instant(self.as_of),
        )
        return (one for one in found if self.account is None or one.account == self.account)

    def everything(self) -> Iterator[Portion]:
        """Yield portions of a bounded size that make up the whole."""
        return self.portions(_AT_A_TIME)

    def portions(self, size: int, after: tuple[str, datetime] | None = None) -> Iterator[Portion]:
        """Yield portions of about ``size`` volumes each that make up what comes after a place."""
        meters = list(self.meters)
        if after:
            place = meters.index(after[0])
            yield from self._windows(meters[place : place + 1], after[1] + _JUST_AFTER, size)
            meters = meters[place + 1 :]
        intervals = 1 + (self.end - self.start) // _SHORTEST[self.granularity]
        together = max(1, size // intervals)
        for first in range(0, len(meters), together):
            yield from self._windows(meters[first : first + together], self.start, size)

    def _windows(self, meters: Sequence[str], start: datetime, size: int) -> Iterator[Portion]:
        width = _SHORTEST[self.granularity] * max(size, _AT_A_TIME)
        while start < self.end:
            end = min(self.end, start + width)
            yield meters, start, end
            start = end


def page(
    connection: Connection,
    wanted: Wanted,
    limit: int,
    after: tuple[str, datetime] | None = None,
) -> list[Volume]:
    """Return up to ``limit`` volumes."""
    found: list[Volume] = []
    for portion in wanted.portions(limit, after):
        found += wanted.read(connection, portion)
        if len(found) >= limit:
            break
    return found[:limit]
