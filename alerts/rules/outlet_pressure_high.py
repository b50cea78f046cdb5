"""Outlet pressure above what the regulator may lawfully give."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import DEADBAND, above
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.pressure_limits import little_flow
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the outlet against the high limit, which allows lock-up at little flow."""
    said = window.pressures
    small = little_flow(said.flow_m3h, settings["little_flow_m3h"])
    limit = np.where(small, said.limits.high_no_flow_pa, said.limits.high_flowing_pa)
    return above(said, said.outlet_pa, limit, settings["deadband_pct"])


RULE = Rule(
    name="outlet_pressure_high",
    title=Wording("Outlet pressure high", "出口压力高"),
    kind=TargetKind.STATION,
    priority=Priority.HIGH,
    delays=Delays(on_s=60, off_s=60),
    deadband=DEADBAND,
    inhibited_by=(Inhibition("outlet_pressure_high_high", Relation.SAME),),
    parameters=(
        Parameter(
            "little_flow_m3h",
            5.0,
            "m³/h",
            Wording(
                "up to here, and where it is unknown, lock-up is lawful", "流量不大于此值或未知时允许关闭压力"
            ),
        ),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet > high_kpa of stations.csv, else set·(1 + AC + 2 %), at little or unknown flow "
        "set·(1 + max(AC, SG) + 2 %)",
        "出口压力 > stations.csv 的 high_kpa，否则 设定值·(1+AC+2%)，"
        "流量近零或未知时 设定值·(1+max(AC,SG)+2%)",
    ),
    message=Wording(
        "Outlet pressure {value} kPa is above {limit} kPa", "出口压力 {value} kPa 高于限值 {limit} kPa"
    ),
    consequence=Wording(
        "appliances burn badly; the slam-shut may trip and cut off customers",
        "用气设备燃烧不良；切断阀可能动作导致停气",
    ),
    response=Wording(
        "Compare standby stream and inlet; send a fitter to check the regulator for creep or dirt.",
        "核对备用路压力和进口压力；派人检查调压器是否内漏或有杂质。",
    ),
)
