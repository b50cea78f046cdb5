"""Much of the volume passes below what the meter measures well."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge four days' hours below Qmin: as many as no weekend has."""
    said = window.hours
    limit, enough = settings["share_pct"], said.small_hours >= settings["hours"]
    share = np.round(said.small_share * 100, 2)
    return Judgement(
        rows=said,
        present=enough & (share > limit),
        absent=share <= limit - settings["deadband_pct"],
        value=share,
        limit=np.broadcast_to(np.asarray(limit, dtype=np.float64), share.shape),
    )


RULE = Rule(
    name="flow_under_range",
    title=Wording("Flow under range", "流量低于下限"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("share_pct", 80.0, "%", Wording("of four days' volume", "四天气量的比例")),
        Parameter("hours", 48.0, "h", Wording("below Qmin, at least", "低于 Qmin 的最少小时数")),
    ),
    deadband=Parameter("deadband_pct", 30.0, "%", Wording("within the limit", "限值以内")),
    condition=condition,
    unit="%",
    trigger=Wording(
        "more than 80 % of four days' volume passes in hours below Qmin, and there are at least 48 of these",
        "四天内超过 80 % 的气量在低于 Qmin 的小时通过，且此类小时不少于 48",
    ),
    message=Wording("{value} % of four days' volume passed below Qmin", "四天内 {value} % 的气量低于 Qmin"),
    consequence=Wording("the meter under-reads what it does not start for", "低于始动的用气少计"),
    response=Wording(
        "Plan a smaller meter; see the meter's operating table.", "安排更换更小规格表具；参见该表工况表。"
    ),
)
