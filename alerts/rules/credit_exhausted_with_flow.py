"""Gas that flows although the credit is used up."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what passed since the card state before, while nothing is left."""
    cards = window.cards
    gone, flows = cards.remaining <= 0, cards.used_m3 > settings["tolerance_m3"]
    overdraft = np.nan_to_num(cards.overdraft)
    return Judgement(
        rows=cards,
        present=gone & flows,
        absent=cards.remaining > 0,
        value=np.round(cards.remaining, 3),
        limit=-overdraft,
        evidence=lambda row: {
            "used_m3": round(cards.used_m3.item(row), 3),
            "beyond_overdraft": cards.remaining.item(row) < -overdraft.item(row),
        },
    )


RULE = Rule(
    name="credit_exhausted_with_flow",
    title=Wording("Credit used up, gas flows", "余额用尽仍用气"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(Parameter("tolerance_m3", 0.01, "m³", Wording("less is jitter", "小于此值视为抖动")),),
    condition=condition,
    unit="m³",
    trigger=Wording(
        "remaining_m3 at or below 0 and more than 0.01 m³ used since the card state before",
        "remaining_m3 不大于 0，且自上次卡状态以来用气超过 0.01 m³",
    ),
    message=Wording(
        "Gas flows although {value} m³ are left (overdraft to {limit} m³)",
        "余额 {value} m³ 仍在用气（透支限额 {limit} m³）",
    ),
    consequence=Wording(
        "gas is used that nobody has paid for; the valve may not close", "未付费用气；阀门可能未关闭"
    ),
    response=Wording(
        "Call the customer; if the overdraft is used up, see why the valve is open.",
        "联系用户购气；透支用尽则查明阀门未关原因。",
    ),
)
