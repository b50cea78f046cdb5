"""A register that stands still while gas flows."""

from collections.abc import Mapping

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Hours, Window
from telemetry.model import HOUR, Floats


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge in how many hours since the register last moved something else says that gas flowed."""
    said = window.hours
    clues = _clues(said)
    most: Floats = np.max(list(clues.values()), axis=0)
    return Judgement(
        rows=said,
        present=most >= settings["hours"],
        absent=said.last_m3 > 0,
        value=most,
        limit=np.broadcast_to(np.asarray(settings["hours"], dtype=np.float64), most.shape),
        evidence=lambda row: (
            {"usual_gas_hours_without_flow": said.idle_used_hours.item(row)}
            | {name: hours.item(row) for name, hours in clues.items() if hours[row] > 0}
        ),
    )


def _clues(said: Hours) -> Mapping[str, Floats]:
    return {
        "flow_by_device_h": said.flow_by_device_hours,
        "flow_in_series_h": said.flow_in_series_hours,
        "flow_by_pressure_h": said.flow_by_pressure_hours,
        "flow_by_temperature_h": said.flow_by_temperature_hours,
    }


RULE = Rule(
    name="register_stuck",
    title=Wording("Register stuck", "表底数不走"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    parameters=(Parameter("hours", 3.0, "h", Wording("that say that gas flowed", "表明有气流过的小时数")),),
    opens_job=True,
    condition=condition,
    unit="h",
    trigger=Wording(
        "the register stands still, and in at least 3 hours since then the display showed flow at both ends "
        "of a step, the mechanical register moved, the device's base register moved by a tenth of a usual "
        "hour, the meter in series counted its Qmin or more, or p is as low as when gas is drawn: beside "
        "other meters of its station (4 hours), or by itself (12 hours), or differs from "
        "night to day as then, or T of a "
        "furnace that never rests swings from night to day as little as when gas flows (24 hours)",
        "表底数不变，且此后至少 3 小时间隔两端均显示流量，或机械底数增加，或串联表计量达最小流量，"
        "或修正仪标况底数增加达平常小时的十分之一，"
        "或压力低至与用气时一致：与同站其他表相比（4 小时）或按自身历史（12 小时），或昼夜压差与用气时一致，"
        "或从不停用的炉窑温度昼夜波动小至与用气时一致（24 小时）",
    ),
    message=Wording(
        "The register stands still although gas flows ({value} h)", "有气流过而表底数不变（{value} h）"
    ),
    consequence=Wording("gas is used and not counted", "用气未计量"),
    response=Wording(
        "Compare the mechanical index on site; look for a stuck rotor or a lost pulse; open a job; "
        "estimate the volume.",
        "现场核对机械底数；检查转子卡滞或脉冲丢失；派工；估算气量。",
    ),
)
