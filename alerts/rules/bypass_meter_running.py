"""The meter in a bypass counts: gas goes around the meter beside it."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what passed a meter in a bypass since its last reading."""
    said = window.meters
    limit = np.maximum(settings["tolerance_m3"], said.pulse_m3)
    present = said.in_bypass & (said.advance_m3 > limit)
    return Judgement(
        rows=said,
        present=present,
        absent=said.in_bypass & ~present & ~np.isnan(said.advance_m3),
        value=np.round(said.advance_m3, 6),
        limit=limit,
        evidence=lambda row: {"elapsed_s": round(said.elapsed_s.item(row), 1)},
    )


RULE = Rule(
    name="bypass_meter_running",
    title=Wording("Bypass meter running", "旁通表走字"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=86400),
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    opens_job=True,
    fault="meter_bypass",
    parameters=(
        Parameter("tolerance_m3", 0.05, "m³", Wording("less is a register that creeps", "小于此值视为爬行")),
    ),
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register of a meter in a bypass (role bypass, or metered_by of bypasses.csv) moves by more than "
        "0.05 m³ (and its pulse) between two readings",
        "旁通表（role 为 bypass，或 bypasses.csv 的 metered_by）相邻读数间增加超过 0.05 m³（且超过一个脉冲）",
    ),
    message=Wording("{value} m³ went through the bypass", "旁通通过 {value} m³"),
    consequence=Wording(
        "gas goes around the meter that bills it; it is counted, but by another meter",
        "用气绕过计费表，仅由旁通表计量",
    ),
    response=Wording(
        "Ask whether a job permits it; if not, close the bypass; bill what its meter counted.",
        "核实是否有作业许可；否则关闭旁通；按旁通表读数计费。",
    ),
)
