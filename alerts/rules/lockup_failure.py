"""A regulator that does not close: the outlet climbs though nobody takes gas."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import LITTLE_FLOW, kpa, pressure_evidence
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the outlet at little flow; below its limit a lawful one climbs, too."""
    said = window.pressures
    flows = said.flow_m3h > settings["little_flow_m3h"]
    little = said.flow_m3h <= settings["little_flow_m3h"]
    limit = said.limits.lockup_pa * (1 + settings["margin_pct"] / 100)
    return Judgement(
        rows=said,
        present=little & (said.outlet_pa > limit),
        absent=(flows & ~np.isnan(limit)) | (little & (said.outlet_pa <= said.limits.lockup_pa)),
        value=kpa(said.outlet_pa),
        limit=kpa(limit),
        evidence=lambda row: pressure_evidence(said, row),
    )


RULE = Rule(
    name="lockup_failure",
    title=Wording("Regulator does not lock up", "调压器关闭不严"),
    kind=TargetKind.STATION,
    priority=Priority.HIGH,
    delays=Delays(on_s=300, off_s=300),
    inhibited_by=(
        Inhibition("outlet_pressure_high_high", Relation.SAME),
        Inhibition("overprotection_ceiling", Relation.SAME),
        Inhibition("regulator_bypass_open", Relation.SAME),
    ),
    parameters=(
        LITTLE_FLOW,
        Parameter("margin_pct", 1.0, "%", Wording("above the lock-up pressure", "高于关闭压力的裕量")),
    ),
    permit=Permit.PRESSURE,
    opens_job=True,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "at little flow outlet > 1.01·set·(1 + max(AC, SG)); nothing is said where the flow is unknown",
        "流量近零时 出口压力 > 设定值·(1+max(AC,SG))·1.01；流量未知时不判断",
    ),
    message=Wording("Outlet {value} kPa at no flow, not {limit} kPa", "关闭后 {value} kPa，限 {limit} kPa"),
    consequence=Wording("pressure climbs until the slam-shut trips", "压力持续上升直至切断阀动作停气"),
    response=Wording("Change streams; send a fitter to the seat.", "切换至备用路；派人检修阀口。"),
)
