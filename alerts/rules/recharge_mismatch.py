"""Credit that does not agree with what was bought."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR

_DAY_S = 86_400.0


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the count of purchases, and credit against purchases and use."""
    cards = window.cards
    off = np.abs(cards.remaining_change - cards.purchased_change + cards.used_m3).astype(np.float64)
    share = settings["share_pct"] / 100 * np.abs(cards.used_m3)
    limit = np.maximum(settings["tolerance_m3"], share).astype(np.float64)
    unbalanced = off > limit
    step = cards.sequence_step
    miscounted = (step < 0) | ((step > 1) & ((cards.elapsed_s < _DAY_S) | np.isnan(off)))
    unsold = (step == 0) & (np.abs(cards.purchased_change) > settings["tolerance_m3"])
    present = unbalanced | miscounted | unsold
    return Judgement(
        rows=cards,
        present=present,
        absent=~present & ~(np.isnan(step) & np.isnan(off)),
        value=np.round(off, 3),
        limit=np.round(limit, 3),
        evidence=lambda row: {
            name: round(figure, 3)
            for name, figure in (
                ("purchases", step.item(row)),
                ("purchased_m3", cards.purchased_change.item(row)),
                ("credit_m3", cards.remaining_change.item(row)),
                ("used_m3", cards.used_m3.item(row)),
            )
            if not np.isnan(figure)
        },
    )


RULE = Rule(
    name="recharge_mismatch",
    title=Wording("Recharge mismatch", "充值不符"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=86400),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("tolerance_m3", 1.0, "m³", Wording("less is rounding", "小于此值视为舍入")),
        Parameter("share_pct", 2.0, "%", Wording("of what was used", "用量的百分比")),
    ),
    condition=condition,
    unit="m³",
    trigger=Wording(
        "since the card state before: the count of purchases went back or by more than one in a day; "
        "purchases moved without a count; or credit + use - purchases differ by more than 1 m³ and 2 "
        "% of use",
        "自上次卡状态以来：购气次数倒退或一天内增加多于一次；购气量变化而次数不变；或 余额+用量-购量 "
        "相差超过 1 m³ 且超过用量的 2 %",
    ),
    message=Wording("Credit and purchases differ by {value} m³", "余额与购气量相差 {value} m³"),
    consequence=Wording(
        "somebody paid for gas that the meter does not know of, or the other way round",
        "购气未入表，或表内气量未付费",
    ),
    response=Wording(
        "Compare the meter's purchases with the sales ledger; read the card; correct it on site.",
        "核对表内购气与售气台账；读卡；现场更正。",
    ),
)
