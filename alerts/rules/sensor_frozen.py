"""A sensor that says the same whatever flows."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Hours, Window
from telemetry.model import HOUR, Booleans


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge for how long p or T has been the same to the last digit while flows came and went."""
    said, least = window.hours, settings["hours"]
    pressure, temperature = (_frozen(said, name, settings) for name in ("pressure", "temperature"))
    longest = np.maximum(said.frozen_pressure_hours, said.frozen_temperature_hours)
    return Judgement(
        rows=said,
        present=pressure | temperature,
        absent=longest < least / 2,
        value=np.where(pressure, said.frozen_pressure_hours, said.frozen_temperature_hours),
        limit=np.broadcast_to(np.asarray(least, dtype=np.float64), longest.shape),
        evidence=lambda row: {"pressure": pressure.item(row), "temperature": temperature.item(row)},
    )


def _frozen(said: Hours, name: str, settings: Settings) -> Booleans:
    """Return where a sensor is frozen: by hours with flow, or by all where it never rested half as long."""
    hours, flowing, flows, usual, rest = (
        getattr(said, f"frozen_{name}_{of}") for of in ("hours", "flowing", "flows", "usual", "rest")
    )
    times = settings["times_usual"]
    by_flow = (flows >= settings["flows"]) & (flowing >= times * usual)
    restless = (flows >= settings["flows_restless"]) & (hours >= times * rest)
    found: Booleans = (hours >= settings["hours"]) & (by_flow | restless)
    return found


RULE = Rule(
    name="sensor_frozen",
    title=Wording("Sensor frozen", "传感器示值不变"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("hours", 12.0, "h", Wording("at least", "至少")),
        Parameter("flows", 6.0, "1", Wording("different ones meanwhile, at least", "期间不同流量个数下限")),
        Parameter(
            "flows_restless",
            3.0,
            "1",
            Wording("of a sensor that never rested half as long", "从未停留过一半时长的传感器"),
        ),
        Parameter(
            "times_usual",
            2.0,
            "1",
            Wording("hours with flow of before, the longest but one", "与此前次长有气流小时数之比"),
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="h",
    trigger=Wording(
        "p or T is the same to the last digit for 12 hours in which at least 6 different flows pass, "
        "and for twice as many hours with flow as ever before but once; or 3 flows, and twice as many hours",
        "压力或温度 12 小时完全不变，期间至少有 6 种不同流量，且有气流的小时数为此前次长的两倍；"
        "或至少 3 种流量，且总时长为此前次长的两倍",
    ),
    message=Wording(
        "A sensor has said the same for {value} h while flows varied", "流量变化期间传感器示值 {value} h 不变"
    ),
    consequence=Wording("volumes are corrected with a value that is not true", "以不真实的数值修正气量"),
    response=Wording(
        "Read p and T on site; restart or change the corrector's sensor.",
        "现场核对压力温度；重启或更换传感器。",
    ),
)
