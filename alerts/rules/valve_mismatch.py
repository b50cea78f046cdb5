"""A valve that is closed while gas passes."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import meter_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what passed between two readings that both say the valve is closed."""
    said = window.meters
    closed = (said.valve == 1) & (said.valve_before == 1)
    limit = np.maximum(settings["tolerance_m3"], said.pulse_m3)
    return Judgement(
        rows=said,
        present=closed & (said.advance_m3 > limit),
        absent=(said.valve == 0) | (closed & (said.advance_m3 <= limit)),
        value=np.round(said.advance_m3, 6),
        limit=limit,
        evidence=lambda row: meter_evidence(said, row),
    )


RULE = Rule(
    name="valve_mismatch",
    title=Wording("Valve closed, gas passes", "阀门关闭仍有流量"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=3600),
    lasting=True,
    parameters=(
        Parameter(
            "tolerance_m3",
            0.05,
            "m³",
            Wording("still passes while a valve closes", "关阀过程中允许通过的气量"),
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register moves by more than 0.05 m³ (and its pulse) between two readings that say valve closed",
        "阀门两次上报均为关闭，而表底数增加超过 0.05 m³（且超过一个脉冲）",
    ),
    message=Wording("{value} m³ passed while the valve says it is closed", "阀门报告关闭期间通过 {value} m³"),
    consequence=Wording(
        "a customer who should be cut off takes gas, or the valve leaks", "应停气用户仍在用气，或阀门内漏"
    ),
    response=Wording(
        "Send somebody to look at the valve; close the hand valve if gas must not pass.",
        "派人现场检查阀门；必须停气时关闭手动阀。",
    ),
)
