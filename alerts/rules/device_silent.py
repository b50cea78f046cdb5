"""A device that should have spoken and has not."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.silence import DEFAULT_LIMIT_S, INTERVALS, silence_limit_s
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each device's silence against what is expected of it."""
    quiet = window.silences
    limit = silence_limit_s(quiet.expected_interval_s, settings["intervals"], settings["default_s"])
    return Judgement(
        rows=quiet,
        present=quiet.silence_s > limit,
        absent=quiet.silence_s <= limit,
        value=np.round(quiet.silence_s),
        limit=limit,
    )


RULE = Rule(
    name="device_silent",
    title=Wording("Device silent", "设备失联"),
    kind=TargetKind.DEVICE,
    priority=Priority.MEDIUM,
    delays=Delays(),
    lasting=True,
    # Those behind a gateway and those of a zone come back one by one, at their own intervals.
    inhibited_by=(
        Inhibition("device_silent", Relation.GATEWAY, lingers_s=DEFAULT_LIMIT_S),
        Inhibition("zone_silent", Relation.ZONE, lingers_s=DEFAULT_LIMIT_S),
    ),
    parameters=(
        Parameter(
            "intervals", INTERVALS, "1", Wording("expected intervals without a message", "缺报的上报周期数")
        ),
        Parameter(
            "default_s", DEFAULT_LIMIT_S, "s", Wording("where no interval is given", "未给出上报周期时的时限")
        ),
    ),
    permit=Permit.SILENCE,
    condition=condition,
    unit="s",
    trigger=Wording(
        "no message for more than 2 × expected_interval_s of devices.csv, 2 h where it is not given",
        "超过 2 × devices.csv 的 expected_interval_s 无上报，未给出时为 2 小时",
    ),
    message=Wording(
        "No message for {value} s, expected within {limit} s", "已 {value} s 无上报，时限 {limit} s"
    ),
    consequence=Wording(
        "nothing is known of what it measures; volumes will be estimated", "无法掌握计量和压力；气量将被估算"
    ),
    response=Wording(
        "See whether its gateway or neighbours are silent too; check battery and signal; open a job.",
        "查看同网关或邻近设备是否同时失联；检查电池和信号；派工现场处理。",
    ),
)
