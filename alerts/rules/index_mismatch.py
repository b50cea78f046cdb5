"""An electronic index that leaves the mechanical one."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what both indices moved by over the same day or more."""
    both = window.indices
    off = both.advance_m3 - both.mechanical_advance_m3
    unit = np.maximum(settings["unit_m3"], both.pulse_m3)
    share = settings["share_pct"] / 100 * np.abs(both.mechanical_advance_m3)
    limit = np.maximum(unit, share).astype(np.float64)
    return Judgement(
        rows=both,
        present=np.abs(off) > limit,
        absent=np.abs(off) <= limit,
        value=np.round(off, 6),
        limit=np.round(limit, 6),
        evidence=lambda row: {
            "index_advance_m3": round(both.advance_m3.item(row), 6),
            "mechanical_advance_m3": round(both.mechanical_advance_m3.item(row), 6),
        },
    )


RULE = Rule(
    name="index_mismatch",
    title=Wording("Index mismatch", "机电差"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("unit_m3", 1.0, "m³", Wording("of the coarser index", "较粗底数的一个单位")),
        Parameter(
            "share_pct", 0.5, "%", Wording("of what the mechanical one moved by", "机械底数增量的百分比")
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "over a day (up to eight, where it is not stated daily) the electronic and the mechanical "
        "index differ by more than 1 m³ (or a pulse) and 0.5 %",
        "一天内（非每日上报时最多八天）电子底数与机械底数之差超过 1 m³（或一个脉冲）且超过 0.5 %",
    ),
    message=Wording(
        "The electronic index moved {value} m³ more than the mechanical one (limit {limit} m³)",
        "电子底数比机械底数多走 {value} m³（限值 {limit} m³）",
    ),
    consequence=Wording(
        "the mechanical index is what settles: bills by the electronic one are wrong",
        "以机械底数为结算依据，按电子底数计费有误",
    ),
    response=Wording(
        "Read both on site with a photo; look for lost or double pulses; enter a hand read and open a job.",
        "现场拍照抄读两个底数；检查丢脉冲或重复脉冲；录入抄表并派工。",
    ),
)
