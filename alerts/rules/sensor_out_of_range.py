"""A pressure or temperature that the sensor cannot mean."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.meter_conditions import flagged, meter_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR
from telemetry.quality import Flag


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge p and T against what their sensors can say, and the flags of a device that knows."""
    said = window.meters
    flag, no_flag = flagged(said, Flag.SENSOR_FAULT | Flag.ON_DEFAULT_VALUES)
    low = np.where(np.isnan(said.pressure_min_pa), settings["pressure_min_kpa"] * 1e3, said.pressure_min_pa)
    high = np.where(np.isnan(said.pressure_max_pa), settings["pressure_max_kpa"] * 1e3, said.pressure_max_pa)
    slack = (settings["slack_pct"] / 100) * high
    degc = said.temperature_k - 273.15
    cold, hot = settings["temperature_min_degc"], settings["temperature_max_degc"]
    off = (said.pressure_pa < low - slack) | (said.pressure_pa > high + slack) | (degc < cold) | (degc > hot)
    return Judgement(
        rows=said,
        present=flag | off,
        absent=no_flag & ~off & ~(np.isnan(said.pressure_pa) & np.isnan(degc)),
        value=np.round(said.pressure_pa / 1e3, 3),
        limit=np.where(said.pressure_pa < low, low, high) / 1e3,
        evidence=lambda row: meter_evidence(said, row),
    )


RULE = Rule(
    name="sensor_out_of_range",
    title=Wording("Sensor out of range", "传感器超量程"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=5400, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter(
            "pressure_min_kpa",
            60.0,
            "kPa",
            Wording("absolute, where the meter gives none", "绝压，表具未给出时"),
        ),
        Parameter(
            "pressure_max_kpa",
            5000.0,
            "kPa",
            Wording("absolute, where the meter gives none", "绝压，表具未给出时"),
        ),
        Parameter(
            "slack_pct",
            1.0,
            "%",
            Wording("of the upper limit, beyond either", "量程上限的百分比，超出任一端"),
        ),
        Parameter("temperature_min_degc", -30.0, "°C", Wording("of gas", "燃气温度下限")),
        Parameter("temperature_max_degc", 60.0, "°C", Wording("of gas", "燃气温度上限")),
    ),
    opens_job=True,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "p outside pressure_min_kpa to pressure_max_kpa of meters.csv by more than 1 %, T outside "
        "-30 to 60 degC, or flag sensor_fault or on_default_values",
        "压力超出 meters.csv 的量程（超过上限的 1 %），温度超出 -30 至 60 °C，或 sensor_fault、"
        "on_default_values 标志",
    ),
    message=Wording(
        "The pressure or temperature sensor says what cannot be (p {value} kPa)",
        "压力或温度传感器示值异常（p {value} kPa）",
    ),
    consequence=Wording("volumes are corrected with substitutes", "气量将以替代值修正"),
    response=Wording(
        "Compare with the station's pressure and a neighbour; change the sensor or the corrector.",
        "与调压站压力及邻近表对比；更换传感器或修正仪。",
    ),
)
