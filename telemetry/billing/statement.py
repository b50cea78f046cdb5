"""A settlement statement, and the exact bytes that its hash is of. Volumes are whole numbers of 10⁻⁶ m³."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np

from telemetry.batch import Columns
from telemetry.model import Instant

SHARE_DIGITS: Final = 6
FACTOR_DIGITS: Final = 9

HOUR_COLUMNS: Final = (
    "line",
    "interval_start",
    "revision",
    "volume_um3",
    "base_volume_um3",
    "device_base_volume_um3",
    "quality",
    "flags",
    "calculation",
    "registry_version",
    "gas_quality_from",
    "uncertainty_um3",
)
"""What stands of each hour in the bytes, in this order."""

_FORMAT: Final = b"citygas statement 1\n"


class How(StrEnum):
    """How an index at a boundary was got."""

    READ = "read"
    INTERPOLATED = "interpolated"
    STATED = "stated"
    LAST_READ = "last_read"
    FIRST_READ = "first_read"
    UNKNOWN = "unknown"


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The register at a boundary, and between which readings it was found."""

    at: Instant
    index_um3: int | None
    how: How
    read_before: Instant | None = None
    read_after: Instant | None = None


class QualityPart(msgspec.Struct, frozen=True):
    """How many hours are of one quality, and their base volume."""

    quality: str
    hours: int
    base_volume_um3: int


class Peak(msgspec.Struct, frozen=True):
    """The interval of the largest base volume; of several the first."""

    start: Instant
    base_volume_um3: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the hours of a line come to.

    ``missing_hours`` have no row, or one that says missing; ``estimated_share`` is the share of the
    base volume, or without any of the hours, that is estimated or missing, and ``days_estimated``
    counts gas days with any such hour. ``uncertainty_um3`` is None where nobody can say. Calculations and
    registry versions are those that the hours were worked out by, and ``gas_quality_from`` where the
    gas qualities begin that they were corrected with.
    """

    hours: int
    missing_hours: int
    volume_um3: int
    base_volume_um3: int
    device_base_volume_um3: int | None
    qualities: tuple[QualityPart, ...]
    estimated_share: Decimal
    mean_correction_factor: Decimal | None
    peak_hour: Peak | None
    peak_day: Peak | None
    days: int
    days_estimated: int
    disturbed_hours: int
    disturbed_base_volume_um3: int
    uncertainty_um3: int | None
    calculations: tuple[int, ...]
    registry_versions: tuple[int, ...]
    gas_quality_from: tuple[Instant, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One meter under one device over whole hours: those that start from ``start`` to before ``end``.

    ``sign`` says whether it is added, taken off (-1) or only shown (0). ``installed_from`` and
    ``installed_until`` are those of the installation as it was then known.
    """

    meter: str
    device: str
    sign: int
    start: Instant
    end: Instant
    installed_from: Instant
    installed_until: Instant
    opening: Index
    closing: Index
    figures: Figures
    exchanges: tuple[int, ...] = ()
    edits: tuple[int, ...] = ()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Whose statement of what it is, and as of which moment it was drawn.

    ``as_of`` is the time and ``sequence`` the number of the last change of volumes it reflects;
    ``drawn_at`` is when everything else was looked at.
    """

    cycle: str
    period: str
    account: str
    contract: str | None
    site: str
    start: Instant
    end: Instant
    time_zone: str
    day_start: str
    as_of: Instant
    sequence: int
    drawn_at: Instant
    registry_version: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the lines sum to, each by its sign."""

    rows: int
    missing_hours: int
    volume_um3: int
    base_volume_um3: int
    estimated_share: Decimal
    uncertainty_um3: int | None
    qualities: tuple[QualityPart, ...]


def totals(lines: Iterable[Line]) -> Totals:
    """Return what some lines sum to."""
    counting = [line for line in lines if line.sign]
    parts: dict[str, QualityPart] = {}
    for line in counting:
        for part in line.figures.qualities:
            before = parts.get(part.quality, QualityPart(part.quality, 0, 0))
            base = before.base_volume_um3 + line.sign * part.base_volume_um3
            parts[part.quality] = QualityPart(part.quality, before.hours + part.hours, base)
    uncertain = [line.figures.uncertainty_um3 for line in counting]
    return Totals(
        rows=sum(line.figures.hours for line in counting),
        missing_hours=sum(line.figures.missing_hours for line in counting),
        volume_um3=sum(line.sign * line.figures.volume_um3 for line in counting),
        base_volume_um3=sum(line.sign * line.figures.base_volume_um3 for line in counting),
        estimated_share=estimated_share(parts.values()),
        uncertainty_um3=None if None in uncertain else sum(one or 0 for one in uncertain),
        qualities=tuple(parts.values()),
    )


def estimated_share(parts: Iterable[QualityPart]) -> Decimal:
    """Return the share of the base volume, or without any of the hours, that is estimated or missing.

    >>> estimated_share([QualityPart("measured", 2, 3), QualityPart("estimated", 1, 1)])
    Decimal('0.250000')
    """
    known = list(parts)
    base, hours = sum(one.base_volume_um3 for one in known), sum(one.hours for one in known)
    doubtful = [one for one in known if one.quality in ("estimated", "missing")]
    if base > 0:
        return ratio(sum(one.base_volume_um3 for one in doubtful), base, SHARE_DIGITS)
    return ratio(sum(one.hours for one in doubtful), max(hours, 1), SHARE_DIGITS)


def ratio(part: int, whole: int, digits: int) -> Decimal:
    """Return a quotient of whole numbers, rounded once.

    >>> ratio(2, 3, 6)
    Decimal('0.666667')
    """
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(1).scaleb(-digits))


def decimal_m3(volume_um3: int) -> str:
    """Return a volume in m³ as a text with every digit that is stored.

    >>> decimal_m3(0), decimal_m3(-1), decimal_m3(123_456_789_123_456)
    ('0.000000', '-0.000001', '123456789.123456')
    """
    return f"{Decimal(volume_um3).scaleb(-6):f}"


class Digest:
    """The SHA-256 of a statement: of its head, its lines, and its hours block by block.

    Hashed are a line that names the format, head and lines as JSON of sorted keys without spaces, each
    on a line of its own, and the SHA-256 of the hours: each as twelve 64-bit integers, little-endian,
    in the order of `HOUR_COLUMNS`, what is not known as -2⁶³, by line and time.
    """

    def __init__(self) -> None:
        self._hours = sha256()

    def add(self, hours: Columns) -> None:
        """Add some hours."""
        rows = np.stack([hours[name] for name in HOUR_COLUMNS], axis=1)
        self._hours.update(rows.astype("<i8").tobytes())

    def of(self, head: Head, lines: Iterable[Line]) -> bytes:
        """Return the hash of a statement whose hours were added."""
        whole = sha256(_FORMAT)
        for one in (head, *lines):
            whole.update(msgspec.json.encode(one, order="sorted") + b"\n")
        whole.update(self._hours.digest())
        return whole.digest()
