"""Somebody opened, unlocked or magnetised a device."""

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import by_flags
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.quality import Flag


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the flags and events by which a device says that somebody is at it."""
    return by_flags(window.meters, Flag.MAGNETIC_TAMPER | Flag.CASE_OPEN | Flag.LOCK_OPEN)


RULE = Rule(
    name="tamper",
    title=Wording("Tamper", "疑似人为干预"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=3600),
    lasting=True,
    opens_job=True,
    condition=condition,
    unit="",
    trigger=Wording(
        "flag or event magnetic_tamper, case_open or lock_open",
        "magnetic_tamper、case_open 或 lock_open 标志或事件",
    ),
    message=Wording("The device reports that somebody is at it", "设备报告磁干扰、开盖或锁打开"),
    consequence=Wording(
        "gas may pass without being counted; settings may be changed", "可能计量失准或参数被改动"
    ),
    response=Wording(
        "Ask whether a job is under way there; if not, compare use with before and inspect seals on site.",
        "核实是否有在办作业；否则对比此前用气量并现场检查铅封。",
    ),
)
