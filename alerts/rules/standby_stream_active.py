"""The stream in reserve carries the load: the one on duty has failed, whatever the outlet shows."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import pressure_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.stream_state import CARRYING_M3H, duty
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the standby by its flow and the duty's slam-shut; two set points are too near to tell by p2."""
    said, other = window.pressures, duty(window.pressures)
    flow, standby = said.flow_m3h, said.limits.standby == 1
    both = flow + other.flow_m3h
    leads = flow > settings["share_pct"] / 100 * both
    tripped = other.slam_shut == 1
    unmetered = np.isnan(flow) & (other.outlet_pa >= said.limits.low_pa)
    present = standby & ((flow > settings["carrying_m3h"]) & (leads | tripped) | (tripped & unmetered))
    rests = (flow <= settings["carrying_m3h"] / 2) | (flow <= settings["share_pct"] / 200 * both)
    return Judgement(
        rows=said,
        present=present,
        absent=standby & ~present & (rests & ~tripped | (np.isnan(flow) & (other.slam_shut == 0))),
        value=flow,
        limit=np.full(flow.size, 1.0) * settings["carrying_m3h"],
        evidence=lambda row: pressure_evidence(said, row) | {"duty_slam_shut_tripped": bool(tripped[row])},
    )


RULE = Rule(
    name="standby_stream_active",
    title=Wording("Standby stream carries the load", "备用路供气"),
    kind=TargetKind.STATION,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=120, off_s=300),
    parameters=(
        Parameter(
            "carrying_m3h", CARRYING_M3H, "m³/h", Wording("it carries gas above", "高于此流量视为供气")
        ),
        Parameter("share_pct", 50.0, "%", Wording("of the flow of both streams", "占两路总流量的比例")),
    ),
    permit=Permit.PRESSURE,
    opens_job=True,
    condition=condition,
    unit="m³/h",
    trigger=Wording(
        "standby flow > 10 m³/h and > 50 % of both, or slam_shut tripped on duty; unmetered: and p2 held",
        "备用路流量 > 10 m³/h 且超过两路之和的 50% 或主路已切断；无流量时：主路已切断且出口压力保持",
    ),
    message=Wording("The standby carries the load, {value} m³/h", "备用路正在供气，流量 {value} m³/h"),
    consequence=Wording(
        "nothing is in reserve: the next fault cuts customers off", "已无备用：再次故障即停气"
    ),
    response=Wording(
        "Find out why the duty stream gave way; restore it before the next peak.",
        "查明主路失效原因，在下一高峰前恢复。",
    ),
)
