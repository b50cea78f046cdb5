"""A meter that does not agree with the one that checks it."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how far both are apart over a day of use, against what their classes let both err by."""
    said = window.pairs
    limit = np.hypot(said.main_class, said.check_class) * settings["times_allowed"]
    off = said.deviation * 100
    return Judgement(
        rows=said,
        present=np.abs(off) > limit,
        absent=np.abs(off) <= limit - settings["deadband_pct"],
        value=np.round(off, 3),
        limit=np.round(limit, 3),
        evidence=lambda row: {
            "check_meter": said.checks[row],
            "hours": said.hours.item(row),
            "main_base_m3": round(said.main_m3.item(row), 3),
            "check_base_m3": round(said.check_m3.item(row), 3),
        },
    )


RULE = Rule(
    name="check_meter_deviation",
    title=Wording("Check meter deviation", "检查表偏差"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=7200, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    inhibited_by=(Inhibition("meter_bypass_open", Relation.SAME, lingers_s=86400),),
    parameters=(
        Parameter(
            "times_allowed", 1.0, "1", Wording("what both may err by together", "两表允许误差合成的倍数")
        ),
    ),
    deadband=Parameter("deadband_pct", 0.2, "%", Wording("within the limit", "低于限值")),
    opens_job=True,
    condition=condition,
    unit="%",
    trigger=Wording(
        "over the newest 24 hours with flow both counted base volumes (main with the meter in its bypass) "
        "differ by more than sqrt(class² + class²): 2.1 % for two meters of class 1.5",
        "最近 24 个有流量小时内，两表标况量（主表含旁通表）之差超过 sqrt(等级² + 等级²)，1.5 级为 2.1 %",
    ),
    message=Wording(
        "The meter counts {value} % against its check meter (limit {limit} %)",
        "该表相对检查表偏差 {value} %（限值 {limit} %）",
    ),
    consequence=Wording(
        "one of the two counts wrongly, or gas goes around one", "其中一只计量失准，或有气绕表"
    ),
    response=Wording(
        "If the main meter counts less, look at its bypass first; then test both meters.",
        "若主表偏低，先检查旁通；再检测两只表。",
    ),
)
