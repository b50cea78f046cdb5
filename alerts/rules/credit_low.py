"""A prepaid customer whose credit is about to end."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what is left against the meter's own warning, else against some days' use."""
    cards = window.cards
    own, usual = cards.warns_at, settings["days"] * cards.daily_m3
    limit = np.where(np.isnan(own), usual, own).astype(np.float64)
    back = limit * (1 + settings["deadband_pct"] / 100)
    return Judgement(
        rows=cards,
        present=cards.remaining < limit,
        absent=cards.remaining >= back,
        value=np.round(cards.remaining, 3),
        limit=np.round(limit, 3),
        evidence=lambda row: (
            {} if np.isnan(cards.daily_m3[row]) else {"daily_m3": round(cards.daily_m3.item(row), 3)}
        ),
    )


RULE = Rule(
    name="credit_low",
    title=Wording("Credit low", "余额不足"),
    kind=TargetKind.METER,
    priority=Priority.LOW,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(
        Parameter(
            "days",
            3.0,
            "d",
            Wording(
                "of mean use, where the meter has no warning of its own", "表内未设报警量时的日均用量天数"
            ),
        ),
    ),
    deadband=Parameter("deadband_pct", 10.0, "%", Wording("of the limit, above it", "限值以上的百分比")),
    condition=condition,
    unit="m³",
    trigger=Wording(
        "remaining_m3 below alarm_m3 of the meter, else below 3 days' use (mean of the last week)",
        "remaining_m3 低于表内 alarm_m3；未设则低于 3 天用量（近一周均值）",
    ),
    message=Wording(
        "{value} m³ of credit are left (limit {limit} m³)", "剩余气量 {value} m³（限值 {limit} m³）"
    ),
    consequence=Wording("the valve closes when the credit ends", "余额用尽将关阀停气"),
    response=Wording(
        "Tell the customer to buy gas; see whether a purchase has not reached the meter.",
        "通知用户购气；核查是否有购气未到表。",
    ),
)
