"""A zone that takes in more, or less, than its meters count."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what is nobody's of the newest day, beyond the usual, against its own uncertainty."""
    said = window.zones
    limit = settings["sigmas"] * said.sigma_m3
    return Judgement(
        rows=said,
        present=np.abs(said.beyond_m3) > limit,
        absent=np.abs(said.beyond_m3) <= limit * (1 - settings["deadband_pct"] / 100),
        value=np.round(said.beyond_m3, 1),
        limit=np.round(limit, 1),
        evidence=said.told,
    )


RULE = Rule(
    name="zone_imbalance",
    title=Wording("Zone imbalance", "区域输差异常"),
    kind=TargetKind.ZONE,
    priority=Priority.MEDIUM,
    # A day's figure goes in and out of its limit hour by hour: it is well when a whole other day is.
    delays=Delays(on_s=7200, off_s=86400),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter(
            "sigmas", 3.5, "1", Wording("standard uncertainties of the balance", "输差标准不确定度的倍数")
        ),
    ),
    deadband=Parameter(
        "deadband_pct", 20.0, "%", Wording("of the limit, within it", "限值的百分比，低于限值")
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "over 24 hours zone inlets less the zone's meters less what the pipes took up lie above what is "
        "usually missing, or below nothing, by more than 3.5 times their uncertainty: meter classes (half of "
        "them where it is known what is usual), weather, hours not known yet",
        "24 小时内，区域进口量减各表用量及管存变化后的差值高于平常输差、或低于零，且超过其不确定度的 3.5 倍："
        "表等级（平常输差已知时取一半）、气候、未到数据",
    ),
    message=Wording(
        "{value} m³ of a day are nobody's, beyond the usual (limit {limit} m³)",
        "一日内除平常输差外 {value} m³ 去向不明（限值 {limit} m³）",
    ),
    consequence=Wording(
        "a main leaks, a meter counts wrongly, or gas goes around one", "管网泄漏、表具失准或有气绕表"
    ),
    response=Wording(
        "See the candidates and what else rings in the zone; if all hours are alike, look for a leak.",
        "查看候选表及区内其他报警；若各时段一致，排查泄漏。",
    ),
)
