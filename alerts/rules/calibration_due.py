"""A meter or sensor whose calibration is due."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import LEAD_DAYS, fallen_due
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the earliest next_due of what was calibrated last of each part."""
    return fallen_due(window.calibrations, settings, "what")


RULE = Rule(
    name="calibration_due",
    title=Wording("Calibration due", "检定到期"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(LEAD_DAYS,),
    condition=condition,
    unit="d",
    trigger=Wording(
        "next_due of the newest calibration of one of its parts (calibrations.csv) has come",
        "calibrations.csv 中某部件最近一次检定的 next_due 已到",
    ),
    message=Wording("A calibration has been due for {value} days", "检定已到期 {value} 天"),
    consequence=Wording("its readings may not stand up in a dispute", "其读数在争议中可能不被认可"),
    response=Wording(
        "Plan the calibration or the exchange; enter the certificate in calibrations.csv.",
        "安排检定或换表；将证书录入 calibrations.csv。",
    ),
)
