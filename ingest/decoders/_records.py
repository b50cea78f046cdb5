"""The native format's elements to the objects of the model."""

import math
from datetime import datetime
from itertools import chain
from typing import Final

from ingest.decoders._wire import Wire, WireCredit, WireEvent, WirePressure, WireReading, WireStream
from ingest.decoding import Record
from telemetry.model import (
    SECOND,
    CardState,
    CreditBasis,
    DeviceEvent,
    EventState,
    Instant,
    PressureSample,
    Reading,
    SlamShut,
    Stream,
    Switch,
    Valve,
    instant,
)
from telemetry.quality import DEVICE_FLAGS

_VALVE: Final = {"open": Valve.OPEN, "closed": Valve.CLOSED, "fault": Valve.FAULT, None: None}
_SWITCH: Final = {"closed": Switch.CLOSED, "open": Switch.OPEN, None: None}
_SLAM_SHUT: Final = {"open": SlamShut.OPEN, "tripped": SlamShut.TRIPPED, None: None}
_BASIS: Final = {"metering": CreditBasis.METERING, "base": CreditBasis.BASE, None: None}
_STATE: Final = {"off": EventState.OFF, "on": EventState.ON, "once": EventState.ONCE}
_FLAG: Final = {word: int(flag) for word, flag in DEVICE_FLAGS.items()}
_STREAM: Final = {"A": Stream.A, "B": Stream.B}
_FAR_S: Final = 1e12
"""Epoch seconds beyond are as wrong, and would not fit into an instant."""


def records(device: str, wire: Wire, flags: int = 0) -> list[Record]:
    """Return what one element says; ``flags`` tell what was dropped of it."""
    match wire:
        case WireReading():
            return _readings(device, wire, flags)
        case WirePressure():
            return _samples(device, wire, flags)
        case WireEvent():
            return [_event(device, wire)]


def _readings(device: str, wire: WireReading, flags: int) -> list[Record]:
    at = _instant(wire.measured_at)
    for word in wire.flags or ():
        flags |= _FLAG[word]
    reading = Reading(
        device=device,
        measured_at=at,
        index_m3=wire.index_m3,
        base_index_m3=wire.base_index_m3,
        mechanical_index_m3=wire.mechanical_index_m3,
        disturbed_index_m3=wire.disturbed_index_m3,
        base_disturbed_index_m3=wire.base_disturbed_index_m3,
        pressure_kpa=wire.pressure_kpa,
        gauge_pressure_kpa=wire.gauge_pressure_kpa,
        temperature_degc=wire.temperature_degc,
        flow_m3h=wire.flow_m3h,
        base_flow_m3h=wire.base_flow_m3h,
        battery_v=wire.battery_v,
        battery_pct=wire.battery_pct,
        valve=_VALVE[wire.valve],
        meter_bypass_valve=_SWITCH[wire.meter_bypass_valve],
        seq=wire.seq,
        flags=flags,
    )
    return [reading] if wire.credit is None else [reading, _card(device, at, wire.credit)]


def _card(device: str, at: Instant, credit: WireCredit) -> CardState:
    return CardState(
        device=device,
        measured_at=at,
        remaining_m3=credit.remaining_m3,
        remaining_money=credit.remaining_money,
        basis=_BASIS[credit.basis],
        cumulative_purchased_m3=credit.cumulative_purchased_m3,
        sequence=credit.sequence,
        price_version=_storable(credit.price_version),
        alarm_m3=credit.alarm_m3,
        overdraft_limit_m3=credit.overdraft_limit_m3,
    )


def _samples(station: str, wire: WirePressure, flags: int) -> list[Record]:
    """Return a sample of the station itself, where it says anything, and one a stream."""
    at = _instant(wire.measured_at)
    streams = wire.streams or {}
    parts = chain([(Stream.SINGLE, wire)], ((_STREAM[name], part) for name, part in sorted(streams.items())))
    return [
        _sample(station, at, stream, part, flags)
        for stream, part in parts
        if stream is not Stream.SINGLE or not streams or _says_anything(part)
    ]


def _says_anything(part: WireStream) -> bool:
    return any(getattr(part, name) is not None for name in WireStream.__struct_fields__)


def _sample(station: str, at: Instant, stream: Stream, part: WireStream, flags: int) -> PressureSample:
    return PressureSample(
        station=station,
        measured_at=at,
        stream=stream,
        inlet_gauge_pressure_kpa=part.inlet_gauge_pressure_kpa,
        outlet_gauge_pressure_kpa=part.outlet_gauge_pressure_kpa,
        outlet_min_gauge_pressure_kpa=part.outlet_min_gauge_pressure_kpa,
        outlet_max_gauge_pressure_kpa=part.outlet_max_gauge_pressure_kpa,
        temperature_degc=part.temperature_degc,
        filter_differential_kpa=part.filter_differential_kpa,
        flow_m3h=part.flow_m3h,
        gas_lel_pct=part.gas_lel_pct,
        slam_shut=_SLAM_SHUT[part.slam_shut],
        bypass_valve=_SWITCH[part.bypass_valve],
        relief=_SWITCH[part.relief],
        cabinet_open=part.cabinet_open,
        flags=flags,
    )


def _event(device: str, wire: WireEvent) -> DeviceEvent:
    return DeviceEvent(
        device=device,
        measured_at=_instant(wire.measured_at),
        code=wire.code,
        state=_STATE[wire.state],
        text=_storable(wire.text),
    )


def _instant(at: datetime | float) -> Instant:
    if isinstance(at, datetime):
        return instant(at)
    return round((at if -_FAR_S < at < _FAR_S else math.copysign(_FAR_S, at)) * SECOND)


def _storable(text: str | None) -> str | None:
    """Replace what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    if text is None:
        return None
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
