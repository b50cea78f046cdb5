"""Outlet pressure below what the regulator should hold."""

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import DEADBAND, below
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the outlet against the low limit."""
    said = window.pressures
    return below(said, said.outlet_pa, said.limits.low_pa, settings["deadband_pct"])


RULE = Rule(
    name="outlet_pressure_low",
    title=Wording("Outlet pressure low", "出口压力低"),
    kind=TargetKind.STATION,
    priority=Priority.HIGH,
    delays=Delays(on_s=60, off_s=60),
    deadband=DEADBAND,
    inhibited_by=(
        Inhibition("outlet_pressure_low_low", Relation.SAME),
        Inhibition("slam_shut_tripped", Relation.SAME_STREAM),
        Inhibition("slam_shut_tripped", Relation.UPSTREAM),
        Inhibition("standby_stream_active", Relation.SAME),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet < low_kpa of stations.csv, else set·(1 - AC - 2 %)",
        "出口压力 < stations.csv 的 low_kpa，否则 设定值·(1-AC-2%)",
    ),
    message=Wording(
        "Outlet pressure {value} kPa is below {limit} kPa", "出口压力 {value} kPa 低于限值 {limit} kPa"
    ),
    consequence=Wording("customers run short of gas; burners may go out", "用户供气不足；燃烧器可能熄火"),
    response=Wording(
        "Compare inlet pressure, flow and filter; if it is not demand, send a fitter to the regulator.",
        "核对进口压力、流量和过滤器压差；若非用气高峰所致，派人检查调压器。",
    ),
)
