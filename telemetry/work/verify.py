"""Verify: work a meter's span out again from raw data and compare every stored unit."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import msgspec
from psycopg import Connection

from telemetry.batch import NULL
from telemetry.model import DAY, Instant, moment
from telemetry.quality import Quality
from telemetry.store.proof import StoredHour, stored_hours
from telemetry.store.statements import statements
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import CALCULATION, BaseMethod
from telemetry.work.workings import workings_of

_AT_ONCE = 92 * DAY


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One hour in which what is stored is not what comes out; None where there is nothing.

    ``what`` names the figure, or ``calculation`` where another way of working out is stored, which this
    version does not have.
    """

    interval_start: datetime
    what: str
    stored: int | None
    recomputed: int | None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """How many hours were compared, and where they differ."""

    meter: str
    hours: int
    base_volume_um3: int
    calculations: dict[int, int]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Say whether every stored unit comes out again."""
        return not self.differences


def verify(connection: Connection, meter: str, start: Instant, end: Instant) -> Verified:
    """Work the hours of a meter that begin in a span out again in one snapshot, and compare them."""
    with connection.transaction():
        connection.execute(statements("proof")["one_snapshot"])
        return compared(connection, meter, start, end)


def compared(connection: Connection, meter: str, start: Instant, end: Instant) -> Verified:
    """Compare the hours of a meter that begin in a span with what comes out, in the caller's transaction."""
    differences: list[Difference] = []
    calculations: Counter[int] = Counter()
    base_volume_um3 = 0
    for first in range(start, end, _AT_ONCE):
        last = min(first + _AT_ONCE, end)
        meter_id, found = workings_of(connection, meter, first, last)
        stored = stored_hours(connection, meter_id, first, last)
        calculations.update(hour.calculation for hour in stored)
        base_volume_um3 += sum(hour.base_volume_um3 for hour in stored)
        differences += _differences(stored, _recomputed(found.volumes, first, last))
    return Verified(
        meter=meter,
        hours=calculations.total(),
        base_volume_um3=base_volume_um3,
        calculations=dict(sorted(calculations.items())),
        differences=tuple(differences),
    )


_FIGURES = ("volume_um3", "base_volume_um3", "device_base_volume_um3", "quality")


def _recomputed(volumes: HourlyVolumes, start: Instant, end: Instant) -> dict[Instant, dict[str, int | None]]:
    """Return the figures of each hour of a span."""
    columns = {name: getattr(volumes, name).tolist() for name in _FIGURES}
    return {
        at: {name: None if column[row] == NULL else column[row] for name, column in columns.items()}
        for row, at in enumerate(volumes.interval_start.tolist())
        if start <= at < end
    }


def _differences(
    stored: list[StoredHour], recomputed: dict[Instant, dict[str, int | None]]
) -> Iterator[Difference]:
    """Yield where both differ, in order of time."""
    standing = {hour.interval_start: hour for hour in stored}
    for at in sorted(standing.keys() | recomputed.keys()):
        hour, again = standing.get(at), recomputed.get(at)
        if hour and hour.calculation != CALCULATION:
            yield _difference(at, "calculation", hour.calculation, CALCULATION)
        elif hour and again is None and hour.method == BaseMethod.WITHDRAWN.word:
            yield from _of_hour(at, hour, {"volume_um3": 0, "base_volume_um3": 0, "quality": Quality.MISSING})
        else:
            yield from _of_hour(at, hour, again or {})


def _of_hour(at: Instant, hour: StoredHour | None, again: dict[str, int | None]) -> Iterator[Difference]:
    for name in _FIGURES:
        stored = None if hour is None else getattr(hour, name)
        if stored != again.get(name):
            yield _difference(at, name, stored, again.get(name))


def _difference(at: Instant, what: str, stored: int | None, recomputed: int | None) -> Difference:
    return Difference(interval_start=moment(at), what=what, stored=stored, recomputed=recomputed)
