"""Volumes as others read them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.lists import Described

QualityWord = Literal["measured", "interpolated", "substituted", "estimated", "edited", "missing"]


class QualityShare(Described):
    """How many hours of an interval are of one quality, and their base volume."""

    quality: QualityWord = Field(examples=["measured"])
    hours: int = Field(examples=[24])
    base_volume_m3: float = Field(examples=[2961.4])


class Volume(Described):
    """The volume of one interval."""

    meter: str = Field(examples=["M-0001"])
    account: str | None = Field(examples=["A-0001"])
    interval_start: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    interval_end: datetime = Field(examples=["2026-07-01T01:00:00Z"])
    volume_m3: float = Field(description="At metering conditions.", examples=[41.02])
    base_volume_m3: float = Field(description="At base conditions.", examples=[123.391])
    device_base_volume_m3: float | None = Field(
        description="By the device's own corrector.", examples=[123.4]
    )
    uncertainty_m3: float | None = Field(
        description="Of the base volume, expanded by k = 2. null: not known.", examples=[0.17]
    )
    pressure_kpa: float | None = Field(description="Absolute, volume-weighted.", examples=[301.3])
    temperature_degc: float | None = Field(description="Volume-weighted.", examples=[16.2])
    correction_factor: float | None = Field(description="null at zero volume.", examples=[3.0081])
    z_ratio: float | None = Field(description="Zb/Z.", examples=[1.0044])
    coverage: float = Field(description="Share between readings, 0 to 1.", examples=[1.0])
    quality: QualityWord = Field(examples=["measured"])
    method: str = Field(description="How the base volume came about.", examples=["ptz"])
    z_method: str | None = Field(examples=["aga8_detail"])
    revision: int = Field(examples=[1])
    computed_at: datetime = Field(examples=["2026-07-01T01:00:04Z"])
    estimated_share: float | None = Field(
        description="Of intervals longer than an hour: share that is estimated or missing.", examples=[None]
    )
    quality_breakdown: list[QualityShare] | None = Field(
        description="Of intervals longer than an hour.", examples=[None]
    )
