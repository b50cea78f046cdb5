"""What a station's telemetry says at given instants, from the flow through it and the fault it plays."""

import numpy as np
from numpy.typing import NDArray

from simulators.days import HOUR_S, UTC_OFFSET_S
from simulators.encoders import native
from simulators.encoders.native import Columns, Element
from simulators.faults import Script
from simulators.stations import Station, filter_kpa, inlet_kpa, load, outlet_kpa, outlet_noise_kpa

Floats = NDArray[np.float64]


def samples(
    station: Station, at: Floats, flow_m3h: Floats, ground_degc: float, draw: np.random.Generator
) -> list[Element]:
    """Return the samples of a healthy station."""
    return _encode(station, at, flow_m3h, outlet_kpa(station, flow_m3h), ground_degc, draw)


def disturbed(
    station: Station,
    at: float,
    flow_m3h: float,
    script: Script,
    ground_degc: float,
    draw: np.random.Generator,
) -> Element:
    """Return one sample of a station while its fault is there."""
    flow = np.array([0.0 if script.slam_shut else flow_m3h])
    outlet = outlet_kpa(station, flow)
    if script.outlet_part is not None:
        outlet = np.array([script.outlet_part * station.set_kpa])
    element = _encode(station, np.array([at]), flow, outlet, ground_degc, draw)[0]
    if script.slam_shut:
        element["slam_shut"] = "tripped"
    if script.bypass:
        element["bypass_valve"] = "open"
    return element


def _encode(
    station: Station,
    at: Floats,
    flow_m3h: Floats,
    controlled: Floats,
    ground_degc: float,
    draw: np.random.Generator,
) -> list[Element]:
    """Return samples about this outlet pressure; every other value follows from the flow."""
    noise = outlet_noise_kpa(station)
    outlet = controlled + np.clip(draw.standard_normal(at.size), -3, 3) * noise
    spread = np.abs(draw.standard_normal((2, at.size))) * 0.5 * noise
    hour = (at + UTC_OFFSET_S) / HOUR_S % 24
    inlet = inlet_kpa(station, flow_m3h, hour) * (1 + 0.001 * draw.standard_normal(at.size))
    digits = 3 if station.set_kpa < 10 else 2  # noqa: PLR2004 (a low-pressure transmitter resolves pascals)
    columns: dict[str, list[object]] = {
        "measured_at": native.times(at, "local"),
        "inlet_gauge_pressure_kpa": native.numbers(inlet, 1),
        "outlet_gauge_pressure_kpa": native.numbers(outlet, digits),
        "outlet_min_gauge_pressure_kpa": native.numbers(outlet - spread[0], digits),
        "outlet_max_gauge_pressure_kpa": native.numbers(outlet + spread[1], digits),
        "temperature_degc": native.numbers(ground_degc + 0.2 * draw.standard_normal(at.size), 1),
    }
    shown = np.where(load(station, flow_m3h) > 0, flow_m3h, 0.0)
    if station.has_flow:
        columns["flow_m3h"] = native.numbers(shown, 1)
    if station.two_streams:
        columns["streams"] = _streams(station, shown)
    else:
        columns["filter_differential_kpa"] = native.numbers(filter_kpa(station, flow_m3h), 2)
        columns["slam_shut"] = ["open"] * at.size
    columns["bypass_valve"] = ["closed"] * at.size
    return native.elements(columns)


def _streams(station: Station, flow_m3h: Floats) -> list[object]:
    """Return the duty stream carrying everything and the standby stream ready."""
    streams: list[object] = []
    duty: Columns = {
        "flow_m3h": native.numbers(flow_m3h, 1),
        "filter_differential_kpa": native.numbers(filter_kpa(station, flow_m3h), 2),
    }
    for element in native.elements(duty):
        standby = {"flow_m3h": 0.0, "filter_differential_kpa": 0.0, "slam_shut": "open"}
        streams.append({"A": {**element, "slam_shut": "open"}, "B": standby})
    return streams
