"""A customer who uses far more or far less than usual."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.newest import for_each_day, newest_known
from alerts.windows.window import Window
from telemetry.model import HOUR, Booleans, Floats


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the newest days against the usual of their type, and the newest against thirty days."""
    said = window.hours
    shut = said.day_ratio < -for_each_day(settings["shut"])
    ratio = np.log1p(np.where(shut, np.nan, said.day_ratio))
    days, more = (newest_known(ratio, settings[name]) for name in ("days", "more_days"))
    swing = np.log1p(settings["swing"])
    limit = np.maximum(swing, settings["times_spread"] * said.day_spread)
    above = _beyond(days, more, swing, limit) & (said.bias30 > settings["swing"] / 2)
    below = _beyond(-days, -more, swing, limit) & (said.bias30 < -settings["swing"] / 2)
    present = (above | below) & ~shut[:, : days.shape[1]].any(axis=1)
    newest = newest_known(ratio, 1)[:, 0]
    return Judgement(
        rows=said,
        present=present,
        absent=(np.abs(newest) < limit / 2) & ~present,
        value=np.round(said.bias30 * 100, 1),
        limit=np.round(np.expm1(limit) * 100, 1),
        evidence=lambda row: {"days_against_usual": _known(ratio[row])},
    )


def _known(week: Floats) -> list[float]:
    """Return the week's known days by the usual, less 1, newest first, of their logarithms."""
    days: list[float] = np.round(np.expm1(week[~np.isnan(week)]), 3).tolist()
    return days


def _beyond(days: Floats, more: Floats, swing: float | Floats, limit: Floats) -> Booleans:
    """Tell where each of a few days lies beyond the limit, or more of them beyond a swing and in the mean it.

    ``days`` and ``more`` are logarithms, (n, few) and (n, more).
    """
    each = (days > limit[:, None]).all(axis=1)
    found: Booleans = each | ((more > for_each_day(swing)).all(axis=1) & (more.mean(axis=1) > limit))
    return found


RULE = Rule(
    name="consumption_swing",
    title=Wording("Consumption swing", "用气量突变"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter(
            "swing",
            0.43,
            "1",
            Wording("above the usual, or as much below it by ratio", "高于通常的比例；低于时按同一倍数"),
        ),
        Parameter("days", 3.0, "1", Wording("on end", "连续天数")),
        Parameter(
            "more_days", 5.0, "1", Wording("on end, of which the mean will do", "取均值判断的连续天数")
        ),
        Parameter(
            "shut",
            0.95,
            "1",
            Wording("below the usual: nothing is used, which is no swing", "低于通常的比例：停用不计为突变"),
        ),
        Parameter(
            "times_spread",
            2.4,
            "1",
            Wording("how far days on end lie off the usual by chance", "连续数日偶然偏离通常的程度之倍数"),
        ),
    ),
    condition=condition,
    unit="%",
    trigger=Wording(
        "each of the 3 newest days (no public holidays of the sector) is above the median of its type by "
        "43 %, or below it by as large a ratio, and by 2.4 times what days on end are off by chance (of 5 "
        "days the mean), not shut (95 % below), and the newest off the mean of thirty days (BIAS30)",
        "最近 3 天（不含行业节假日）均高于同类日中位数 43 %（或按同一倍数低于），"
        "且超过连续数日偶然偏离的 2.4 倍（连续 5 天取均值；停用即低 95 % 以上除外），"
        "且最近一天偏离三十日均值（BIAS30）",
    ),
    message=Wording("Consumption is {value} % off the mean of thirty days", "用气量偏离三十日均值 {value} %"),
    consequence=Wording(
        "supply planning and deposits are off; or the meter is", "供气计划和预付款失准，或表具异常"
    ),
    response=Wording(
        "Ask the account's manager what changed; if nothing did, look at the meter.",
        "询问客户经理有何变化；若无变化，检查表具。",
    ),
)
