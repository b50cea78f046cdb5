"""A regulator and its protection that should have been tested by now."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how long ago each stream was tested."""
    proofs = window.proofs
    limit = proofs.interval_days + settings["grace_days"]
    return Judgement(
        rows=proofs,
        present=proofs.tested_days > limit,
        absent=proofs.tested_days <= limit,
        value=np.floor(proofs.tested_days),
        limit=limit,
    )


RULE = Rule(
    name="setpoint_test_due",
    title=Wording("Set-point test due", "设定值测试到期"),
    kind=TargetKind.STATION,
    priority=Priority.LOW,
    delays=Delays(),
    lasting=True,
    parameters=(Parameter("grace_days", 0.0, "d", Wording("beyond the interval", "超出周期的宽限")),),
    condition=condition,
    unit="d",
    trigger=Wording(
        "more than test_interval_days since the end (UTC) of tested_on, both of setpoints.csv; without "
        "tested_on, since valid_from",
        "距 setpoints.csv 的 tested_on 当日结束（UTC）已超过 test_interval_days；"
        "无 tested_on 时自 valid_from 起算",
    ),
    message=Wording(
        "Set points were last tested {value} days ago, due every {limit} days",
        "设定值上次测试在 {value} 天前，周期 {limit} 天",
    ),
    consequence=Wording(
        "slam-shut and monitor may act too late or not at all", "切断阀和监控调压器可能动作过迟或不动作"
    ),
    response=Wording(
        "Plan the test; enter the date, and the slam-shut's pressure as found, in setpoints.csv.",
        "安排测试；将日期和切断压力实测值录入 setpoints.csv。",
    ),
)
