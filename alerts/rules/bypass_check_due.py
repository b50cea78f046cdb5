"""A bypass that somebody must look at again."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import LEAD_DAYS, fallen_due
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the earliest check that is due of each meter's or station's bypasses."""
    return fallen_due(window.bypass_checks, settings, "bypass")


RULE = Rule(
    name="bypass_check_due",
    title=Wording("Bypass check due", "旁通检查到期"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(LEAD_DAYS,),
    condition=condition,
    unit="d",
    trigger=Wording(
        "check_interval_days since checked_on, both of bypasses.csv; without checked_on, since valid_from",
        "自 bypasses.csv 的 checked_on 起已过 check_interval_days；无 checked_on 时自 valid_from 起",
    ),
    message=Wording("The bypass should have been checked {value} days ago", "旁通检查已逾期 {value} 天"),
    consequence=Wording("an open or unsealed bypass goes unnoticed", "旁通开启或失封未被发现"),
    response=Wording(
        "Visit it, check valve, lock and seal, and enter checked_on in bypasses.csv.",
        "到场检查阀门、锁和封签，并在 bypasses.csv 录入 checked_on。",
    ),
)
