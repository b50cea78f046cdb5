"""A device whose battery is about to end."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import flagged, meter_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR
from telemetry.quality import Flag


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what the device says of its battery: its flag, what is left of it, its voltage."""
    said = window.meters
    flag, no_flag = flagged(said, Flag.LOW_BATTERY)
    limit_pct, limit_v, back = settings["limit_pct"], settings["limit_v"], 1 + settings["deadband_pct"] / 100
    ends = (said.battery_pct < limit_pct) | (said.battery_v < limit_v)
    well = ~(said.battery_pct < limit_pct * back) & ~(said.battery_v < limit_v * back)
    return Judgement(
        rows=said,
        present=flag | ends,
        absent=no_flag & well,
        value=said.battery_pct,
        limit=np.broadcast_to(np.asarray(limit_pct, dtype=np.float64), flag.shape),
        evidence=lambda row: meter_evidence(said, row),
    )


RULE = Rule(
    name="battery_low",
    title=Wording("Battery low", "电池电量低"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=5400, off_s=21600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("limit_pct", 15.0, "%", Wording("what is left, at least", "剩余电量下限")),
        Parameter(
            "limit_v",
            3.2,
            "V",
            Wording(
                "of a lithium cell of 3.6 V: the knee before its end", "3.6 V 锂电池电压下限（耗尽前的拐点）"
            ),
        ),
    ),
    deadband=Parameter("deadband_pct", 5.0, "%", Wording("of each limit, above it", "各限值以上的百分比")),
    opens_job=True,
    condition=condition,
    unit="%",
    trigger=Wording(
        "flag low_battery, or battery_pct < 15 %, or battery_v < 3.2 V",
        "low_battery 标志，或 battery_pct < 15 %，或 battery_v < 3.2 V",
    ),
    message=Wording("The battery is about to end ({value} %)", "电池即将耗尽（{value} %）"),
    consequence=Wording("the device falls silent and its volumes are estimated", "设备将失联，气量只能估算"),
    response=Wording(
        "Plan a visit to change the battery; check the clock and the seal afterwards.",
        "安排更换电池；更换后核对时钟和铅封。",
    ),
)
