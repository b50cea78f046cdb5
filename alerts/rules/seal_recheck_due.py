"""A sealed meter that somebody must look at again."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import LEAD_DAYS, fallen_due
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge when each isolation in force is to be checked again."""
    return fallen_due(window.seals, settings, "what")


RULE = Rule(
    name="seal_recheck_due",
    title=Wording("Seal recheck due", "封签复查到期"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(LEAD_DAYS,),
    condition=condition,
    unit="d",
    trigger=Wording(
        "recheck_days of an isolation in force (isolations.csv) have passed since its valid_from",
        "有效停用记录（isolations.csv）自 valid_from 起已过 recheck_days",
    ),
    message=Wording("The seal should have been checked {value} days ago", "封签复查已逾期 {value} 天"),
    consequence=Wording("a broken seal goes unnoticed", "封签被破坏未被发现"),
    response=Wording(
        "Visit the site, check seal and index, and enter it in isolations.csv.",
        "上门检查封签和底数，并录入 isolations.csv。",
    ),
)
