"""A register that has gone back without a rollover or an exchange."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR

_UM3 = 1_000_000


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each step between consecutive readings of one installation."""
    steps = window.registers
    fall = (steps.previous_um3 - steps.index_um3) / _UM3
    span = 10.0**steps.digits
    most = settings["overload"] * steps.qmax_m3h * steps.elapsed / HOUR
    rolled = (steps.previous_um3 / _UM3 > settings["rollover_share"] * span) & (span - fall <= most)
    present = (fall > settings["tolerance_m3"]) & ~rolled
    return Judgement(
        rows=steps,
        present=present,
        absent=~present,
        value=np.round(fall, 6),
        limit=np.full(fall.size, settings["tolerance_m3"]),
        evidence=lambda row: {
            "previous_index_m3": steps.previous_um3[row].item() / _UM3,
            "index_m3": steps.index_um3[row].item() / _UM3,
        },
    )


RULE = Rule(
    name="register_regression",
    title=Wording("Register went back", "表底数倒退"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("tolerance_m3", 0.01, "m³", Wording("less is jitter", "小于此值视为抖动")),
        Parameter(
            "rollover_share", 0.9, "1", Wording("of the register before a rollover", "翻转前占量程的比例")
        ),
        Parameter(
            "overload", 1.2, "1", Wording("times Qmax, at most, in a rollover", "翻转时流量上限与 Qmax 之比")
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register falls by more than 0.01 m³ between readings of one installation, and did not roll over",
        "同一安装的相邻两次读数之间表底数下降超过 0.01 m³，且不是翻转",
    ),
    message=Wording("The register went back by {value} m³", "表底数倒退 {value} m³"),
    consequence=Wording(
        "volume since then cannot be billed as measured; a meter may have been exchanged or reset",
        "此后气量不能按计量值结算；表具或远传可能被更换或复位",
    ),
    response=Wording(
        "Look for an exchange that was not entered; else read the index on site and open a job.",
        "核查是否有未录入的换表；否则现场抄读机械表底数并派工。",
    ),
)
