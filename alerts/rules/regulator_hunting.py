"""A regulator that swings about its set point instead of holding it."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import pressure_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import MINUTE

_EVERY_S = 12.0


def condition(window: Window, settings: Settings) -> Judgement:
    """Count how often the outlet crossed its mean in a minute, and how far it swung."""
    said, trailing = window.pressures, window.pressures.trailing
    swing = np.maximum(settings["swing"] * said.limits.accuracy_pa, settings["least_swing_kpa"] * 1e3)
    low, high = np.fmin(said.outlet_pa, said.outlet_min_pa), np.fmax(said.outlet_pa, said.outlet_max_pa)
    crossings = trailing.crossings(said.outlet_pa, low, high, swing / 4, MINUTE)
    swung = (trailing.largest(high, MINUTE) + trailing.largest(-low, MINUTE)) / 2
    told = (trailing.count(said.outlet_pa, MINUTE) > 60 / _EVERY_S) & ~np.isnan(swing)
    return Judgement(
        rows=said,
        present=told & (crossings >= settings["crossings"]) & (swung > swing),
        absent=told & ((crossings <= settings["crossings"] / 2) | (swung <= 0.8 * swing)),
        value=crossings,
        limit=np.full(crossings.size, 1.0) * settings["crossings"],
        evidence=lambda row: pressure_evidence(said, row) | {"swing_kpa": round(swung[row].item() / 1e3, 3)},
    )


RULE = Rule(
    name="regulator_hunting",
    title=Wording("Regulator hunts", "调压器喘振"),
    kind=TargetKind.STATION,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=300, off_s=300),
    needs_every_s=_EVERY_S,
    parameters=(
        Parameter("crossings", 4.0, "1/min", Wording("of the mean of the last minute", "每分钟穿越均值次数")),
        Parameter("swing", 1.0, "1", Wording("times AC, to either side", "单侧幅度与精度等级之比")),
        Parameter("least_swing_kpa", 0.1, "kPa", Wording("to either side at least", "单侧幅度下限")),
    ),
    permit=Permit.PRESSURE,
    opens_job=True,
    condition=condition,
    unit="1/min",
    trigger=Wording(
        "outlet crosses its mean 4 times a minute or more by swings of more than AC and 0.1 kPa",
        "出口压力每分钟穿越均值 4 次及以上，且幅度大于 AC 和 0.1 kPa",
    ),
    message=Wording("Outlet swings: {value} crossings a minute", "出口压力振荡：每分钟穿越 {value} 次"),
    consequence=Wording("seat and membrane wear; a peak may trip it", "阀口、膜片磨损；峰值可能触发切断"),
    response=Wording(
        "Check pilot, sensing line and sizing; damp or change streams.",
        "检查指挥器、信号管和选型；调节阻尼或切换。",
    ),
)
