"""A sensor that says the same whatever flows."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge for how long p or T has been the same to the last digit while flows came and went."""
    said = window.hours
    least, flows, times = settings["hours"], settings["flows"], settings["times_usual"]
    pressure = (said.frozen_pressure_hours >= least) & (said.frozen_pressure_flows >= flows)
    pressure &= said.frozen_pressure_flowing >= times * said.frozen_pressure_usual
    temperature = (said.frozen_temperature_hours >= least) & (said.frozen_temperature_flows >= flows)
    temperature &= said.frozen_temperature_flowing >= times * said.frozen_temperature_usual
    longest = np.maximum(said.frozen_pressure_hours, said.frozen_temperature_hours)
    return Judgement(
        rows=said,
        present=pressure | temperature,
        absent=longest < least / 2,
        value=np.where(pressure, said.frozen_pressure_hours, said.frozen_temperature_hours),
        limit=np.broadcast_to(np.asarray(least, dtype=np.float64), longest.shape),
        evidence=lambda row: {"pressure": pressure.item(row), "temperature": temperature.item(row)},
    )


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
        "and for twice as many hours with flow as ever before but once",
        "压力或温度 12 小时完全不变，期间至少有 6 种不同流量，且有气流的小时数为此前次长的两倍",
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
