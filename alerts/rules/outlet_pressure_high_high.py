"""Outlet pressure about to trip the slam-shut."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import DEADBAND, above
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the highest outlet pressure since the last message, too."""
    said = window.pressures
    highest = np.fmax(said.outlet_pa, said.outlet_max_pa)
    return above(said, highest, said.limits.high_high_pa, settings["deadband_pct"])


RULE = Rule(
    name="outlet_pressure_high_high",
    title=Wording("Outlet pressure high-high", "出口压力高高"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=60),
    deadband=DEADBAND,
    inhibited_by=(Inhibition("overprotection_ceiling", Relation.SAME),),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet, or its maximum since the last message, > high_high_kpa of stations.csv, else 0.95·OPSO",
        "出口压力或上次上报以来的最大值 > stations.csv 的 high_high_kpa，否则 0.95·OPSO",
    ),
    message=Wording(
        "Outlet pressure {value} kPa is above {limit} kPa, close to the slam-shut's setting",
        "出口压力 {value} kPa 高于 {limit} kPa，接近切断压力",
    ),
    consequence=Wording(
        "the slam-shut trips, or pressure reaches customers' installations",
        "切断阀动作停气，或高压进入用户设施",
    ),
    response=Wording(
        "Send a crew at once; warn the large customers downstream; be ready to shut the stream by hand.",
        "立即派抢修人员到场；通知下游大用户；准备手动关闭该路。",
    ),
)
