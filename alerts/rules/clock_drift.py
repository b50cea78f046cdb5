"""A device's clock that is off."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how far readings that come as they are measured are from our clock."""
    said = window.meters
    off = np.abs(said.clock_ahead_s)
    return Judgement(
        rows=said,
        present=off > settings["limit_s"],
        absent=off <= settings["limit_s"] - settings["deadband_s"],
        value=np.round(said.clock_ahead_s, 1),
        limit=np.broadcast_to(np.asarray(settings["limit_s"], dtype=np.float64), off.shape),
    )


RULE = Rule(
    name="clock_drift",
    title=Wording("Clock off", "设备时钟偏差"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=7200, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(Parameter("limit_s", 60.0, "s", Wording("off our clock", "与平台时钟的偏差")),),
    deadband=Parameter("deadband_s", 20.0, "s", Wording("within the limit", "限值以内")),
    opens_job=True,
    condition=condition,
    unit="s",
    trigger=Wording(
        "measured_at is off our clock by more than 60 s for two hours, in readings that come as they "
        "are measured",
        "实时上报的 measured_at 与平台时钟相差超过 60 s 达两小时",
    ),
    message=Wording(
        "The device's clock is {value} s ahead of ours (limit {limit} s)",
        "设备时钟较平台快 {value} s（限值 {limit} s）",
    ),
    consequence=Wording(
        "hours and gas days take what belongs to their neighbours", "小时和燃气日的气量归属出错"
    ),
    response=Wording(
        "Set the clock; look whether it drifts again, then change the device.", "校时；若再次漂移则更换设备。"
    ),
)
