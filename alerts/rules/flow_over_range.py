"""More flow than the meter is made for."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each new hour with the one before it, by the register: a displayed flow is no evidence."""
    said = window.hours
    limit = (settings["share"] * said.qmax_m3h).astype(np.float64)
    lower, higher = (of(said.new_m3[:, :-1], said.new_m3[:, 1:]) for of in (np.minimum, np.maximum))
    believed = higher < (settings["believed"] * limit)[:, None]
    flow = np.where(believed, lower, 0.0).max(axis=1, initial=0.0)
    return Judgement(
        rows=said,
        present=flow > limit,
        absent=(flow <= limit) & (said.last_m3 <= limit * (1 - settings["deadband_pct"] / 100)),
        value=np.round(flow, 3),
        limit=limit,
    )


RULE = Rule(
    name="flow_over_range",
    title=Wording("Flow over range", "流量超上限"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("share", 1.0, "1", Wording("of Qmax", "与 Qmax 之比")),
        Parameter(
            "believed",
            3.0,
            "1",
            Wording("times that; more is a register that jumped", "超过此倍数视为底数跳变"),
        ),
    ),
    deadband=Parameter("deadband_pct", 5.0, "%", Wording("of the limit, below it", "限值以下的百分比")),
    condition=condition,
    unit="m³/h",
    trigger=Wording(
        "each of two hours on end passes more than Qmax by the register",
        "连续两小时按表底数计算的流量均大于 Qmax",
    ),
    message=Wording(
        "{value} m³/h for two hours, above Qmax {limit} m³/h",
        "连续两小时流量 {value} m³/h，大于 Qmax {limit} m³/h",
    ),
    consequence=Wording(
        "the meter wears and under-reads; a turbine or rotary may fail and block supply",
        "表具磨损、计量偏少；涡轮或罗茨可能损坏而断供",
    ),
    response=Wording(
        "Ask the customer about new equipment; plan a larger meter.",
        "询问用户是否新增设备；安排更换更大规格表具。",
    ),
)
