"""The native format's well-formed payloads as typed structs, decoded in about a microsecond.

A payload that does not fit is not refused here: it takes the lenient way, which says what of it
is wrong and keeps the rest.
"""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from telemetry.batch import REGISTER_LIMIT_M3

Time: TypeAlias = Annotated[datetime, Meta(tz=True)] | float
Register: TypeAlias = Annotated[float, Meta(ge=-REGISTER_LIMIT_M3, le=REGISTER_LIMIT_M3)]
Number: TypeAlias = Annotated[float, Meta(ge=-1e15, le=1e15)]
Whole: TypeAlias = Annotated[int, Meta(ge=-(2**63) + 1, le=2**63 - 1)]
OpenOrClosed: TypeAlias = Literal["closed", "open"]

FlagWord: TypeAlias = Literal[
    "low_battery",
    "magnetic_tamper",
    "case_open",
    "sensor_fault",
    "on_default_values",
    "reverse_flow",
    "data_restored",
    "clock_set",
    "lock_open",
]


class WireCredit(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """``credit`` of an IC-card meter."""

    remaining_m3: Number | None = None
    remaining_money: Number | None = None
    basis: Literal["metering", "base"] | None = None
    cumulative_purchased_m3: Number | None = None
    sequence: Whole | None = None
    price_version: str | None = None
    alarm_m3: Number | None = None
    overdraft_limit_m3: Number | None = None


class WireReading(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """One element of ``…/reading``."""

    measured_at: Time
    index_m3: Register | None = None
    base_index_m3: Register | None = None
    mechanical_index_m3: Register | None = None
    disturbed_index_m3: Register | None = None
    base_disturbed_index_m3: Register | None = None
    pressure_kpa: Number | None = None
    gauge_pressure_kpa: Number | None = None
    temperature_degc: Number | None = None
    flow_m3h: Number | None = None
    base_flow_m3h: Number | None = None
    battery_v: Number | None = None
    battery_pct: Number | None = None
    valve: Literal["open", "closed", "fault"] | None = None
    meter_bypass_valve: OpenOrClosed | None = None
    flags: tuple[FlagWord, ...] | None = None
    credit: WireCredit | None = None
    seq: Whole | None = None


class WireStream(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """What a station says of one stream."""

    inlet_gauge_pressure_kpa: Number | None = None
    outlet_gauge_pressure_kpa: Number | None = None
    outlet_min_gauge_pressure_kpa: Number | None = None
    outlet_max_gauge_pressure_kpa: Number | None = None
    temperature_degc: Number | None = None
    filter_differential_kpa: Number | None = None
    flow_m3h: Number | None = None
    gas_lel_pct: Number | None = None
    slam_shut: Literal["open", "tripped"] | None = None
    bypass_valve: OpenOrClosed | None = None
    relief: OpenOrClosed | None = None
    cabinet_open: bool | None = None


class WirePressure(WireStream, gc=False, forbid_unknown_fields=True, kw_only=True):
    """One element of ``…/pressure``."""

    measured_at: Time
    streams: dict[Literal["A", "B"], WireStream] | None = None


EventCode: TypeAlias = FlagWord | Literal["slam_shut", "bypass_valve", "relief"]


class WireEvent(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """One element of ``…/event``."""

    measured_at: Time
    code: EventCode
    state: Literal["on", "off", "once"]
    text: str | None = None


class BatchReading(WireReading, tag_field="kind", tag="reading", kw_only=True):
    """A reading that a gateway passes on."""

    device: str


class BatchPressure(WirePressure, tag_field="kind", tag="pressure", kw_only=True):
    """A pressure sample that a gateway passes on."""

    device: str


class BatchEvent(WireEvent, tag_field="kind", tag="event", kw_only=True):
    """An event that a gateway passes on."""

    device: str


class WireBatch(msgspec.Struct, forbid_unknown_fields=True):
    """The payload of ``…/batch``."""

    messages: list[BatchReading | BatchPressure | BatchEvent]


Wire: TypeAlias = WireReading | WirePressure | WireEvent

KINDS: Final[dict[str, type[Wire]]] = {
    "reading": WireReading,
    "pressure": WirePressure,
    "event": WireEvent,
}
