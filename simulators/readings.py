"""What a meter's device says at given instants: registers as displayed, conditions as sensed, credit left."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators import cards
from simulators.days import DAY_S, local_day
from simulators.encoders import native
from simulators.encoders.native import Clock, Element
from simulators.gas import BASE_K, BASE_KPA, ZERO_DEGC_K
from simulators.meters import Meter
from simulators.timeline import MeterState

Floats = NDArray[np.float64]

_BATTERY_EPOCH_DAY: Final = 20_000
_VOLTS_PER_DAY: Final = 0.00006
_TICKS_SINCE: Final = 1_735_689_600
"""2025-01-01: the devices number their messages by a clock that ticks ten times a second."""
_CLOCKS: Final[dict[str, Clock]] = {"EVC": "local", "ICM": "utc", "GM": "epoch"}


def displayed(value: Floats, resolution: float) -> Floats:
    """Return a register as its dials show it: whole steps, the last one not yet passed left out."""
    return np.floor(np.round(value / resolution, 6)) * resolution


def decimals(resolution: float) -> int:
    """Return how many decimals a register of this resolution shows."""
    return max(0, round(-float(np.log10(resolution))))


def clock(meter: Meter) -> Clock:
    """Return how the meter's device writes time."""
    return _CLOCKS[meter.device.partition("-")[0]]


def readings(meter: Meter, at: Floats, state: MeterState, draw: np.random.Generator) -> list[Element]:
    """Return the device's readings at some instants, given the meter's state at them."""
    columns: dict[str, list[object]] = {"measured_at": native.times(at, clock(meter))}
    index = displayed(meter.opening_index_m3 + state.volume_m3, meter.resolution_m3)
    columns["index_m3"] = native.numbers(index, decimals(meter.resolution_m3))
    if meter.has_corrector:
        columns |= _corrector(meter, at, state, draw)
    else:
        columns |= _diaphragm(meter, at, state.volume_m3)
    columns["seq"] = list(np.round((at - _TICKS_SINCE) * 10).astype(np.int64).tolist())
    return native.elements(columns)


def _corrector(
    meter: Meter, at: Floats, state: MeterState, draw: np.random.Generator
) -> dict[str, list[object]]:
    base = displayed(meter.opening_base_index_m3 + state.base_volume_m3, meter.base_resolution_m3)
    pressure = state.pressure_kpa * (1 + 0.0004 * draw.standard_normal(at.size))
    temperature = state.temperature_degc + 0.06 * draw.standard_normal(at.size)
    # The display corrects for p and T alone; only the register knows Zb/Z.
    base_flow = state.flow_m3h * pressure / BASE_KPA * BASE_K / (temperature + ZERO_DEGC_K)
    columns = {"base_index_m3": native.numbers(base, decimals(meter.base_resolution_m3))}
    if meter.type == "turbine":
        columns["mechanical_index_m3"] = native.numbers(np.floor(meter.opening_index_m3 + state.volume_m3), 0)
        columns["disturbed_index_m3"] = [0.0] * at.size
    if meter.sends_gauge:
        columns["gauge_pressure_kpa"] = native.numbers(pressure - meter.atmospheric_kpa, 3)
    else:
        columns["pressure_kpa"] = native.numbers(pressure, 3)
    columns["temperature_degc"] = native.numbers(temperature, 2)
    columns["flow_m3h"] = native.numbers(state.flow_m3h, 2)
    columns["base_flow_m3h"] = native.numbers(base_flow, 2)
    columns["battery_v"] = native.numbers(_battery_v(meter, at), 2)
    return columns


def _diaphragm(meter: Meter, at: Floats, used_m3: Floats) -> dict[str, list[object]]:
    percent: Floats = np.clip(100 * (_battery_v(meter, at) - 2.8) / 0.9, 1, 100)
    columns: dict[str, list[object]] = {
        "battery_pct": native.numbers(percent, 0),
        "valve": ["open"] * at.size,
    }
    if meter.card is not None:
        columns["credit"] = _credit(meter.card, used_m3)
    return columns


def _credit(card: cards.Card, used_m3: Floats) -> list[object]:
    bought = cards.purchases(card, used_m3)
    remaining = cards.remaining_m3(card, used_m3)
    columns: dict[str, list[object]] = {}
    if card.price_per_m3 is None:
        columns["remaining_m3"] = native.numbers(remaining, 2)
    else:
        columns["remaining_money"] = native.numbers(remaining * card.price_per_m3, 2)
        columns["price_version"] = [1] * used_m3.size
    columns["basis"] = ["metering"] * used_m3.size
    columns["cumulative_purchased_m3"] = native.numbers(
        card.opening_purchased_m3 + bought * card.purchase_m3, 1
    )
    columns["sequence"] = list((card.opening_sequence + bought).tolist())
    columns["alarm_m3"] = [card.alarm_m3] * used_m3.size
    columns["overdraft_limit_m3"] = [card.overdraft_limit_m3] * used_m3.size
    return list(native.elements(columns))


def _battery_v(meter: Meter, at: Floats) -> Floats:
    age_days = local_day(float(at[0])) - _BATTERY_EPOCH_DAY + (at - at[0]) / DAY_S
    volts: Floats = meter.battery_v - _VOLTS_PER_DAY * age_days
    return volts
