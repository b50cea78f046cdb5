"""Gas that trickles while nobody uses any."""

from math import isnan

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.newest import for_each_day, newest_known
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the smallest flow of the newest nights: small, steady and never nothing."""
    said = window.hours
    nights = newest_known(said.night_m3h, settings["nights"])
    mean, spread = nights.mean(axis=1), nights.std(axis=1)
    usual = settings["share_of_usual"] * said.typical_m3h
    limit = np.fmax(said.qmin_m3h, usual).astype(np.float64)
    newest = newest_known(said.night_m3h, 1)[:, 0]
    floor = settings["floor_m3h"]
    steady = spread < settings["cv_pct"] / 100 * mean
    return Judgement(
        rows=said,
        present=(nights > for_each_day(floor)).all(axis=1) & steady & (mean < limit),
        absent=newest <= floor,
        value=np.round(mean, 4),
        limit=np.round(limit, 4),
        evidence=lambda row: {"night_m3h": [round(one, 4) for one in nights[row].tolist() if not isnan(one)]},
    )


RULE = Rule(
    name="night_leak",
    title=Wording("Leak at night", "夜间漏气"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("nights", 3.0, "1", Wording("on end", "连续夜数")),
        Parameter(
            "cv_pct",
            20.0,
            "%",
            Wording("standard deviation by mean of the nights, below", "各夜标准差与均值之比上限"),
        ),
        Parameter(
            "share_of_usual",
            0.5,
            "1",
            Wording(
                "of the median of hours with flow, below, where that is more than Qmin",
                "常用流量的比例上限（高于 Qmin 时）",
            ),
        ),
        Parameter(
            "floor_m3h", 0.005, "m³/h", Wording("less is a register that creeps", "小于此值视为计数器爬行")
        ),
    ),
    condition=condition,
    unit="m³/h",
    trigger=Wording(
        "in hours in which nothing usually flows, for 3 nights the smallest hourly flow is above "
        "0.005 m³/h, below Qmin (or half of what usually flows) and varies by less than 20 %",
        "在通常不用气的时段，连续 3 夜最小小时流量大于 0.005 m³/h、小于 Qmin（或常用流量的一半）且变"
        "化小于 20 %",
    ),
    message=Wording(
        "{value} m³/h flow at night when nothing usually does (below {limit} m³/h)",
        "夜间通常不用气时仍有 {value} m³/h 流过（低于 {limit} m³/h）",
    ),
    consequence=Wording("gas escapes behind the meter, or a burner was left on", "表后漏气，或燃具未关"),
    response=Wording(
        "Ask the customer what runs at night; if nothing, send somebody with a detector.",
        "询问用户夜间用气情况；若无，派人携检漏仪上门。",
    ),
)
