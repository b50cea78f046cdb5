"""An outlet that falls faster than any demand lets it: a pipe may have burst."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import kpa, pressure_evidence
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.window import Window
from telemetry.model import MINUTE

_EVERY_S = 30.0


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the fall within a minute, counted from the set point: lock-up may end at any pace."""
    said = window.pressures
    told = said.trailing.count(said.outlet_pa, MINUTE) > 60 / _EVERY_S
    fall = np.fmin(said.trailing.largest(said.outlet_pa, MINUTE), said.limits.set_pa) - said.outlet_pa
    steep = settings["fall_pct"] / 100 * said.limits.set_pa
    limit = np.maximum(steep, settings["accuracies"] * said.limits.accuracy_pa)
    return Judgement(
        rows=said,
        present=told & (fall > limit),
        absent=told & (fall <= limit / 2),
        value=kpa(fall),
        limit=kpa(limit),
        evidence=lambda row: pressure_evidence(said, row),
    )


RULE = Rule(
    name="pressure_rate_of_fall",
    title=Wording("Outlet pressure falls fast", "出口压力骤降"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=30, off_s=300),
    needs_every_s=_EVERY_S,
    inhibited_by=(Inhibition("slam_shut_tripped", Relation.SAME_STREAM),),
    parameters=(
        Parameter(
            "fall_pct", 15.0, "%", Wording("of the set point, in a minute", "一分钟内下降占设定值的比例")
        ),
        Parameter("accuracies", 1.5, "1", Wording("times AC at least", "与精度等级之比的下限")),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet falls within a minute by more than 15 % of the set point and 1.5·AC, counted from the set "
        "point where it was higher",
        "一分钟内出口压力下降超过设定值的 15% 且超过 1.5·AC，高于设定值的部分不计",
    ),
    message=Wording("Outlet fell by {value} kPa in a minute", "出口压力一分钟内下降 {value} kPa"),
    consequence=Wording("a burst pipe feeds a fire or an explosion", "管道破裂，可能引发火灾爆炸"),
    response=Wording(
        "Compare flow and neighbouring stations; a rising flow is a burst: shut off, send a crew.",
        "核对流量和邻站压力；流量上升即为破管：立即关断并派抢险人员。",
    ),
)
