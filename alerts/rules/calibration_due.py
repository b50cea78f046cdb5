"""A meter or sensor whose calibration is due."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the earliest next_due of what was calibrated last of each part."""
    dues = window.calibrations
    limit = -np.asarray(settings["lead_days"], dtype=np.float64)
    return Judgement(
        rows=dues,
        present=dues.overdue_days >= limit,
        absent=dues.overdue_days < limit,
        value=np.floor(dues.overdue_days),
        limit=np.broadcast_to(limit, dues.overdue_days.shape),
        evidence=lambda row: {"what": dues.what[row]},
    )


RULE = Rule(
    name="calibration_due",
    title=Wording("Calibration due", "检定到期"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(Parameter("lead_days", 0.0, "d", Wording("before it is due", "到期前天数")),),
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
