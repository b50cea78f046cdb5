"""Gas through a meter that is sealed, suspended, closed or not yet supplied."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge what passed since the last reading, and since it was sealed, while gas is forbidden."""
    said = window.meters
    sealed = said.sealed_by >= 0
    limit = np.maximum(settings["tolerance_m3"], said.pulse_m3)
    since_then = np.fmax(said.advance_m3, said.sealed_advance_m3).astype(np.float64)
    moves = said.advance_m3 > 0
    present = sealed & moves & (since_then > limit)
    return Judgement(
        rows=said,
        present=present,
        absent=~present & ~np.isnan(said.advance_m3),
        value=np.round(since_then, 6),
        limit=limit,
        evidence=lambda row: {
            "kind": said.isolations[said.sealed_by[row]].kind,
            "advance_m3": round(said.advance_m3.item(row), 6),
        },
    )


RULE = Rule(
    name="flow_on_sealed",
    title=Wording("Flow on a sealed meter", "封停表具有流量"),
    kind=TargetKind.METER,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=86400),
    lasting=True,
    parameters=(Parameter("tolerance_m3", 0.02, "m³", Wording("less is jitter", "小于此值视为抖动")),),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register moves by more than 0.02 m³ (and its pulse) between two readings, or since the "
        "index of isolations.csv, while an isolation is in force",
        "停用期间（isolations.csv 有效），相邻读数间或自停用底数以来表底数增加超过 0.02 m³（且超过一个脉冲）",
    ),
    message=Wording("{value} m³ passed although no gas may be taken here", "停用期间通过 {value} m³"),
    consequence=Wording(
        "gas is taken without a contract, or escapes into an empty building", "无合同用气，或燃气泄入无人建筑"
    ),
    response=Wording(
        "Send somebody at once; check the seal and for leaks; read the index; open a job.",
        "立即派人到场；检查封签和泄漏；抄读底数；派工处理。",
    ),
)
