"""Credit and purchases that do not agree with each other, or with what was sold."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR

_DAY_S = 86_400.0


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge credit against purchases and use, and purchases against their count and the ledger of sales."""
    cards, tolerance = window.cards, settings["tolerance_m3"]
    off = np.abs(cards.remaining_change - cards.purchased_change + cards.used_m3).astype(np.float64)
    limit = np.maximum(tolerance, settings["share_pct"] / 100 * np.abs(cards.used_m3)).astype(np.float64)
    step = cards.sequence_step
    together = (step > 1) & (cards.step_sold == 0) & ((cards.elapsed_s < _DAY_S) | np.isnan(off))
    uncounted = (step == 0) & (np.abs(cards.purchased_change) > tolerance)
    unsold = cards.unsold_for_s >= settings["wait_h"] * 3600
    missold = cards.missold_m3 > tolerance
    present = (off > limit) | (step < 0) | together | uncounted | unsold | missold
    of_sales = np.fmax(cards.missold_m3, np.where(unsold, cards.unsold_m3, np.nan))
    return Judgement(
        rows=cards,
        present=present,
        absent=~present & np.isnan(cards.unsold_for_s) & ~(np.isnan(step) & np.isnan(off)),
        value=np.round(np.fmax(off, of_sales), 3).astype(np.float64),
        limit=np.round(limit, 3),
        evidence=lambda row: (
            cards.moved(row)
            | (cards.unsold[row] if unsold[row] else {})
            | (cards.missold[row] if missold[row] else {})
        ),
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
        Parameter(
            "wait_h",
            24.0,
            "h",
            Wording("so long after the load a sale may be entered", "充值后补录售气记录的时限"),
        ),
    ),
    condition=condition,
    unit="m³",
    trigger=Wording(
        "since the card state before: the count of purchases went back or, not all in the ledger, rose by "
        "more than one in a day; purchases moved without a count; credit + use - purchases differ by more "
        "than 1 m³ and 2 % of use. Of the last week, if a ledger of sales is kept: a purchase is not in it "
        "24 h after the load, or with a volume that differs by more than 1 m³",
        "自上次卡状态以来：购气次数倒退，或一天内增加多于一次且台账不全；购气量变化而次数不变；"
        "余额+用量-购量 相差超过 1 m³ 且超过用量的 2 %。有售气台账时，近一周内的充值："
        "24 h 后台账仍无记录，或台账气量相差超过 1 m³",
    ),
    message=Wording("Credit, purchases and sales are {value} m³ apart", "余额、购气与售气相差 {value} m³"),
    consequence=Wording(
        "somebody paid for gas that the meter does not know of, or the other way round",
        "购气未入表，或表内气量未付费",
    ),
    response=Wording(
        "Compare the meter's purchases with the sales ledger and enter a sale that is missing; read the "
        "card; correct it on site.",
        "核对表内购气与售气台账，补录缺失售气；读卡；现场更正。",
    ),
)
