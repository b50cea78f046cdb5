"""A meter that deducts by an old price table."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each meter's price table against the commonest one of its price plan."""
    prices = window.prices
    differs = prices.differs == 1
    asked = (prices.peers >= settings["peers"]) & (prices.share >= settings["share"])
    return Judgement(
        rows=prices,
        present=asked & differs & (prices.ahead == 0) & (prices.behind_s >= settings["wait_h"] * 3600),
        absent=~differs | (prices.ahead == 1),
        value=np.round(prices.share, 3),
        limit=np.broadcast_to(np.asarray(settings["share"], dtype=np.float64), prices.share.shape),
        evidence=lambda row: dict(zip(("holds", "others_hold"), prices.versions[row], strict=True)),
    )


RULE = Rule(
    name="price_table_stale",
    title=Wording("Price table stale", "价格表过期"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    parameters=(
        Parameter("peers", 3.0, "1", Wording("others of the plan, at least", "同方案其他表具数下限")),
        Parameter(
            "share", 0.6, "1", Wording("of them hold the commonest, at least", "持最常见版本的比例下限")
        ),
        Parameter(
            "wait_h",
            25.0,
            "h",
            Wording("so long a meter may still say the old one", "仍报旧版本的宽限时间"),
        ),
    ),
    condition=condition,
    unit="1",
    trigger=Wording(
        "price_version differs from the one that at least 60 % of at least 3 other meters of the price plan "
        "hold, the meter did not take it after them, and it still says so 25 hours after 60 % held theirs",
        "price_version 与同价格方案其他表具（至少 3 台）中不少于 60 % 所持版本不同，"
        "且该表换用其版本不晚于它们，并在 60 % 换用 25 小时后仍报该版本",
    ),
    message=Wording(
        "The meter holds another price table than {value} of its price plan",
        "表内价格表与同方案 {value} 的表具不同",
    ),
    consequence=Wording("gas is deducted at the old price", "按旧价扣费"),
    response=Wording(
        "Write the price table to the meter; work out the difference since the change.",
        "向表具写入价格表；核算调价以来差额。",
    ),
)
