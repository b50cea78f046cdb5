"""Outlet pressure about to trip the slam-shut from below, or supply about to fail."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import DEADBAND, below
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the lowest outlet pressure since the last message, too."""
    said = window.pressures
    lowest = np.fmin(said.outlet_pa, said.outlet_min_pa)
    return below(said, lowest, said.limits.low_low_pa, settings["deadband_pct"])


RULE = Rule(
    name="outlet_pressure_low_low",
    title=Wording("Outlet pressure low-low", "出口压力低低"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=60),
    deadband=DEADBAND,
    inhibited_by=(
        Inhibition("slam_shut_tripped", Relation.SAME_STREAM),
        Inhibition("slam_shut_tripped", Relation.UPSTREAM),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet, or its minimum since the last message, < low_low_kpa of stations.csv, else 1.1·UPSO",
        "出口压力或上次上报以来的最小值 < stations.csv 的 low_low_kpa，否则 1.1·UPSO",
    ),
    message=Wording(
        "Outlet pressure {value} kPa is below {limit} kPa: supply is about to fail",
        "出口压力 {value} kPa 低于 {limit} kPa，即将停气",
    ),
    consequence=Wording(
        "customers lose gas; flames go out and gas may escape when pressure returns",
        "用户停气；火焰熄灭，恢复供气时可能漏气",
    ),
    response=Wording(
        "Send a crew at once; look for a trip, closed valve or break; restore only when customers are safe.",
        "立即派抢修人员到场；排查切断、阀门关闭或管道破裂；确认用户安全前不得恢复供气。",
    ),
)
