"""The register at a boundary: read there, between two readings, or as an installation states."""

import msgspec

from telemetry.batch import UM3_PER_M3
from telemetry.billing.statement import How, Index
from telemetry.model import Instant

_NEARLY_AROUND = 0.9


class Around(msgspec.Struct, frozen=True):
    """The last reading at or before a boundary and the first at or after it, where there are any."""

    before_at: Instant | None
    before_um3: int | None
    after_at: Instant | None
    after_um3: int | None


def index_at(at: Instant, around: Around, digits: int) -> Index:
    """Return the register at a boundary, in proportion to time between two readings.

    Where it seems to have gone back between them other than by turning around, the reading before stands.

    >>> found = index_at(5, Around(0, 99_999_000_000, 10, 1_000_000), 5)
    >>> found.how.value, found.index_um3
    ('interpolated', 0)
    """
    before_at, before, after_at, after = (
        around.before_at, around.before_um3, around.after_at, around.after_um3,
    )  # fmt: skip
    if before is None or before_at is None:
        how = How.UNKNOWN if after is None else How.FIRST_READ
        return Index(at=at, index_um3=after, how=how, read_after=after_at)
    if before_at == at:
        return Index(at=at, index_um3=before, how=How.READ, read_before=at, read_after=at)
    if after is None or after_at is None:
        return Index(at=at, index_um3=before, how=How.LAST_READ, read_before=before_at)
    around_um3 = 10**digits * UM3_PER_M3
    rise = after - before
    if rise < 0 and before > _NEARLY_AROUND * around_um3:
        rise += around_um3
    if rise < 0:
        return Index(at=at, index_um3=before, how=How.LAST_READ, read_before=before_at, read_after=after_at)
    part = (2 * rise * (at - before_at) + (after_at - before_at)) // (2 * (after_at - before_at))
    return Index(
        at=at,
        index_um3=(before + part) % around_um3,
        how=How.INTERPOLATED,
        read_before=before_at,
        read_after=after_at,
    )
