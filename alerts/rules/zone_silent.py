"""A zone most of whose devices fell silent together."""

from typing import Any

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from alerts.windows.zone_silence import LEAST


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how many of each zone fell silent together."""
    zones = window.zone_silences
    share = 100 * zones.silent / np.maximum(zones.spoke, 1)
    limit = np.maximum(settings["devices"], np.ceil(settings["share_pct"] / 100 * zones.spoke))

    def evidence(row: int) -> dict[str, Any]:
        return {
            "devices": int(zones.spoke[row]),
            "silent_share_pct": round(float(share[row]), 1),
            "last_heard_s_ago": round(float(zones.since_s[row])),
        }

    return Judgement(
        rows=zones,
        present=zones.silent >= limit,
        absent=share < np.maximum(settings["share_pct"] - settings["deadband_pct"], 0),
        value=zones.silent.astype(np.float64),
        limit=limit,
        evidence=evidence,
    )


RULE = Rule(
    name="zone_silent",
    title=Wording("Zone silent", "区域失联"),
    kind=TargetKind.ZONE,
    priority=Priority.HIGH,
    delays=Delays(),
    lasting=True,
    parameters=(
        Parameter("share_pct", 50.0, "%", Wording("of those that spoke, at least", "占原在线设备的最低比例")),
        Parameter("devices", float(LEAST), "1", Wording("of them, at least", "同时失联的最少设备数")),
    ),
    deadband=Parameter(
        "deadband_pct", 25.0, "%", Wording("of those that spoke, below the share", "低于报警比例")
    ),
    permit=Permit.SILENCE,
    condition=condition,
    unit="1",
    trigger=Wording(
        "half of the devices and stations of a zone that spoke, 10 at least, came due together, "
        "are 1.25 of their intervals old and were not heard since",
        "区域内原在线的设备和调压站有一半以上（至少 10 台）同时缺报，各已超过 1.25 个上报周期",
    ),
    message=Wording(
        "{value} devices fell silent together, alarm from {limit}",
        "{value} 台设备同时失联，报警值 {limit} 台",
    ),
    consequence=Wording(
        "nothing is known of this part of the network; volumes will be estimated",
        "无法掌握该区域管网情况；气量将被估算",
    ),
    response=Wording(
        "Ask the mobile operator and the power company about the zone; look at broker and collectors; "
        "watch the stations around it, or send somebody to those within.",
        "向通信运营商和供电部门核实该区域；检查消息服务器和采集程序；关注周边调压站，必要时派人到站值守。",
    ),
)
