"""What a meter's device says of its registers and sensors, and how it reaches us."""

from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.gas import BASE_K, BASE_KPA, ZERO_DEGC_K
from simulators.labelled.happening import Event
from simulators.labelled.points import Point
from simulators.labelled.runs import MeterRun, Said
from simulators.labelled.span import Booleans, Floats, Span, interpolated
from simulators.seeds import generator

_PRESSURE_NOISE: Final = 0.0004
_TEMPERATURE_NOISE_DEGC: Final = 0.06
_VOLTS_A_DAY: Final = 0.0001
_MARKERS_S: Final = (84.0, 121.0)
"""How long after the hour a marked daily report follows, in the four real meters."""
_MARKER: Final = "0400"
_GAPS_A_DAY: Final = 0.95
_GAP_MEDIAN_S: Final = 2.1 * HOUR_S
_GAP_SPREAD: Final = 1.35
_LONGEST_GAP_S: Final = 40 * HOUR_S
"""Gaps of the four real meters: 0.5 to 0.7 a day, half of them up to 3 h, one in ten beyond 14 to 19 h."""
_BREATH_S: Final = 4 * HOUR_S
_OUTAGES_A_DAY: Final = 0.015
_LONGEST_OUTAGE_S: Final = 1.8 * HOUR_S
_LOST_SHARE: Final = 0.002
_SPIKE_SHARE: Final = 1041 / 261_070
"""Rows of seventeen real meters whose displayed flow is a spike that the register knows nothing of."""


def readings(run: MeterRun, seed: int) -> None:
    """Let the device take its readings: registers and sensors at its own times."""
    draw = generator(seed, "speech", run.point.name)
    at = _times(run.point, run.span, draw)
    sent = _transport(run.point, at, draw)
    run.said = Said(at, np.zeros(at.size), sent[0], sent[1], np.zeros(at.size, np.int64))
    run.said.columns = _registers(run, at)
    if run.point.has_corrector:
        run.said.columns |= _sensors(run, at, draw)
    else:
        volts = _battery_v(run, at, draw)
        run.said.columns |= {
            "battery_pct": np.clip(100 * (volts - 2.8) / 0.9, 1, 100),
            "valve": np.zeros(at.size),
        }
    if run.point.switch:
        run.said.columns["meter_bypass_valve"] = np.zeros(at.size)
    run.said.columns["seq"] = np.arange(at.size, dtype=np.float64)


def _times(point: Point, span: Span, draw: np.random.Generator) -> Floats:
    """Return when it reads: on the interval, and with bad radio once a day soon after four or eight."""
    at = np.arange(span.begin, span.end, point.interval_s, dtype=np.float64)
    if not point.patchy:
        return at
    hour = draw.choice([4, 8]) * HOUR_S
    marked = span.begin + np.arange(span.days) * float(DAY_S) + hour
    return np.sort(np.concatenate([at, marked + np.round(draw.uniform(*_MARKERS_S, span.days))]))


def _transport(point: Point, at: Floats, draw: np.random.Generator) -> tuple[Floats, Booleans]:
    """Return delays and losses: long gaps with bad radio, else short outages that are made up for."""
    delay = np.clip(draw.lognormal(1.6, 0.7, at.size), 1, 55)
    lost = draw.random(at.size) < _LOST_SHARE
    days = (at[-1] - at[0]) / DAY_S
    if point.patchy:
        over = at[0]
        for first in np.sort(draw.uniform(at[0], at[-1], draw.poisson(_GAPS_A_DAY * days))):
            length = min(draw.lognormal(np.log(_GAP_MEDIAN_S), _GAP_SPREAD), _LONGEST_GAP_S)
            # Two gaps in one would be a silence, which is a fault and has its own label.
            if first > over + _BREATH_S:
                lost |= (at >= first) & (at < first + length)
                over = first + length
    else:
        for first in draw.uniform(at[0], at[-1], draw.poisson(_OUTAGES_A_DAY * days)):
            last = first + draw.uniform(0.3, 1) * _LONGEST_OUTAGE_S
            held = (at >= first) & (at < last)
            delay[held] += last - at[held]
    return delay, lost


def _registers(run: MeterRun, at: Floats) -> dict[str, Floats]:
    meter = run.point.meter
    columns = {"index_m3": meter.opening_index_m3 + _cumulated(run, run.counted_m3, at)}
    if not run.point.has_corrector:
        return columns
    base = run.counted_m3 * run.factor
    columns["base_index_m3"] = meter.opening_base_index_m3 + _cumulated(run, base, at)
    if meter.type == "turbine":
        mechanical = meter.opening_index_m3 + _cumulated(run, run.mechanical_m3, at)
        columns["mechanical_index_m3"] = mechanical
        columns["disturbed_index_m3"] = _cumulated(run, run.counted_m3 * run.disturbed, at)
        columns["base_disturbed_index_m3"] = _cumulated(run, base * run.disturbed, at)
    return columns


def _cumulated(run: MeterRun, by_slot: Floats, at: Floats) -> Floats:
    return interpolated(at, run.span.edges, np.concatenate([[0.0], np.cumsum(by_slot)]))


def _sensors(run: MeterRun, at: Floats, draw: np.random.Generator) -> dict[str, Floats]:
    now = run.span.slots_of(at)
    kpa = run.sensed_kpa[now] * (1 + _PRESSURE_NOISE * draw.standard_normal(at.size))
    degc = run.sensed_degc[now] + _TEMPERATURE_NOISE_DEGC * draw.standard_normal(at.size)
    flow = np.maximum(run.flow_m3h[now], 0.0)
    # The display corrects for p and T alone; only the register knows Zb/Z.
    base_flow = flow * kpa / BASE_KPA * BASE_K / (degc + ZERO_DEGC_K)
    spikes = draw.random(at.size) < (_SPIKE_SHARE if run.point.patchy else 0.0)
    flow = np.where(spikes, draw.lognormal(9, 2, at.size) + 1000, flow)
    gauge = run.point.meter.sends_gauge
    return {
        "gauge_pressure_kpa" if gauge else "pressure_kpa": kpa - gauge * run.point.meter.atmospheric_kpa,
        "temperature_degc": degc,
        "flow_m3h": flow,
        "base_flow_m3h": base_flow,
        "battery_v": _battery_v(run, at, draw),
    }


def _battery_v(run: MeterRun, at: Floats, draw: np.random.Generator) -> Floats:
    fallen = _VOLTS_A_DAY * (at - run.span.begin) / DAY_S
    return run.point.meter.battery_v - fallen + 0.004 * draw.standard_normal(at.size)


def displayed(run: MeterRun) -> None:
    """Round everything to what the device shows, registers to their dials."""
    meter, columns = run.point.meter, run.spoken().columns
    for name in _REGISTERS & columns.keys():
        base = name.startswith("base")
        step = meter.base_resolution_m3 if base else meter.resolution_m3
        step = 1.0 if name == "mechanical_index_m3" else step
        shown = np.floor(np.round(columns[name] / step, 6)) * step
        columns[name] = np.round(shown % 10 ** (meter.digits + base), 6)
    for name, decimals in _DECIMALS.items():
        if name in columns:
            columns[name] = np.round(columns[name], decimals)


def markers(run: MeterRun) -> list[Event]:
    """Return the codes that mark daily reports: no fault, whatever they look like."""
    if not run.point.patchy:
        return []
    said = run.spoken()
    marked = (said.at % HOUR_S >= _MARKERS_S[0]) & (said.at % HOUR_S < _MARKERS_S[1] + 1) & ~said.lost
    device = run.point.meter.device
    return [Event(device, float(at), _MARKER, "once") for at in said.at[marked]]


_REGISTERS: Final = frozenset(
    {"index_m3", "base_index_m3", "mechanical_index_m3", "disturbed_index_m3", "base_disturbed_index_m3"}
)
_DECIMALS: Final = {
    "pressure_kpa": 3,
    "gauge_pressure_kpa": 3,
    "temperature_degc": 2,
    "flow_m3h": 2,
    "base_flow_m3h": 2,
    "battery_v": 2,
    "battery_pct": 0,
}
