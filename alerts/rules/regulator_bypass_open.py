"""Gas can go around a regulator: nothing holds the outlet pressure."""

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import not_safe
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the position switch, from samples and from events."""
    return not_safe(window.pressures, window.pressures.bypass_valve)


RULE = Rule(
    name="regulator_bypass_open",
    title=Wording("Regulator bypass open", "调压旁通阀打开"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=10),
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    condition=condition,
    unit="",
    trigger=Wording(
        "bypass_valve = open, or an event bypass_valve on or once",
        "bypass_valve = open，或 bypass_valve 事件（on/once）",
    ),
    message=Wording("The regulator's bypass valve is open", "调压器旁通阀已打开"),
    consequence=Wording(
        "inlet pressure can reach customers: only a hand on the valve holds it",
        "进口压力可能直通用户，仅靠人工控制",
    ),
    response=Wording(
        "Ask whether a job permits it and somebody stands by; if not, send a crew to close and lock it.",
        "核实是否有作业许可且有人值守；否则立即派人关闭并上锁。",
    ),
)
