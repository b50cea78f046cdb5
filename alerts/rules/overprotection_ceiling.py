"""Outlet pressure above what over-pressure protection must hold in any case."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.conditions import DEADBAND, above
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the highest outlet pressure since the last message, too."""
    said = window.pressures
    highest = np.fmax(said.outlet_pa, said.outlet_max_pa)
    return above(said, highest, said.limits.ceiling_pa, settings["deadband_pct"])


RULE = Rule(
    name="overprotection_ceiling",
    title=Wording("Over-pressure ceiling passed", "超压保护上限"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=60),
    deadband=DEADBAND,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "outlet, or its maximum since the last message, > set + 50 %, from 12 psi (82.7 kPa) on + 6 psi, "
        "from 60 psi (413.7 kPa) on + 10 %; no lower than what is high at no flow",
        "出口压力或上次上报以来的最大值 > 设定值 +50%，12 psi（82.7 kPa）起 +6 psi，"
        "60 psi（413.7 kPa）起 +10%；不低于零流量时的高限",
    ),
    message=Wording(
        "Outlet pressure {value} kPa is above {limit} kPa: no protection has held it",
        "出口压力 {value} kPa 高于 {limit} kPa：所有超压保护均未起作用",
    ),
    consequence=Wording(
        "pipes and customers' installations are beyond what they are made for; gas may escape",
        "管道和用户设施超压，可能泄漏",
    ),
    response=Wording(
        "Shut the station by hand at once; send the emergency crew; warn customers; watch for gas escapes.",
        "立即手动关闭该站；派抢险人员；通知用户；警惕燃气泄漏。",
    ),
)
