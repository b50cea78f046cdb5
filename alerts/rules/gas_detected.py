"""Gas in the air of a station."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.conditions import pressure_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what the detector says, in parts of the lower explosive limit."""
    said = window.pressures
    limit = np.full(said.gas_lel_pct.size, 1.0) * settings["limit_pct"]
    return Judgement(
        rows=said,
        present=said.gas_lel_pct >= limit,
        absent=said.gas_lel_pct < limit - settings["deadband_pct"],
        value=said.gas_lel_pct,
        limit=limit,
        evidence=lambda row: pressure_evidence(said, row),
    )


RULE = Rule(
    name="gas_detected",
    title=Wording("Gas detected", "燃气泄漏报警"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=300),
    deadband=Parameter("deadband_pct", 5.0, "% LEL", Wording("below the limit", "低于限值")),
    parameters=(
        Parameter(
            "limit_pct",
            20.0,
            "% LEL",
            Wording(
                "the usual first level (unverified: GB/T 50493)", "通常的一级报警值（未核实：GB/T 50493）"
            ),
        ),
    ),
    condition=condition,
    unit="% LEL",
    trigger=Wording("gas_lel_pct >= 20 % of the lower explosive limit", "gas_lel_pct ≥ 爆炸下限的 20%"),
    message=Wording("Gas at {value} % of the lower explosive limit", "燃气浓度为爆炸下限的 {value}%"),
    consequence=Wording(
        "a spark ignites it; people near the station are in danger", "遇火花即爆炸，站内及附近人员危险"
    ),
    response=Wording(
        "Let nobody switch anything on site; send the emergency crew; ventilate; get ready to shut down.",
        "现场禁止操作电器；派抢险人员；通风；准备关闭该站。",
    ),
)
