"""Gas can go around a meter: its bypass valve is open."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.window import Window


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the position switch, from readings and from events."""
    said = window.meters
    return Judgement(
        rows=said,
        present=said.bypass_valve == 1,
        absent=said.bypass_valve == 0,
        value=np.where(said.bypass_valve < 0, np.nan, said.bypass_valve),
        limit=np.full(said.bypass_valve.size, np.nan),
    )


RULE = Rule(
    name="meter_bypass_open",
    title=Wording("Meter bypass open", "表具旁通阀打开"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=10),
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    opens_job=True,
    fault="meter_bypass",
    condition=condition,
    unit="",
    trigger=Wording(
        "meter_bypass_valve = open, or an event bypass_valve on or once of the meter's device",
        "meter_bypass_valve = open，或表具设备的 bypass_valve 事件（on/once）",
    ),
    message=Wording("The meter's bypass valve is open", "表具旁通阀已打开"),
    consequence=Wording("gas is used and not counted", "用气未计量"),
    response=Wording(
        "Ask whether a job permits it; if not, send somebody to close and seal it; estimate what passed.",
        "核实是否有作业许可；否则派人关闭并加封；估算未计量气量。",
    ),
)
