"""Regulator stations as others read them: live, against the limits that the alarm rules use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from pydantic import Field

from alerts.rules.outlet_pressure_high import RULE as OUTLET_PRESSURE_HIGH
from alerts.windows.limits import Limits, LimitSource
from api.schemas.lists import Described
from api.units import degc, kpa, single
from api.words import SlamShutWord, SwitchWord, slam_shut_word, switch_word
from telemetry.model import Stream
from telemetry.quality import flag_words
from telemetry.store.stations import SampleRow, StationRow, StreamRow

StreamName: TypeAlias = Literal["A", "B"]
Condition: TypeAlias = Literal["normal", "low_low", "low", "high", "high_high", "unknown"]
_LITTLE_FLOW_M3H: Final = OUTLET_PRESSURE_HIGH.settings["little_flow_m3h"]
_NAMES: Mapping[int, StreamName | None] = {Stream.SINGLE: None, Stream.A: "A", Stream.B: "B"}


class PressureLimits(Described):
    """Limits of the outlet pressure, gauge; null where there is none."""

    low_low_kpa: float | None = Field(examples=[None])
    low_kpa: float | None = Field(examples=[176.0])
    high_kpa: float | None = Field(description="The one in force at the present flow.", examples=[224.0])
    high_at_no_flow_kpa: float | None = Field(
        description="Where a regulator may lawfully lock up.", examples=[244.0]
    )
    high_flowing_kpa: float | None = Field(examples=[224.0])
    high_high_kpa: float | None = Field(examples=[266.0])
    source: LimitSource = Field(examples=["computed"])


class Sample(Described):
    """One statement of a station about one of its streams; pressures are gauge."""

    stream: StreamName | None = Field(description="null: the station speaks as one.", examples=["A"])
    measured_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    received_at: datetime = Field(examples=["2026-07-01T02:00:01Z"])
    inlet_gauge_pressure_kpa: float | None = Field(examples=[1520.0])
    outlet_gauge_pressure_kpa: float | None = Field(examples=[201.3])
    outlet_min_gauge_pressure_kpa: float | None = Field(examples=[198.8])
    outlet_max_gauge_pressure_kpa: float | None = Field(examples=[203.9])
    temperature_degc: float | None = Field(examples=[11.5])
    filter_differential_kpa: float | None = Field(examples=[1.2])
    flow_m3h: float | None = Field(examples=[2140.0])
    gas_lel_pct: float | None = Field(examples=[0.0])
    slam_shut: SlamShutWord | None = Field(examples=["open"])
    bypass_valve: SwitchWord | None = Field(examples=["closed"])
    relief: SwitchWord | None = Field(examples=["closed"])
    cabinet_open: bool | None = Field(examples=[False])
    flags: list[str] = Field(examples=[[]])


class LiveStream(Described):
    """What a stream last said, against its limits."""

    stream: StreamName | None = Field(examples=["A"])
    role: Literal["duty", "standby"] | None = Field(examples=["duty"])
    set_kpa: float | None = Field(examples=[200.0])
    condition: Condition = Field(
        description="Of the last outlet pressure alone; alarms have delays besides.", examples=["normal"]
    )
    age_s: float | None = Field(description="Since it was measured.", examples=[12.4])
    limits: PressureLimits | None
    latest: Sample | None


class Station(Described):
    """A regulator station, live."""

    station: str = Field(examples=["ST-01"])
    name: str | None = Field(examples=["East Gate"])
    kind: str | None = Field(examples=["district"])
    zone: str = Field(examples=["Z-1"])
    site: str | None = Field(examples=[None])
    feeds_zone: str | None = Field(examples=[None])
    latitude: float | None = Field(examples=[31.3])
    longitude: float | None = Field(examples=[120.6])
    max_inlet_kpa: float | None = Field(examples=[1600.0])
    streams: list[LiveStream]


def station(
    row: StationRow, streams: Sequence[StreamRow], limits: Mapping[Stream, Limits], now: datetime
) -> Station:
    """Return a stored station as others read it at ``now``."""
    return Station(
        station=row.station,
        name=row.name,
        kind=row.kind,
        zone=row.zone,
        site=row.site,
        feeds_zone=row.feeds_zone,
        latitude=row.latitude,
        longitude=row.longitude,
        max_inlet_kpa=kpa(row.max_inlet_gauge_pa),
        streams=[_live(one, limits, now) for one in streams],
    )


def _live(row: StreamRow, limits: Mapping[Stream, Limits], now: datetime) -> LiveStream:
    """Return a stream against its own limits, else those of the common outlet."""
    found = limits.get(Stream(row.stream)) or limits.get(Stream.SINGLE)
    shown = pressure_limits(found, row.flow_m3h) if found else None
    return LiveStream.model_validate(
        {
            "stream": _NAMES[row.stream],
            "role": row.role,
            "set_kpa": kpa(found.set_gauge_pa if found else row.set_gauge_pa),
            "condition": condition(kpa(row.outlet_gauge_pressure_pa), shown),
            "age_s": (now - row.measured_at).total_seconds() if row.measured_at else None,
            "limits": shown,
            "latest": _latest(row),
        }
    )


def pressure_limits(limits: Limits, flow_m3h: float | None) -> PressureLimits:
    """Return limits as others read them, with the high one that holds at a flow."""
    at_no_flow, flowing = limits.high_no_flow_gauge_pa, limits.high_flowing_gauge_pa
    return PressureLimits(
        low_low_kpa=kpa(limits.low_low_gauge_pa),
        low_kpa=kpa(limits.low_gauge_pa),
        high_kpa=kpa(flowing if flow_m3h is not None and flow_m3h > _LITTLE_FLOW_M3H else at_no_flow),
        high_at_no_flow_kpa=kpa(at_no_flow),
        high_flowing_kpa=kpa(flowing),
        high_high_kpa=kpa(limits.high_high_gauge_pa),
        source=limits.source,
    )


def condition(outlet_kpa: float | None, limits: PressureLimits | None) -> Condition:
    """Return where an outlet pressure lies among its limits."""
    if outlet_kpa is None or limits is None:
        return "unknown"
    bounds: list[tuple[Condition, float | None, int]] = [
        ("high_high", limits.high_high_kpa, 1),
        ("low_low", limits.low_low_kpa, -1),
        ("high", limits.high_kpa, 1),
        ("low", limits.low_kpa, -1),
    ]
    if all(bound is None for _, bound, _ in bounds):
        return "unknown"
    beyond = (word for word, bound, side in bounds if bound is not None and side * outlet_kpa > side * bound)
    return next(beyond, "normal")


def _latest(row: StreamRow) -> Sample | None:
    if row.measured_at is None or row.received_at is None:
        return None
    return sample(row, row.measured_at, row.received_at)


def sample(row: SampleRow | StreamRow, measured_at: datetime, received_at: datetime) -> Sample:
    """Return a stored sample as others read it."""
    return Sample(
        stream=_NAMES[row.stream],
        measured_at=measured_at,
        received_at=received_at,
        inlet_gauge_pressure_kpa=kpa(row.inlet_gauge_pressure_pa),
        outlet_gauge_pressure_kpa=kpa(row.outlet_gauge_pressure_pa),
        outlet_min_gauge_pressure_kpa=kpa(row.outlet_min_gauge_pressure_pa),
        outlet_max_gauge_pressure_kpa=kpa(row.outlet_max_gauge_pressure_pa),
        temperature_degc=degc(row.temperature_k),
        filter_differential_kpa=kpa(row.filter_differential_pa),
        flow_m3h=row.flow_m3h,
        gas_lel_pct=single(row.gas_lel_pct),
        slam_shut=slam_shut_word(row.slam_shut),
        bypass_valve=switch_word(row.bypass_valve),
        relief=switch_word(row.relief),
        cabinet_open=row.cabinet_open,
        flags=flag_words(row.flags or 0),
    )
