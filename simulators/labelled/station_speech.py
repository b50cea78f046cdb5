"""What a station's telemetry says: one table a stream, at the station's own times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.labelled.faults.protection import has_detector
from simulators.labelled.happening import SampleColumns
from simulators.labelled.network import Network
from simulators.labelled.span import Booleans, Floats, Span
from simulators.seeds import generator
from simulators.stations import Station, filter_kpa, load, outlet_noise_kpa

TEN_SECONDS: Final = 10
_MINUTE: Final = 60
_QUARTER: Final = 900
_FAST: Final = (2, 8)
_SLOW: Final = (4, 7, 9)
"""Places in the plan of the stations that sample every 10 s, and of those with a quarter of an hour."""
_LOST_SHARE: Final = 0.001
_BACKGROUND_LEL_PCT: Final = 0.6
_FILTER_NOISE: Final = 0.03
_MEAN_DELAY: Final = 0.4


@dataclass(frozen=True, slots=True)
class Samples:
    """A station's samples by stream ("" for the station's own); rows of the streams go together."""

    station: str
    at: Floats
    delay_s: Floats
    streams: dict[str, dict[str, Floats]]


def period_s(number: int) -> int:
    """Return how often a station samples, by its place in the plan."""
    return TEN_SECONDS if number in _FAST else _QUARTER if number in _SLOW else _MINUTE


def periods(stations: Sequence[Station]) -> list[int]:
    """Return how often each station samples."""
    return [period_s(number) for number in range(len(stations))]


def sample(network: Network, number: int, span: Span) -> Samples:
    """Return everything that a station says over the span."""
    station = network.stations[number]
    draw = generator(network.people.city.seed, "samples", station.station)
    at = np.arange(span.begin, span.end, period_s(number), dtype=np.float64)
    outlet, inlet = network.outlet_at(number, at, brief=True), network.inlet_at(number, at)
    own = _own(station, at, outlet, inlet, draw)
    own["temperature_degc"] = _ground(network, span, at) + 0.2 * draw.standard_normal(at.size)
    flow = network.flow_at(number, at)
    shown = np.where(load(station, flow) > 0, flow, 0.0)
    columns: dict[str, SampleColumns] = {"": own}
    if station.has_flow:
        own["flow_m3h"] = shown
    dirt = filter_kpa(station, flow) * (1 + _FILTER_NOISE * draw.standard_normal(at.size))
    if station.two_streams:
        columns |= _streams(shown, dirt)
    else:
        own["filter_differential_kpa"] = dirt
        own["slam_shut"] = np.zeros(at.size)
    own["lost"] = (draw.random(at.size) < _LOST_SHARE).astype(np.float64)
    for effect in network.effects.get(station.station, ()):
        if effect.said is not None:
            effect.said(at, columns)
    lost = own.pop("lost") > 0
    delay = draw.lognormal(_MEAN_DELAY, 0.5, at.size)
    return _kept(station.station, at, delay, columns, ~lost)


def _own(
    station: Station, at: Floats, outlet: Floats, inlet: Floats, draw: np.random.Generator
) -> dict[str, Floats]:
    noise = outlet_noise_kpa(station)
    shown = outlet + np.clip(draw.standard_normal(at.size), -3, 3) * noise
    spread = np.abs(draw.standard_normal((2, at.size))) * 0.5 * noise
    own = {
        "inlet_gauge_pressure_kpa": inlet * (1 + 0.001 * draw.standard_normal(at.size)),
        "outlet_gauge_pressure_kpa": shown,
        "outlet_min_gauge_pressure_kpa": shown - spread[0],
        "outlet_max_gauge_pressure_kpa": shown + spread[1],
        "flow_m3h": np.full(at.size, np.nan),
        "bypass_valve": np.zeros(at.size),
    }
    if has_detector(station):
        own["gas_lel_pct"] = np.abs(_BACKGROUND_LEL_PCT * draw.standard_normal(at.size))
    return own


def _streams(flow: Floats, dirt: Floats) -> dict[str, SampleColumns]:
    """Return the duty stream carrying everything and the standby stream ready."""
    duty: SampleColumns = {
        "flow_m3h": flow.copy(),
        "filter_differential_kpa": dirt,
        "slam_shut": np.zeros(flow.size),
    }
    return {"A": duty, "B": {name: np.zeros(flow.size) for name in duty}}


def _ground(network: Network, span: Span, at: Floats) -> Floats:
    days = range(span.first_day, span.first_day + span.days + 1)
    noon = np.array([span.day_start(n) for n in range(len(days))], dtype=np.float64)
    return np.interp(at, noon, [network.people.city.weather.ground_degc(day) for day in days])


_DECIMALS: Final = {
    "inlet_gauge_pressure_kpa": 1,
    "outlet_gauge_pressure_kpa": 3,
    "outlet_min_gauge_pressure_kpa": 3,
    "outlet_max_gauge_pressure_kpa": 3,
    "temperature_degc": 1,
    "filter_differential_kpa": 2,
    "flow_m3h": 1,
    "gas_lel_pct": 1,
}


def _kept(
    station: str, at: Floats, delay: Floats, columns: dict[str, SampleColumns], kept: Booleans
) -> Samples:
    """Round everything to what the telemetry shows, and leave out what is lost."""
    streams = {
        stream: {name: np.round(values[kept], _DECIMALS.get(name, 0)) for name, values in said.items()}
        for stream, said in columns.items()
    }
    return Samples(station, at[kept], delay[kept], streams)
