"""A regulator that does not close: the outlet climbs though nobody takes gas."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import LITTLE_FLOW, kpa, pressure_evidence
from alerts.inhibition import Inhibition, Relation
from alerts.look_back import LOOK_BACK
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.stream_state import climb_pa
from alerts.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the outlet at little flow: too high for a lock-up, or climbing on out of the accuracy band."""
    said, limits = window.pressures, window.pressures.limits
    little = said.flow_m3h <= settings["little_flow_m3h"]
    out = said.trailing.largest(said.flow_m3h, LOOK_BACK) <= settings["little_flow_m3h"]
    out &= said.outlet_pa > limits.set_pa + limits.accuracy_pa
    limit = limits.lockup_pa * (1 + settings["margin_pct"] / 100)
    climb, fast = climb_pa(said), settings["climb_pct"] / 100 * limits.set_pa
    climbs = out & (climb > fast)
    held = (said.outlet_pa <= limits.lockup_pa) & ~(out & (climb > fast / 2))
    return Judgement(
        rows=said,
        present=little & ((said.outlet_pa > limit) | climbs),
        absent=(said.flow_m3h > settings["little_flow_m3h"]) & ~np.isnan(limit) | (little & held),
        value=kpa(said.outlet_pa),
        limit=kpa(limit),
        evidence=lambda row: pressure_evidence(said, row) | {"climbing": bool(climbs[row])},
    )


RULE = Rule(
    name="lockup_failure",
    title=Wording("Regulator does not lock up", "调压器关闭不严"),
    kind=TargetKind.STATION,
    priority=Priority.HIGH,
    delays=Delays(on_s=300, off_s=300),
    inhibited_by=(Inhibition("regulator_bypass_open", Relation.SAME),),
    parameters=(
        LITTLE_FLOW,
        Parameter("margin_pct", 1.0, "%", Wording("above the lock-up pressure", "高于关闭压力的裕量")),
        Parameter(
            "climb_pct", 2.0, "%", Wording("of the set point in 15 min", "15 分钟内上升占设定值的比例")
        ),
    ),
    permit=Permit.PRESSURE,
    opens_job=True,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "at little flow outlet > 1.01·set·(1 + max(AC, SG)), or > set·(1 + AC) and climbing 2 % in 15 min",
        "流量近零时 出口压力 > 设定值·(1+max(AC,SG))·1.01，或 > 设定值·(1+AC) 且 15 分钟持续上升 2%",
    ),
    message=Wording("Outlet {value} kPa at no flow, not {limit} kPa", "关闭后 {value} kPa，限 {limit} kPa"),
    consequence=Wording("pressure climbs until the slam-shut trips", "压力持续上升直至切断阀动作停气"),
    response=Wording("Change streams; send a fitter to the seat.", "切换至备用路；派人检修阀口。"),
)
