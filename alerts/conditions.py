"""Conditions that several rules share: a pressure beyond its limit, a switch that is not safe."""

from typing import Final

import numpy as np

from alerts.rule import Judgement, Parameter, Setting, Wording
from alerts.windows.pressure_limits import deadband_pa
from alerts.windows.window import Pressures
from telemetry.model import Floats, Integers

_KPA: Final = 1e-3
_DIGITS: Final = 6  # of a kPa: no sensor gives more, and binary fractions stay out of sight

LITTLE_FLOW: Final = Parameter(
    "little_flow_m3h",
    5.0,
    "m³/h",
    Wording("up to here a regulator may lock up", "流量不大于此值时允许关闭压力"),
)
DEADBAND: Final = Parameter(
    "deadband_pct",
    2.0,
    "%",
    Wording(
        "of the limit, back toward the set point; at most half the way to it",
        "限值的百分比，向设定值方向回落；最多到设定值距离的一半",
    ),
)


def above(pressures: Pressures, value_pa: Floats, limit_pa: Floats, deadband_pct: Setting) -> Judgement:
    """Judge where a pressure is above its limit; NaN on either side says nothing."""
    back = limit_pa - deadband_pa(limit_pa, pressures.limits.set_pa, deadband_pct / 100)
    return Judgement(
        rows=pressures,
        present=value_pa > limit_pa,
        absent=value_pa <= back,
        value=kpa(value_pa),
        limit=kpa(limit_pa),
        evidence=lambda row: pressure_evidence(pressures, row),
    )


def below(pressures: Pressures, value_pa: Floats, limit_pa: Floats, deadband_pct: Setting) -> Judgement:
    """Judge where a pressure is below its limit; NaN on either side says nothing."""
    back = limit_pa + deadband_pa(limit_pa, pressures.limits.set_pa, deadband_pct / 100)
    return Judgement(
        rows=pressures,
        present=value_pa < limit_pa,
        absent=value_pa >= back,
        value=kpa(value_pa),
        limit=kpa(limit_pa),
        evidence=lambda row: pressure_evidence(pressures, row),
    )


def not_safe(pressures: Pressures, switch: Integers) -> Judgement:
    """Judge where a switch is not where it is safe; where it said nothing, nothing."""
    return Judgement(
        rows=pressures,
        present=switch == 1,
        absent=switch == 0,
        value=np.where(switch < 0, np.nan, switch),
        limit=np.full(switch.size, np.nan),
        evidence=lambda row: pressure_evidence(pressures, row),
    )


def kpa(pressure_pa: Floats) -> Floats:
    """Return Pa as kPa, without the noise of binary fractions."""
    rounded: Floats = np.round(pressure_pa * _KPA, _DIGITS)
    return rounded


def pressure_evidence(pressures: Pressures, row: int) -> dict[str, float]:
    """Return what else a station said, as far as it said it."""
    return known(
        inlet_gauge_pressure_kpa=pressures.inlet_pa[row] * _KPA,
        outlet_gauge_pressure_kpa=pressures.outlet_pa[row] * _KPA,
        flow_m3h=pressures.flow_m3h[row],
        set_kpa=pressures.limits.set_pa[row] * _KPA,
    )


def known(**figures: float) -> dict[str, float]:
    """Return the figures that are known, as people read them."""
    return {name: round(float(value), _DIGITS) for name, value in figures.items() if not np.isnan(value)}
