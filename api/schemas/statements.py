"""Statements as others read them; decimals are texts."""

from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Field

from api.parameters import Word
from api.schemas.entries import Entry
from api.schemas.lists import Described
from api.schemas.volumes import QualityWord
from telemetry.billing.settlement import Cycle
from telemetry.billing.statement import Figures, Index, Line, Peak, QualityPart, decimal_m3
from telemetry.model import Instant, moment
from telemetry.store.settlements import StatementRow
from telemetry.work.settle import Manifest as Closed
from telemetry.work.settle_plan import Wanted

StatementStatus: TypeAlias = Literal["draft", "closed"]
How: TypeAlias = Literal["read", "interpolated", "stated", "last_read", "first_read", "unknown"]


class StatementQuality(Described):
    """How many hours are of one quality, and their base volume."""

    quality: QualityWord = Field(examples=["measured"])
    hours: int = Field(examples=[744])
    base_volume_m3: str = Field(examples=["91803.122004"])


class RegisterAt(Described):
    """The register at one end of a line, and between which readings it was found."""

    at: datetime = Field(examples=["2026-06-30T16:00:00Z"])
    index_m3: str | None = Field(examples=["18234.560000"])
    how: How = Field(examples=["interpolated"])
    read_before: datetime | None = Field(examples=["2026-06-30T15:57:00Z"])
    read_after: datetime | None = Field(examples=["2026-06-30T16:02:00Z"])


class PeakAt(Described):
    """The hour or gas day of the largest base volume."""

    start: datetime = Field(alias="from", examples=["2026-07-14T02:00:00Z"])
    base_volume_m3: str = Field(examples=["211.402000"])


class StatementLine(Described):
    """One meter under one device over whole hours."""

    meter: str = Field(examples=["M-0001"])
    device: str = Field(examples=["D-0001"])
    sign: int = Field(description="1 counts, -1 is taken off, 0 is only shown.", examples=[1])
    start: datetime = Field(alias="from", examples=["2026-06-30T16:00:00Z"])
    end: datetime = Field(alias="to", examples=["2026-07-31T16:00:00Z"])
    opening: RegisterAt
    closing: RegisterAt
    volume_m3: str = Field(examples=["30512.345678"])
    base_volume_m3: str = Field(examples=["91803.122004"])
    device_base_volume_m3: str | None = Field(examples=["91799.100000"])
    hours: int = Field(examples=[744])
    missing_hours: int = Field(examples=[0])
    quality_breakdown: list[StatementQuality]
    estimated_share: str = Field(examples=["0.000000"])
    mean_correction_factor: str | None = Field(examples=["3.008704412"])
    peak_hour: PeakAt | None
    peak_day: PeakAt | None
    days: int = Field(examples=[31])
    days_estimated: int = Field(examples=[0])
    disturbed_hours: int = Field(examples=[0])
    disturbed_base_volume_m3: str = Field(examples=["0.000000"])
    uncertainty_m3: str | None = Field(examples=["1204.118000"])
    calculations: list[int] = Field(examples=[[3]])
    configuration_versions: list[int] = Field(examples=[[41, 42]])
    gas_quality_from: list[datetime] = Field(examples=[["2026-06-30T16:00:00Z"]])
    exchanges: list[int] = Field(examples=[[5]])
    edits: list[int] = Field(examples=[[3]])


class Statement(Described):
    """What an account's gas comes to at a site over a settlement period."""

    id: int = Field(examples=[17])
    account: str = Field(examples=["A-0001"])
    contract: str | None = Field(examples=["K-0001"])
    site: str = Field(examples=["S-0001"])
    cycle: Cycle = Field(examples=["monthly"])
    period: str = Field(examples=["2026-07"])
    start: datetime = Field(alias="from", examples=["2026-06-30T16:00:00Z"])
    end: datetime = Field(alias="to", examples=["2026-07-31T16:00:00Z"])
    status: StatementStatus = Field(examples=["closed"])
    volume_m3: str = Field(examples=["30512.345678"])
    base_volume_m3: str = Field(examples=["91803.122004"])
    uncertainty_m3: str | None = Field(examples=["1204.118000"])
    hours: int = Field(examples=[744])
    missing_hours: int = Field(examples=[0])
    estimated_share: str = Field(examples=["0.000000"])
    quality_breakdown: list[StatementQuality]
    as_of: datetime = Field(
        description="`as_of` of volumes that gives its hours again.", examples=["2026-08-01T00:10:00.123456Z"]
    )
    sequence: int = Field(description="Of the last change it reflects.", examples=[4711])
    drawn_at: datetime = Field(examples=["2026-08-01T00:10:04Z"])
    configuration_version: int = Field(examples=[42])
    sha256: str = Field(description="See docs/billing.md.", examples=["9f86d081884c7d659a2feaa0c55ad015…"])
    closed_at: datetime | None = Field(examples=["2026-08-01T00:10:04Z"])
    closed_by: str | None = Field(examples=["billing"])


class StatementInFull(Statement):
    """A statement with its lines."""

    lines: list[StatementLine]


class NewClosing(Entry):
    """Which period is to be closed."""

    cycle: Cycle = Field(examples=["monthly"])
    period: str = Field(max_length=20, examples=["2026-07"])
    account: Word | None = Field(default=None, description="Without it, of all accounts.")
    with_missing: bool = Field(default=False, description="Hours that are missing count as no gas.")

    def wanted(self) -> Wanted:
        """Return it as it is checked."""
        return Wanted(self.cycle, self.period, self.account)


class ClosingManifest(BaseModel):
    """What is closed of a period; asked again, the same."""

    cycle: Cycle = Field(examples=["monthly"])
    period: str = Field(examples=["2026-07"])
    account: str | None = Field(examples=[None])
    statements: int = Field(examples=[1000])
    rows: int = Field(description="Hours.", examples=[744_000])
    missing_hours: int = Field(examples=[0])
    sum_m3: str = Field(description="Base volume.", examples=["91803122.004117"])
    sha256: str = Field(description="See docs/billing.md.", examples=["9f86d081884c7d659a2feaa0c55ad015…"])


class Adjustment(Described):
    """One change of a closed hour."""

    id: int = Field(description="No number is left out.", examples=[12])
    statement: int = Field(examples=[17])
    meter: str = Field(examples=["M-0001"])
    interval_start: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    interval_end: datetime = Field(examples=["2026-07-01T01:00:00Z"])
    original_m3: str = Field(description="What the hour counted for when closed.", examples=["123.391000"])
    revised_m3: str = Field(description="What it counts for now.", examples=["123.402000"])
    delta_m3: str = Field(description="On top of what was told of the hour before.", examples=["0.011000"])
    cause: str = Field(examples=["registry"])
    effective_period: str = Field(examples=["2026-07"])
    booking_period: str = Field(examples=["2026-08"])
    known_at: datetime = Field(examples=["2026-08-09T03:00:00Z"])


class Adjustments(BaseModel):
    """Some adjustments, and where to go on."""

    items: list[Adjustment]
    next: int = Field(description="Ask again with `since=` this, now or later.", examples=[12])


def statement(row: StatementRow) -> Statement:
    """Return a stored statement as others read it."""
    return Statement.model_validate(_stated(row))


def in_full(row: StatementRow, lines: list[Line]) -> StatementInFull:
    """Return a stored statement with its lines."""
    return StatementInFull.model_validate(_stated(row) | {"lines": [line_told(line) for line in lines]})


def closing_manifest(found: Closed) -> ClosingManifest:
    """Return what is closed as others read it."""
    same = ("period", "account", "statements", "rows", "missing_hours", "sha256")
    told = {name: getattr(found, name) for name in same}
    return ClosingManifest(cycle=Cycle(found.cycle), sum_m3=decimal_m3(found.base_volume_um3), **told)


def line_told(line: Line) -> dict[str, Any]:
    """Return a line under the names and in the units that others read."""
    return _figures(line.figures) | {
        "meter": line.meter,
        "device": line.device,
        "sign": line.sign,
        "from": moment(line.start),
        "to": moment(line.end),
        "opening": _register(line.opening),
        "closing": _register(line.closing),
        "exchanges": line.exchanges,
        "edits": line.edits,
    }


def _stated(row: StatementRow) -> dict[str, Any]:
    same = ("account", "contract", "site", "cycle", "period", "status", "sequence", "missing_hours")
    return {name: getattr(row, name) for name in (*same, "closed_at", "closed_by")} | {
        "id": row.statement_id,
        "from": moment(row.start),
        "to": moment(row.end),
        "volume_m3": decimal_m3(row.volume_um3),
        "base_volume_m3": decimal_m3(row.base_volume_um3),
        "uncertainty_m3": _m3(row.uncertainty_um3),
        "hours": row.hour_count,
        "estimated_share": str(row.estimated_share),
        "quality_breakdown": _qualities(row.totals.qualities),
        "as_of": moment(row.as_of),
        "drawn_at": moment(row.drawn_at),
        "configuration_version": row.registry_version,
        "sha256": row.sha256.hex(),
    }


def _figures(found: Figures) -> dict[str, Any]:
    same = ("hours", "missing_hours", "days", "days_estimated", "disturbed_hours", "calculations")
    factor = found.mean_correction_factor
    return {name: getattr(found, name) for name in same} | {
        "volume_m3": decimal_m3(found.volume_um3),
        "base_volume_m3": decimal_m3(found.base_volume_um3),
        "device_base_volume_m3": _m3(found.device_base_volume_um3),
        "quality_breakdown": _qualities(found.qualities),
        "estimated_share": str(found.estimated_share),
        "mean_correction_factor": None if factor is None else str(factor),
        "peak_hour": _peak(found.peak_hour),
        "peak_day": _peak(found.peak_day),
        "disturbed_base_volume_m3": decimal_m3(found.disturbed_base_volume_um3),
        "uncertainty_m3": _m3(found.uncertainty_um3),
        "configuration_versions": found.registry_versions,
        "gas_quality_from": [moment(at) for at in found.gas_quality_from],
    }


def _register(index: Index) -> dict[str, Any]:
    return {
        "at": moment(index.at),
        "index_m3": _m3(index.index_um3),
        "how": index.how.value,
        "read_before": _moment(index.read_before),
        "read_after": _moment(index.read_after),
    }


def _qualities(parts: tuple[QualityPart, ...]) -> list[dict[str, Any]]:
    return [
        {"quality": one.quality, "hours": one.hours, "base_volume_m3": decimal_m3(one.base_volume_um3)}
        for one in parts
    ]


def _peak(peak: Peak | None) -> dict[str, Any] | None:
    if peak is None:
        return None
    return {"from": moment(peak.start), "base_volume_m3": decimal_m3(peak.base_volume_um3)}


def _m3(volume_um3: int | None) -> str | None:
    return None if volume_um3 is None else decimal_m3(volume_um3)


def _moment(at: Instant | None) -> datetime | None:
    return None if at is None else moment(at)
