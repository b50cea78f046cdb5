"""A register that advances by more than can flow."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR

_UM3 = 1_000_000
_CLOCK_US = 60_000_000


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each step between consecutive readings of one installation."""
    steps = window.registers
    advance = (steps.index_um3 - steps.previous_um3) / _UM3
    limit = (
        settings["overload"] * steps.qmax_m3h * (steps.elapsed + _CLOCK_US) / HOUR + settings["tolerance_m3"]
    )
    present = advance > limit
    return Judgement(
        rows=steps,
        present=present,
        absent=~present,
        value=np.round(advance, 6),
        limit=np.round(limit, 6),
        evidence=lambda row: {
            "previous_index_m3": steps.previous_um3[row].item() / _UM3,
            "index_m3": steps.index_um3[row].item() / _UM3,
        },
    )


RULE = Rule(
    name="register_jump",
    title=Wording("Register jumped", "表底数跳变"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("overload", 1.4, "1", Wording("times Qmax", "与 Qmax 之比")),
        Parameter(
            "tolerance_m3", 1.0, "m³", Wording("one step of a coarse register", "粗分度计数器的一个分度")
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register advances between readings of one installation by more than 1.4 Qmax over the "
        "step and one minute",
        "同一安装的相邻读数之间表底数增加超过 1.4 Qmax ×（间隔 + 1 分钟）",
    ),
    message=Wording(
        "The register advanced by {value} m³, at most {limit} m³ can have flowed",
        "表底数增加 {value} m³，最多可能流过 {limit} m³",
    ),
    consequence=Wording("the volume of this step is billed unless it is edited", "该段气量若不修正将被计费"),
    response=Wording(
        "Read the index on site or from the device's archive; look for a changed pulse value; open a job.",
        "现场或从设备存档抄读底数；核查脉冲当量是否改动；派工。",
    ),
)
