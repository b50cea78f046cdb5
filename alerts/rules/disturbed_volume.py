"""Volume that a corrector counted while it could not correct."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import against
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge whether a register of disturbed volume moves."""
    limit = settings["tolerance_m3"]
    return against(window.meters, window.meters.disturbed_advance_m3, limit, limit)


RULE = Rule(
    name="disturbed_volume",
    title=Wording("Disturbed volume", "扰动量增加"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(Parameter("tolerance_m3", 0.01, "m³", Wording("less is rounding", "小于此值视为舍入")),),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "disturbed_index_m3 or base_disturbed_index_m3 moves by more than 0.01 m³ between readings",
        "disturbed_index_m3 或 base_disturbed_index_m3 在相邻读数间增加超过 0.01 m³",
    ),
    message=Wording("{value} m³ were counted as disturbed", "扰动量增加 {value} m³"),
    consequence=Wording(
        "this volume is corrected with substitutes and may be disputed",
        "该部分气量以替代值修正，可能引起争议",
    ),
    response=Wording(
        "Look at p and T of the corrector and at its own alarms; open a job.",
        "查看修正仪的压力、温度及其自身报警；派工处理。",
    ),
)
