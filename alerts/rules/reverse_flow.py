"""Gas that runs backwards through a meter."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import by_flags
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.quality import Flag


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the flag and the event by which a device says so."""
    return by_flags(window.meters, Flag.REVERSE_FLOW)


RULE = Rule(
    name="reverse_flow",
    title=Wording("Reverse flow", "反向流"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=3600),
    lasting=True,
    opens_job=True,
    condition=condition,
    unit="",
    trigger=Wording("flag or event reverse_flow", "reverse_flow 标志或事件"),
    message=Wording("Gas runs backwards through the meter", "气体反向流过表具"),
    consequence=Wording(
        "the register falls short of what was used; a meter may be installed the wrong way round",
        "计量少于实际用量；表具可能装反",
    ),
    response=Wording(
        "Check non-return valve, installation direction and pressure on both sides; open a job.",
        "检查止回阀、安装方向和表前后压力；派工处理。",
    ),
)
