"""A stream in reserve of which nobody knows whether it works."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how long ago each standby was tested or carried gas."""
    proofs = window.proofs
    limit = proofs.interval_days + settings["grace_days"]
    return Judgement(
        rows=proofs,
        present=proofs.shown_days > limit,
        absent=proofs.shown_days <= limit,
        value=np.floor(proofs.shown_days),
        limit=limit,
    )


RULE = Rule(
    name="standby_unproven",
    title=Wording("Standby not proven", "备用路未验证"),
    kind=TargetKind.STATION,
    priority=Priority.LOW,
    delays=Delays(),
    lasting=True,
    parameters=(Parameter("grace_days", 0.0, "d", Wording("beyond the interval", "超出周期的宽限")),),
    condition=condition,
    unit="d",
    trigger=Wording(
        "standby stream neither tested (tested_on) nor seen to carry more than 10 m³/h within "
        "test_interval_days of setpoints.csv; without tested_on, since valid_from",
        "备用路在 setpoints.csv 的 test_interval_days 内既未测试（tested_on）也未供气超过 10 m³/h；"
        "无 tested_on 时自 valid_from 起算",
    ),
    message=Wording(
        "The standby was last shown to work {value} days ago, due every {limit} days",
        "备用路上次验证在 {value} 天前，周期 {limit} 天",
    ),
    consequence=Wording(
        "it may fail when the duty stream does, and customers lose gas", "主路故障时备用路可能失效，造成停气"
    ),
    response=Wording(
        "Plan a change of streams under load; enter the test in setpoints.csv.",
        "安排带负荷切换试验；将测试日期录入 setpoints.csv。",
    ),
)
