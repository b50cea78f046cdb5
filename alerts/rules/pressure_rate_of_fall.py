"""An outlet that falls faster than any demand lets it: a pipe may have burst."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import kpa, pressure_evidence
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.look_back import LOOK_BACK
from alerts.windows.pressure_limits import MARGIN
from alerts.windows.stream_state import fall_pa, flow_rise
from alerts.windows.window import Window
from telemetry.model import MINUTE

_EVERY_S = 120.0
_ACCURACIES = 1.5


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge falls counted from the set point: steep ones, and those in which the flow rises."""
    said, limits = window.pressures, window.pressures.limits
    steep, slower = fall_pa(said, MINUTE), fall_pa(said, LOOK_BACK)
    steep_limit = np.maximum(settings["fall_pct"] / 100 * limits.set_pa, _ACCURACIES * limits.accuracy_pa)
    beyond = limits.accuracy_pa + MARGIN * limits.set_pa
    torn_limit = np.maximum(settings["torn_pct"] / 100 * limits.set_pa, beyond)
    torn = (slower > torn_limit) & (flow_rise(said) > settings["flow_pct"] / 100)
    return Judgement(
        rows=said,
        present=(steep > steep_limit) | torn,
        absent=~np.isnan(slower) & ~(steep > steep_limit / 2) & ~torn,
        value=kpa(np.where(torn, slower, steep)),
        limit=kpa(np.where(torn, torn_limit, steep_limit)),
        evidence=lambda row: pressure_evidence(said, row) | {"flow_rises": bool(torn[row])},
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
        Parameter("fall_pct", 15.0, "%", Wording("of the set point, in a minute", "一分钟内占设定值的比例")),
        Parameter("torn_pct", 5.0, "%", Wording("in 10 min, flow rising", "十分钟内且流量上升")),
        Parameter("flow_pct", 5.0, "%", Wording("that the flow rises", "流量上升幅度")),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet falls, from the set point at most, by 15 % and 1.5·AC in a minute, or by 5 % and AC + 2 % in "
        "10 min while the flow rises by 5 %",
        "自设定值起算，出口压力一分钟下降超过 15% 且 1.5·AC；或十分钟下降 5% 且 AC+2%、流量上升 5%",
    ),
    message=Wording("Outlet fell fast, by {value} kPa", "出口压力骤降 {value} kPa"),
    consequence=Wording("a burst pipe feeds a fire or an explosion", "管道破裂，可能引发火灾爆炸"),
    response=Wording("If the flow rises, a pipe burst: shut off.", "流量上升即破管：关断并抢险。"),
)
