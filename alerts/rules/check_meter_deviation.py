"""A meter that does not agree with the one that checks it."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how far both are apart over a day of use, against what their classes let both err by.

    What the main meter counts less counts from what it usually does.
    """
    said = window.pairs
    limit = said.allowed_pct * settings["times_allowed"]
    off = said.beyond * 100
    return Judgement(
        rows=said,
        present=np.abs(off) > limit,
        absent=np.abs(off) <= limit - settings["deadband_pct"],
        value=np.round(off, 3),
        limit=np.round(limit, 3),
        evidence=said.told,
    )


RULE = Rule(
    name="check_meter_deviation",
    title=Wording("Check meter deviation", "检查表偏差"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    # A day's figure goes in and out of its limit hour by hour: it is well when a whole other day is.
    delays=Delays(on_s=7200, off_s=86400),
    max_age=25 * HOUR,
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    inhibited_by=(Inhibition("meter_bypass_open", Relation.SAME, lingers_s=86400),),
    parameters=(Parameter("times_allowed", 1.0, "1", Wording("what both may err by", "合成允许误差的倍数")),),
    deadband=Parameter("deadband_pct", 0.2, "%", Wording("within the limit", "低于限值")),
    opens_job=True,
    condition=condition,
    unit="%",
    trigger=Wording(
        "over the newest 24 hours with flow base volumes (main with its bypass's meter) differ by more than "
        "sqrt(class^2 + class^2): 2.1 % for two of class 1.5, with 0.5 % for each corrector 2.2 %; where the "
        "main meter counts less, than it usually does",
        "最近 24 个有流量小时，两表标况量（主表含旁通表）之差超过 sqrt(等级² + 等级²)：两只 1.5 级为 2.1 %，"
        "计入各修正仪 0.5 % 为 2.2 %；主表偏低时按相对平常偏差的变化计",
    ),
    message=Wording(
        "The meter counts {value} % against its check meter, beyond the usual (limit {limit} %)",
        "该表相对检查表偏差 {value} %（已扣除平常偏差，限值 {limit} %）",
    ),
    consequence=Wording(
        "one of the two counts wrongly, or gas goes around one", "其中一只计量失准，或有气绕表"
    ),
    response=Wording(
        "If the main meter counts less, look at its bypass first; then test both meters.",
        "若主表偏低，先检查旁通；再检测两只表。",
    ),
)
